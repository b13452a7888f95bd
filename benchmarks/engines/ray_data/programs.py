"""The jobs that go through their data once."""

from __future__ import annotations

import os
from itertools import pairwise
from typing import Any

from benchmarks.engines.ray_data.columns import arrow_batches, cut, lines, numbers, ranked, summed
from benchmarks.jobs.agreed import FACTOR, MIXER, OUTPUT, PARTS, PATTERN, PRIME


def word_count(data: Any, megabytes: int, source: str) -> Any:
    counts = arrow_batches(lines(data, source), words_counted).groupby("word").sum("count")
    return ranked(counts.rename_columns({"sum(count)": "count"}), ["word"], "count")


def words_counted(batch: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    words = pc.ascii_split_whitespace(batch["line"]).combine_chunks().flatten()
    counts = words.filter(pc.not_equal(words, "")).value_counts()
    return pa.table({"word": counts.field("values"), "count": counts.field("counts")})


def grep(data: Any, megabytes: int, source: str) -> Any:
    def lengths(batch: Any) -> Any:
        import pyarrow.compute as pc

        found = batch.filter(pc.match_substring_regex(batch["line"], PATTERN.pattern))
        return found.set_column(0, "length", pc.binary_length(found["line"]))

    return summed(arrow_batches(lines(data, source), lengths), "length")


def log_aggregation(data: Any, megabytes: int, source: str) -> Any:
    keys = ["client", "status"]
    traffic = arrow_batches(lines(data, source), requests).groupby(keys).sum(["hits", "bytes"])
    traffic = traffic.rename_columns({"sum(hits)": "hits", "sum(bytes)": "bytes"})
    return ranked(traffic, [*keys, "hits"], "bytes")


REQUEST = r'^(?P<client>[^ ]*)[^"]*"[^"]*" *(?P<status>[^ "]+) +(?P<size>[^ "]+)'


def requests(batch: Any) -> Any:
    """Hits and bytes of the batch's (client, status)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    client, status, size = pc.extract_regex(batch["line"], REQUEST).combine_chunks().flatten()
    size = pc.if_else(pc.equal(size, "-"), "0", size).cast(pa.int64())
    table = pa.table({"client": client, "status": status, "bytes": size})
    sums = table.group_by(["client", "status"]).aggregate([("bytes", "sum"), ("bytes", "count")])
    return sums.rename_columns(["client", "status", "bytes", "hits"])


def inverted_index(data: Any, megabytes: int, source: str) -> Any:
    """Arrow groups the words once they are together: three times as quick as ``AsList``."""
    words = arrow_batches(lines(data, source), places).repartition(PARTS, keys=["word"])
    return ranked(arrow_batches(words, indexed), ["word", "first", "last"], "pages")


def places(batch: Any) -> Any:
    """Each word of each page once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    page, text = cut(batch["line"])
    words = pc.ascii_split_whitespace(text)
    pages = page.cast(pa.int64()).take(pc.list_parent_indices(words))
    table = pa.table({"page": pages, "word": words.flatten()})
    return table.filter(pc.not_equal(table["word"], "")).group_by(["page", "word"]).aggregate([])


def indexed(batch: Any) -> Any:
    """All words of a part, each with its first page, its last, and their number."""
    import pyarrow as pa
    import pyarrow.compute as pc

    order = [("word", "ascending"), ("page", "ascending")]
    index = batch.sort_by(order).group_by("word", use_threads=False).aggregate([("page", "list")])
    lists = index["page_list"].combine_chunks()
    first, end = lists.offsets[:-1], lists.offsets[1:]
    return pa.table(
        {
            "word": index["word"],
            "first": lists.values.take(first),
            "last": lists.values.take(pc.subtract(end, 1)),
            "pages": pc.subtract(end, first),
        }
    )


def squares(data: Any, size: int, source: str) -> Any:
    """Each square fits into 64 bits, and their sum does not: it is made of two halves."""

    def halves(batch: Any) -> Any:
        square = batch["id"] * batch["id"]
        return {"high": [(square >> 32).sum()], "low": [(square & 0xFFFFFFFF).sum()]}

    sums = numbers(data, size).map_batches(halves, batch_size=None).sum(["high", "low"])
    return (sums["sum(high)"] << 32) + sums["sum(low)"]


def six_steps(data: Any, size: int, source: str) -> Any:
    def left(batch: Any) -> Any:
        x = batch["id"] * 3 + 1
        x = x[x % 2 == 0]
        rest = x % 1000
        few = rest < 900
        return {"x": (x[few] - rest[few]) // 7}

    return numbers(data, size).map_batches(left, batch_size=None).sum("x")


def join(data: Any, size: int, source: str) -> Any:
    users = size // 10

    def order(batch: Any) -> Any:
        return {"user": batch["id"] * FACTOR % users, "amount": batch["id"] % 1000}

    def user(batch: Any) -> Any:
        return {"user": batch["id"], "name": [f"user{number}" for number in batch["id"].tolist()]}

    def values(batch: Any) -> Any:
        import pyarrow as pa
        import pyarrow.compute as pc

        return pa.table({"value": pc.add(batch["amount"], pc.binary_length(batch["name"]))})

    orders = numbers(data, size).map_batches(order, batch_size=None)
    names = numbers(data, users).map_batches(user, batch_size=None)
    joined = orders.join(names, "inner", num_partitions=PARTS, on=("user",))
    return arrow_batches(joined, values).sum("value")


def group(data: Any, size: int, source: str) -> Any:
    from ray.data.aggregate import Max, Min

    keys = size // 20

    def keyed(batch: Any) -> Any:
        number = batch["id"]
        return {"key": (1 - number % 2) * (number * FACTOR % keys), "value": number}

    groups = numbers(data, size).map_batches(keyed, batch_size=None).groupby("key")
    extremes = groups.aggregate(Max("value", alias_name="max"), Min("value", alias_name="min"))
    ranges = extremes.map_batches(lambda batch: {"range": batch["max"] - batch["min"]})
    return summed(ranges, "range")


def distinct(data: Any, size: int, source: str) -> Any:
    half = size // 2

    def number(batch: Any) -> Any:
        return {"number": batch["id"] * FACTOR % half}

    found = numbers(data, size).map_batches(number, batch_size=None).groupby("number").count()
    return found.sum("number")


def sort_numbers(data: Any, size: int, source: str) -> Any:
    def number(batch: Any) -> Any:
        return {"key": batch["id"] ** 2 * MIXER % PRIME}

    return in_order(data, numbers(data, size).map_batches(number, batch_size=None))


def sort_strings(data: Any, size: int, source: str) -> Any:
    def text(batch: Any) -> Any:
        return {"key": [f"{number:x}" for number in (batch["id"] ** 2 * MIXER % PRIME).tolist()]}

    return in_order(data, numbers(data, size).map_batches(text, batch_size=None))


def in_order(data: Any, keys: Any) -> Any:
    """See `benchmarks.jobs.programs.in_order`."""
    data.DataContext.get_current().execution_options.preserve_order = True
    parts = arrow_batches(keys.sort("key"), looked_through).take_all()
    disorder = sum(part["disorder"] for part in parts)
    disorder += sum(later["first"] < earlier["last"] for earlier, later in pairwise(parts))
    count = sum(part["count"] for part in parts)
    return count, parts[0]["first"], parts[-1]["last"], disorder


def looked_through(batch: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    keys = batch["key"].combine_chunks()
    disorder = pc.sum(pc.less(keys[1:], keys[:-1])).as_py() or 0
    columns = {"count": [len(keys)], "first": keys[:1], "last": keys[-1:], "disorder": [disorder]}
    return pa.table(columns)


def terasort(data: Any, megabytes: int, source: str) -> None:
    from ray.data.datasource import BlockBasedFileDatasink

    class Text(BlockBasedFileDatasink):
        def write_block_to_file(self, block: Any, file: Any) -> None:
            file.write(
                "".join(f"{line}\n" for line in block.to_arrow()["line"].to_pylist()).encode()
            )

    def keyed(batch: Any) -> Any:
        import pyarrow.compute as pc

        return batch.append_column("key", pc.utf8_slice_codeunits(batch["line"], 0, 10))

    data.DataContext.get_current().execution_options.preserve_order = True
    records = arrow_batches(lines(data, source), keyed).sort("key")
    records.write_datasink(Text(os.path.abspath(OUTPUT), file_format="txt"))


def tasks(data: Any, number: int, source: str) -> Any:
    results = data.range(number, override_num_blocks=number).map_batches(
        lambda batch: {"id": batch["id"] + 1}
    )
    return sum(row["id"] for row in results.iter_rows()) == number * (number + 1) // 2


def tiny_jobs(data: Any, number: int, source: str) -> Any:
    return all(tasks(data, 2, source) for _ in range(number))
