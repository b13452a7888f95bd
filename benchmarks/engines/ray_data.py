"""Ray Data on a cluster of this machine: columns in batches, with Arrow's and numpy's operations.

Two jobs are left out. There is no cogroup: Ray Data has joins and groups of one dataset each. And
k-means on tuples would be k-means on arrays, as a batch has columns and not tuples.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from heapq import nsmallest
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.engines import not_installed
from benchmarks.jobs.agreed import FACTOR, MIXER, OUTPUT, PARTS, PATTERN, PRIME, SPLITS

TITLE = "Ray Data"
PACKAGES = ("ray", "pyarrow", "pandas", "polars")  # with polars it joins

ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # so that Ray stays on 127.0.0.1, as there
}
OBJECT_STORE_BYTES = 2_000_000_000
IDLE_PROCESSES = 8  # with no more than cores, Ray ends and starts processes all the time


def missing() -> str:
    return not_installed("ray") or not_installed("pandas") or not_installed("polars")


@contextmanager
def started(cores: int, folder: str, settings: Mapping[str, str]) -> Iterator[Any]:
    """Ray's own folder is a short one, as the names of its sockets go into 107 bytes."""
    os.environ.update(ENVIRONMENT)
    import ray

    with TemporaryDirectory(prefix="ray-") as short:
        ray.init(
            num_cpus=cores,
            object_store_memory=OBJECT_STORE_BYTES,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            _node_ip_address="127.0.0.1",
            _temp_dir=short,
            _system_config={"num_workers_soft_limit": IDLE_PROCESSES},
        )
        try:
            import ray.data

            logging.getLogger("ray.data").setLevel(logging.ERROR)
            context = ray.data.DataContext.get_current()
            context.enable_progress_bars = False
            context.default_hash_shuffle_parallelism = PARTS
            yield ray.data
        finally:
            ray.shutdown()


def warm(data: Any, job: str) -> None:
    """Ray's processes import what they need at their first jobs, in seconds."""
    distinct(data, 1_000, "")
    if job == "join":
        join(data, 1_000, "")


# -- text, which is ASCII --------------------------------------------------------------------------


def lines(data: Any, source: str) -> Any:
    """A column ``line``. `read_text` would read the file in one task, as it does not divide any."""

    def read(batch: Any) -> Any:
        import pyarrow as pa
        import pyarrow.compute as pc

        text = pa.array([part_of(source, int(batch["id"][0]))], pa.large_string())
        return pa.table({"line": pc.split_pattern(text, "\n").flatten()})

    return data.range(SPLITS, override_num_blocks=SPLITS).map_batches(read)


def part_of(source: str, number: int) -> str:
    """The lines that begin in one of `SPLITS` parts of a file, but for the last line feed."""
    size = Path(source).stat().st_size
    begin, end = size * number // SPLITS, size * (number + 1) // SPLITS
    with open(source, "rb") as file:
        if begin:
            file.seek(begin - 1)
            file.readline()
        text = file.read(max(0, end - file.tell()))
        if text and not text.endswith(b"\n"):
            text += file.readline()
    return text.decode("ascii").removesuffix("\n")


def arrow_batches(dataset: Any, function: Any) -> Any:
    """Whole blocks, as Arrow's tables."""
    return dataset.map_batches(function, batch_size=None, batch_format="pyarrow")


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


def cut(lines: Any) -> tuple[Any, Any]:
    """What is before the first tab, and what is behind."""
    import pyarrow.compute as pc

    both = pc.split_pattern(lines.combine_chunks(), "\t", max_splits=1)
    return pc.list_element(both, 0), pc.list_element(both, 1)


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


# -- numbers ---------------------------------------------------------------------------------------


def numbers(data: Any, size: int) -> Any:
    """A column ``id``."""
    return data.range(size, override_num_blocks=PARTS)


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


# -- keys ------------------------------------------------------------------------------------------


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


# -- order -----------------------------------------------------------------------------------------


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


# -- data that is come back to ---------------------------------------------------------------------


def log_mining(data: Any, megabytes: int, source: str) -> Iterator[Any]:
    return searches(errors(data, source).materialize())


def log_mining_cold(data: Any, megabytes: int, source: str) -> Iterator[Any]:
    return searches(errors(data, source))


def errors(data: Any, source: str) -> Any:
    return containing(lines(data, source), " ERROR ")


def containing(lines: Any, text: str) -> Any:
    def found(batch: Any) -> Any:
        import pyarrow.compute as pc

        return batch.filter(pc.match_substring(batch["line"], text))

    return arrow_batches(lines, found)


def searches(errors: Any) -> Iterator[Any]:
    def times(batch: Any) -> Any:
        import pyarrow as pa

        return pa.table({"time": [line.split()[1] for line in batch["line"].to_pylist()]})

    found = errors.count()
    yield found
    allocator = containing(errors, "Allocator").count()
    yield allocator
    seen = arrow_batches(containing(errors, "xception"), times).to_pandas()
    yield found, allocator, sorted(seen["time"])[::1000]


def pagerank(data: Any, copies: int, source: str) -> Iterator[Any]:
    """The ranks are few: each batch of links gets them all, and nothing else moves."""
    import numpy as np

    graph = arrow_batches(lines(data, source), linked).materialize()
    names = np.array(sorted(set(graph.unique("page")) | set(graph.unique("other"))))

    def numbered(batch: Any) -> Any:
        return {end: np.searchsorted(names, batch[end]) for end in ("page", "other")}

    def degrees(batch: Any) -> Any:
        return {"part": np.bincount(batch["page"], minlength=len(names))[None]}

    def given(batch: Any, shares: Any) -> Any:
        return {"part": np.bincount(batch["other"], shares[batch["page"]], len(names))[None]}

    links = graph.map_batches(numbered, batch_size=None).materialize()
    degree = np.maximum(parts_added(links.map_batches(degrees, batch_size=None)), 1)
    ranks = np.full(len(names), 1 / len(names))
    for _ in range(10):
        shares = {"shares": ranks / degree}
        sums = parts_added(links.map_batches(given, batch_size=None, fn_kwargs=shares))
        ranks = 0.15 / len(names) + 0.85 * sums
    pages = zip(map(str, names.tolist()), ranks.tolist(), strict=True)
    best = nsmallest(5, pages, key=lambda page: (-round(page[1], 12), page[0]))
    yield len(names), [(name, round(rank, 12)) for name, rank in best]


def linked(batch: Any) -> Any:
    import pyarrow as pa

    page, other = cut(batch["line"])
    return pa.table({"page": page.cast(pa.int64()), "other": other.cast(pa.int64())})


def parts_added(parts: Any) -> Any:
    """The sum of the arrays in the column ``part``."""
    return sum(row["part"] for row in parts.iter_rows())


def kmeans_arrays(data: Any, size: int, source: str) -> Iterator[Any]:
    from benchmarks.jobs.kernels import means, normal, sums

    rows = size // PARTS
    blocks = (
        numbers(data, PARTS)
        .map_batches(lambda batch: {"points": normal(int(batch["id"][0]), rows)})
        .materialize()
    )
    centres = blocks.take_batch(4)["points"]
    for _ in range(10):
        parts = blocks.map_batches(
            lambda batch, centres: {"part": sums(batch["points"], centres)[None]},
            batch_size=None,
            fn_kwargs={"centres": centres},
        )
        centres = means(parts_added(parts))
        yield centres.round(6).tolist()


def logistic(data: Any, size: int, source: str) -> Iterator[Any]:
    import numpy as np

    from benchmarks.jobs.kernels import WIDTH, gradient, observed

    def block(batch: Any) -> Any:
        found, explaining = observed(int(batch["id"][0]), rows)
        return {"found": found, "explaining": explaining}

    def slope(batch: Any, weights: Any) -> Any:
        return {"part": gradient((batch["found"], batch["explaining"]), weights)[None]}

    rows = size // PARTS
    blocks = numbers(data, PARTS).map_batches(block).materialize()
    weights = np.zeros(WIDTH)
    for _ in range(20):
        slopes = blocks.map_batches(slope, batch_size=None, fn_kwargs={"weights": weights})
        weights = weights + parts_added(slopes) / size
        yield weights.round(6).tolist()


# -- small work ------------------------------------------------------------------------------------


def tasks(data: Any, number: int, source: str) -> Any:
    results = data.range(number, override_num_blocks=number).map_batches(
        lambda batch: {"id": batch["id"] + 1}
    )
    return sum(row["id"] for row in results.iter_rows()) == number * (number + 1) // 2


def tiny_jobs(data: Any, number: int, source: str) -> Any:
    return all(tasks(data, 2, source) for _ in range(number))


# -- answers ---------------------------------------------------------------------------------------


def summed(dataset: Any, column: str) -> tuple[int, int]:
    """See `benchmarks.jobs.programs.summed`."""

    def count_and_sum(batch: Any) -> Any:
        import pyarrow as pa
        import pyarrow.compute as pc

        return pa.table({"count": [len(batch)], "sum": [pc.sum(batch[column]).as_py() or 0]})

    parts = arrow_batches(dataset, count_and_sum).take_all()
    return sum(part["count"] for part in parts), sum(part["sum"] for part in parts)


def ranked(dataset: Any, keys: list[str], number: str) -> Any:
    """See `benchmarks.jobs.programs.ranked`."""
    table = dataset.to_pandas()
    best = table.sort_values([number, *keys], ascending=[False, *(True for _ in keys)]).head(5)
    found = best[[*keys, number]].values.tolist()
    pairs = [(key[0] if len(keys) == 1 else tuple(key), count) for *key, count in found]
    return len(table), int(table[number].sum()), pairs


PROGRAMS = {
    "startup": tasks,
    "wordcount": word_count,
    "grep": grep,
    "logs": log_aggregation,
    "squares": squares,
    "chain": six_steps,
    "index": inverted_index,
    "join": join,
    "group": group,
    "distinct": distinct,
    "sortnumbers": sort_numbers,
    "sortstrings": sort_strings,
    "terasort": terasort,
    "pagerank": pagerank,
    "kmeansarrays": kmeans_arrays,
    "logistic": logistic,
    "logmining": log_mining,
    "logminingcold": log_mining_cold,
    "tasks": tasks,
    "tinyjobs": tiny_jobs,
}
