"""Polars, for the jobs that are queries of frames.

Iterations and jobs of many small tasks are no queries, and are left out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.engines import not_installed
from benchmarks.jobs.agreed import FACTOR, MIXER, OUTPUT, PATTERN, PRIME

TITLE = "Polars"
PACKAGES = ("polars",)


def missing() -> str:
    return not_installed("polars")


@contextmanager
def started(cores: int, folder: str, settings: Mapping[str, str]) -> Iterator[Any]:
    os.environ["POLARS_MAX_THREADS"] = str(cores)  # Polars reads it when it is imported
    import polars

    yield polars


def startup(pl: Any, number: int, source: str) -> Any:
    return pl.select(pl.int_range(number).add(1).sum()).item() == number * (number + 1) // 2


# -- text ------------------------------------------------------------------------------------------


def lines(pl: Any, source: str) -> Any:
    """A column ``line``; no byte of the text stands between columns or quotes."""
    return pl.scan_csv(
        source, has_header=False, new_columns=["line"], separator="\x01", quote_char=None
    )


def word_count(pl: Any, megabytes: int, source: str) -> Any:
    words = pl.col("line").str.replace_all("\t", " ", literal=True).str.split(" ")
    found = lines(pl, source).select(word=words.explode()).filter(pl.col("word") != "")
    return ranked(pl, ["word"], found.group_by("word").agg(number=pl.len()))


def grep(pl: Any, megabytes: int, source: str) -> Any:
    found = lines(pl, source).filter(pl.col("line").str.contains(PATTERN.pattern))
    return summed(pl, found.select(number=pl.col("line").str.len_bytes()))


def log_aggregation(pl: Any, megabytes: int, source: str) -> Any:
    line = pl.col("line")
    rest = line.str.split('"').list.get(2).str.strip_chars().str.split(" ")
    requests = lines(pl, source).select(
        client=line.str.extract(r"^([^ ]*)"),
        status=rest.list.get(0),
        bytes=rest.list.get(1).cast(pl.Int64, strict=False).fill_null(0),
    )
    traffic = requests.group_by("client", "status").agg(hits=pl.len(), number=pl.sum("bytes"))
    return ranked(pl, ["client", "status", "hits"], traffic)


def inverted_index(pl: Any, megabytes: int, source: str) -> Any:
    pages = pl.scan_csv(
        source, has_header=False, new_columns=["page", "text"], separator="\t", quote_char=None
    )
    words = pages.select("page", word=pl.col("text").str.split(" ").list.unique()).explode("word")
    found = words.filter(pl.col("word") != "")
    index = found.group_by("word").agg(pages=pl.col("page").sort())
    pages = pl.col("pages").list
    entries = index.select("word", first=pages.first(), last=pages.last(), number=pages.len())
    return ranked(pl, ["word", "first", "last"], entries)


# -- numbers and keys ------------------------------------------------------------------------------


def numbers(pl: Any, size: int) -> Any:
    """A column ``i``."""
    return pl.LazyFrame().select(i=pl.int_range(size, dtype=pl.Int64))


def squares(pl: Any, size: int, source: str) -> Any:
    """Each square fits into 64 bits; their sum does not."""
    square = pl.col("i") * pl.col("i")
    return collected(numbers(pl, size).select(square.cast(pl.Int128).sum())).item()


def chain(pl: Any, size: int, source: str) -> Any:
    x = pl.col("x")
    even = numbers(pl, size).select(x=pl.col("i") * 3 + 1).filter(x % 2 == 0)
    few = even.with_columns(rest=x % 1000).filter(pl.col("rest") < 900)
    return total(few.select((x - pl.col("rest")) // 7))


def join(pl: Any, size: int, source: str) -> Any:
    users, i = size // 10, pl.col("i")
    orders = numbers(pl, size).select(user=i * FACTOR % users, amount=i % 1000)
    names = numbers(pl, users).select(user=i, name=pl.format("user{}", i))
    joined = orders.join(names, on="user")
    return total(joined.select(pl.col("amount") + pl.col("name").str.len_bytes()))


def cogroup(pl: Any, size: int, source: str) -> Any:
    keys, i = size // 5, pl.col("i")
    left = numbers(pl, size).select(key=i * FACTOR % keys, one=i % 1000)
    right = numbers(pl, size).select(key=i * FACTOR % keys + keys // 2, other=i % 777)
    one, other = pl.col("one").list, pl.col("other").list
    both = (
        left.group_by("key")
        .agg("one")
        .join(right.group_by("key").agg("other"), on="key", how="full", coalesce=True)
    )
    product = (one.sum() * other.len().cast(pl.Int64)).fill_null(0)
    return summed(pl, both.select(number=product + other.sum().fill_null(0)))


def group(pl: Any, size: int, source: str) -> Any:
    keys, i = size // 20, pl.col("i")
    key = pl.when(i % 2 == 1).then(0).otherwise(i * FACTOR % keys)
    groups = numbers(pl, size).with_columns(key=key).group_by("key")
    return summed(pl, groups.agg(number=i.max() - i.min()))


def distinct(pl: Any, size: int, source: str) -> Any:
    half = size // 2
    return total(numbers(pl, size).select(pl.col("i") * FACTOR % half).unique())


# -- order -----------------------------------------------------------------------------------------


def sort_numbers(pl: Any, size: int, source: str) -> Any:
    return in_order(pl, random_numbers(pl, size))


def sort_strings(pl: Any, size: int, source: str) -> Any:
    """Polars does not write hexadecimal numbers: Python does."""
    found = collected(random_numbers(pl, size))["key"].to_list()
    return in_order(pl, pl.LazyFrame({"key": [f"{number:x}" for number in found]}))


def random_numbers(pl: Any, size: int) -> Any:
    return numbers(pl, size).select(key=pl.col("i") * pl.col("i") * MIXER % PRIME)


def in_order(pl: Any, keys: Any) -> Any:
    """See `benchmarks.jobs.programs.in_order`."""
    found = collected(keys.sort("key"))["key"]
    disorder = int((found[1:] < found[:-1]).sum())
    return len(found), found[0], found[-1], disorder


def terasort(pl: Any, megabytes: int, source: str) -> None:
    Path(OUTPUT).mkdir()
    ordered = lines(pl, source).sort(pl.col("line").str.slice(0, 10))
    ordered.sink_csv(f"{OUTPUT}/part.txt", include_header=False, quote_style="never")


# -- data that is come back to ---------------------------------------------------------------------


def log_mining(pl: Any, megabytes: int, source: str) -> Iterator[Any]:
    yield from searches(pl, collected(errors(pl, source)).lazy())


def log_mining_cold(pl: Any, megabytes: int, source: str) -> Iterator[Any]:
    return searches(pl, errors(pl, source))


def errors(pl: Any, source: str) -> Any:
    return containing(pl, lines(pl, source), " ERROR ")


def containing(pl: Any, lines: Any, text: str) -> Any:
    return lines.filter(pl.col("line").str.contains(text, literal=True))


def searches(pl: Any, errors: Any) -> Iterator[Any]:
    found = collected(errors.select(pl.len())).item()
    yield found
    allocator = collected(containing(pl, errors, "Allocator").select(pl.len())).item()
    yield allocator
    times = pl.col("line").str.extract(r"^\s*\S+\s+(\S+)")
    with_exception = containing(pl, errors, "xception").select(times.alias("time")).sort("time")
    yield found, allocator, collected(with_exception)["time"][::1000].to_list()


# -- answers ---------------------------------------------------------------------------------------


def collected(query: Any) -> Any:
    return query.collect(engine="streaming")


def total(query: Any) -> int:
    """The sum of the one column."""
    return int(collected(query.sum()).item())


def summed(pl: Any, query: Any) -> tuple[int, int]:
    """See `benchmarks.jobs.programs.summed`."""
    count, total = collected(query.select(pl.len(), pl.sum("number"))).row(0)
    return count, total


def ranked(pl: Any, keys: list[str], query: Any) -> Any:
    """See `benchmarks.jobs.programs.ranked`."""
    found = collected(query)
    best = found.sort(-pl.col("number").cast(pl.Int64), *keys).head(5)
    pairs = [
        (key[0] if len(key) == 1 else key, number)
        for *key, number in best.select(*keys, "number").rows()
    ]
    return len(found), found["number"].sum(), pairs


PROGRAMS = {
    "startup": startup,
    "wordcount": word_count,
    "grep": grep,
    "logs": log_aggregation,
    "squares": squares,
    "chain": chain,
    "index": inverted_index,
    "join": join,
    "cogroup": cogroup,
    "group": group,
    "distinct": distinct,
    "sortnumbers": sort_numbers,
    "sortstrings": sort_strings,
    "terasort": terasort,
    "logmining": log_mining,
    "logminingcold": log_mining_cold,
}
