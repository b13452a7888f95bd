"""DuckDB, for the jobs that are queries. The data is in memory, if it is not in a file.

Iterations and jobs of many small tasks are no queries, and are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.engines import not_installed
from benchmarks.jobs.agreed import FACTOR, MIXER, OUTPUT, PATTERN, PRIME

TITLE = "DuckDB"
PACKAGES = ("duckdb",)
MODULE = "duckdb"


def missing() -> str:
    return not_installed("duckdb") or not_installed("pyarrow")


@contextmanager
def started(cores: int, folder: str, settings: Mapping[str, str]) -> Iterator[Any]:
    import duckdb

    with duckdb.connect(config={"threads": cores, "temp_directory": folder}) as connection:
        yield connection


def warm(duck: Any, job: str) -> None:
    import pyarrow.compute  # noqa: F401 - which compares what was sorted


def startup(duck: Any, number: int, source: str) -> Any:
    total = only(duck, f"SELECT sum(i + 1) FROM range({number}) t(i)")
    return total == number * (number + 1) // 2


# -- text ------------------------------------------------------------------------------------------


def lines(source: str) -> str:
    """A table with a column ``line``; no byte of the text stands between columns or quotes."""
    return f"""read_csv('{source}', columns = {{'line': 'VARCHAR'}}, header = false,
        delim = '\\x01', quote = '', escape = '', auto_detect = false, buffer_size = 4_000_000)"""


def word_count(duck: Any, megabytes: int, source: str) -> Any:
    words = f"""
        SELECT unnest(string_split(translate(line, chr(9), ' '), ' ')) AS word
        FROM {lines(source)}"""
    counts = f"SELECT word, count(*) AS number FROM ({words}) WHERE word <> '' GROUP BY word"
    return ranked(duck, ["word"], counts)


def grep(duck: Any, megabytes: int, source: str) -> Any:
    found = f"regexp_matches(line, '{PATTERN.pattern}')"
    return summed(duck, f"SELECT strlen(line) AS number FROM {lines(source)} WHERE {found}")


def log_aggregation(duck: Any, megabytes: int, source: str) -> Any:
    requests = f"""
        SELECT split_part(line, ' ', 1) AS client,
            string_split(trim(split_part(line, '"', 3)), ' ') AS rest
        FROM {lines(source)}"""
    traffic = f"""
        SELECT client, rest[1] AS status, count(*) AS hits,
            sum(coalesce(try_cast(rest[2] AS INT), 0)) AS number
        FROM ({requests}) GROUP BY ALL"""
    return ranked(duck, ["client", "status", "hits"], traffic)


def inverted_index(duck: Any, megabytes: int, source: str) -> Any:
    words = f"""
        SELECT split_part(line, chr(9), 1)::INT AS page,
            unnest(list_distinct(string_split(split_part(line, chr(9), 2), ' '))) AS word
        FROM {lines(source)}"""
    index = f"""
        SELECT word, list(page ORDER BY page) AS pages
        FROM ({words}) WHERE word <> '' GROUP BY word"""
    entries = f"SELECT word, pages[1] first, pages[-1] last, len(pages) number FROM ({index})"
    return ranked(duck, ["word", "first", "last"], entries)


# -- numbers and keys ------------------------------------------------------------------------------


def squares(duck: Any, size: int, source: str) -> Any:
    return only(duck, f"SELECT sum(i * i) FROM range({size}) t(i)")


def chain(duck: Any, size: int, source: str) -> Any:
    even = f"SELECT i * 3 + 1 x FROM range({size}) t(i) WHERE (i * 3 + 1) % 2 = 0"
    return only(duck, f"SELECT sum((x - x % 1000) // 7) FROM ({even}) WHERE x % 1000 < 900")


def join(duck: Any, size: int, source: str) -> Any:
    users = size // 10
    orders = f"SELECT i * {FACTOR} % {users} user, i % 1000 amount FROM range({size}) t(i)"
    names = f"SELECT i user, 'user' || i name FROM range({users}) t(i)"
    joined = f"({orders}) JOIN ({names}) USING (user)"
    return only(duck, f"SELECT sum(amount + length(name)) FROM {joined}")


def group(duck: Any, size: int, source: str) -> Any:
    keyed = f"""
        SELECT CASE WHEN i % 2 = 1 THEN 0 ELSE i * {FACTOR} % {size // 20} END key, i
        FROM range({size}) t(i)"""
    return summed(duck, f"SELECT max(i) - min(i) number FROM ({keyed}) GROUP BY key")


def cogroup(duck: Any, size: int, source: str) -> Any:
    keys = size // 5
    left = f"SELECT i * {FACTOR} % {keys} key, i % 1000 value FROM range({size}) t(i)"
    right = f"SELECT i * {FACTOR} % {keys} + {keys // 2} key, i % 777 value FROM range({size}) t(i)"
    both = f"""
        (SELECT key, list(value) one FROM ({left}) GROUP BY key) FULL JOIN
        (SELECT key, list(value) other FROM ({right}) GROUP BY key) USING (key)"""
    number = "coalesce(list_sum(one) * len(other), 0) + coalesce(list_sum(other), 0)"
    return summed(duck, f"SELECT {number} number FROM {both}")


def distinct(duck: Any, size: int, source: str) -> Any:
    half = size // 2
    return only(duck, f"SELECT sum(DISTINCT i * {FACTOR} % {half}) FROM range({size}) t(i)")


# -- order -----------------------------------------------------------------------------------------


def sort_numbers(duck: Any, size: int, source: str) -> Any:
    return in_order(duck, f"SELECT i * i * {MIXER} % {PRIME} key FROM range({size}) t(i)")


def sort_strings(duck: Any, size: int, source: str) -> Any:
    return in_order(
        duck, f"SELECT format('{{:x}}', i * i * {MIXER} % {PRIME}) key FROM range({size}) t(i)"
    )


def in_order(duck: Any, keys: str) -> Any:
    """See `benchmarks.jobs.programs.in_order`."""
    import pyarrow.compute as pc

    found = duck.sql(f"{keys} ORDER BY key").to_arrow_table()["key"].combine_chunks()
    disorder = pc.sum(pc.less(found[1:], found[:-1])).as_py()
    return len(found), found[0].as_py(), found[-1].as_py(), disorder


def terasort(duck: Any, megabytes: int, source: str) -> None:
    Path(OUTPUT).mkdir()
    duck.execute(f"""
        COPY (SELECT line FROM {lines(source)} ORDER BY line[:10])
        TO '{OUTPUT}/part.txt'
        (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\\x01')""")


# -- data that is come back to ---------------------------------------------------------------------


def log_mining(duck: Any, megabytes: int, source: str) -> Iterator[Any]:
    duck.execute(f"CREATE OR REPLACE TEMP TABLE errors AS {errors(source)}")
    yield from searches(duck, "errors")


def log_mining_cold(duck: Any, megabytes: int, source: str) -> Iterator[Any]:
    return searches(duck, f"({errors(source)})")


def errors(source: str) -> str:
    return f"SELECT line FROM {lines(source)} WHERE contains(line, ' ERROR ')"


def searches(duck: Any, errors: str) -> Iterator[Any]:
    found = only(duck, f"SELECT count(*) FROM {errors}")
    yield found
    allocator = only(duck, f"SELECT count(*) FROM {errors} WHERE contains(line, 'Allocator')")
    yield allocator
    times = duck.execute(rf"""
        SELECT regexp_extract(line, '^\s*\S+\s+(\S+)', 1) FROM {errors}
        WHERE contains(line, 'xception') ORDER BY 1""").fetchall()
    yield found, allocator, [time for (time,) in times[::1000]]


# -- answers ---------------------------------------------------------------------------------------


def only(duck: Any, query: str) -> Any:
    """The one value that a query finds."""
    [(value,)] = duck.execute(query).fetchall()
    return value


def summed(duck: Any, query: str) -> tuple[int, int]:
    """See `benchmarks.jobs.programs.summed`."""
    [(count, total)] = duck.execute(f"SELECT count(*), sum(number) FROM ({query})").fetchall()
    return count, int(total)


def ranked(duck: Any, keys: list[str], query: str) -> Any:
    """See `benchmarks.jobs.programs.ranked`."""
    duck.execute(f"CREATE OR REPLACE TEMP TABLE found AS {query}")
    columns = ", ".join(keys)
    best = duck.execute(
        f"SELECT number, {columns} FROM found ORDER BY number DESC, {columns} LIMIT 5"
    ).fetchall()
    pairs = [(key[0] if len(key) == 1 else key, int(number)) for number, *key in best]
    return *summed(duck, "FROM found"), pairs


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
