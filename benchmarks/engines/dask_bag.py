"""Dask on one machine: bags on a pool of processes, and arrays and frames on threads, as Dask's
own default would have it.

A bag has neither a sort nor a join of two that are large; Dask's advice is a frame, and so it is
done here. Groups are made with ``foldby``, as its advice against ``groupby`` goes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial, reduce
from heapq import nsmallest
from itertools import chain, pairwise
from math import ceil
from multiprocessing import get_context
from operator import add, itemgetter
from pathlib import Path
from typing import Any

from benchmarks.engines import not_installed, rdd
from benchmarks.jobs.agreed import CENTRES, FACTOR, MIXER, OUTPUT, PARTS, PATTERN, PRIME, SPLITS

TITLE = "Dask (bag)"
PACKAGES = ("dask", "cytoolz", "pandas")  # with cytoolz, a bag's loops are in C
MODULE = "dask.bag"


def missing() -> str:
    return not_installed("dask") or not_installed("cytoolz") or not_installed("pandas")


@contextmanager
def started(cores: int, folder: str, settings: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Processes that stay, as Dask would otherwise start some for each job. Yields how to compute
    what is best computed on threads."""
    import dask

    processes = ProcessPoolExecutor(cores, mp_context=get_context("spawn"))
    with processes, ThreadPoolExecutor(cores) as threads:
        choice = {"scheduler": "processes", "pool": processes, "temporary_directory": folder}
        with dask.config.set(choice):
            yield {"scheduler": "threads", "pool": threads}


def warm(threads: Any, job: str) -> None:
    """Imports frames, or arrays."""
    if job in FRAMES:
        sort_numbers(threads, 1_000, "")
    elif job in rdd.ARRAYS:
        list(PROGRAMS[job](threads, 1_000, ""))


# -- text ------------------------------------------------------------------------------------------


def lines(source: str) -> Any:
    """Each with its line feed."""
    import dask.bag

    return dask.bag.read_text(source, blocksize=ceil(Path(source).stat().st_size / SPLITS))


def word_count(threads: Any, megabytes: int, source: str) -> Any:
    return ranked(lines(source).map(str.split).flatten().frequencies())


def grep(threads: Any, megabytes: int, source: str) -> Any:
    return summed(lines(source).filter(PATTERN.search).map(str.rstrip, "\n").map(len))


def log_aggregation(threads: Any, megabytes: int, source: str) -> Any:
    from benchmarks.jobs.programs import request

    traffic = (
        lines(source)
        .map(request)
        .foldby(itemgetter(0), lambda sums, pair: both(sums, pair[1]), (0, 0), both, (0, 0))
    )
    return ranked(traffic.map(lambda pair: ((*pair[0], pair[1][0]), pair[1][1])))


def both(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


def inverted_index(threads: Any, megabytes: int, source: str) -> Any:
    index = grouped(lines(source).map(places).flatten()).map(
        lambda pair: (pair[0], sorted(pair[1]))
    )
    return ranked(index.map(lambda pair: ((pair[0], pair[1][0], pair[1][-1]), len(pair[1]))))


def places(line: str) -> list[tuple[str, int]]:
    number, _, text = line.partition("\t")
    return [(word, int(number)) for word in set(text.split())]


# -- numbers ---------------------------------------------------------------------------------------


def numbers(size: int) -> Any:
    import dask.bag

    return dask.bag.range(size, npartitions=PARTS)


def squares(threads: Any, size: int, source: str) -> Any:
    return numbers(size).map(lambda x: x * x).sum().compute()


def six_steps(threads: Any, size: int, source: str) -> Any:
    left = (
        numbers(size)
        .map(lambda x: x * 3 + 1)
        .filter(lambda x: x % 2 == 0)
        .map(lambda x: (x, x % 1000))
        .filter(lambda pair: pair[1] < 900)
        .map(lambda pair: pair[0] - pair[1])
        .map(lambda x: x // 7)
    )
    return left.sum().compute()


# -- keys ------------------------------------------------------------------------------------------


def group(threads: Any, size: int, source: str) -> Any:
    keys = size // 20
    groups = grouped(numbers(size).map(lambda i: (0 if i % 2 else i * FACTOR % keys, i)))
    return summed(groups.map(lambda pair: max(pair[1]) - min(pair[1])))


def cogroup(threads: Any, size: int, source: str) -> Any:
    import dask.bag

    keys = size // 5
    left = numbers(size).map(lambda i: (i * FACTOR % keys, 0, i % 1000))
    right = numbers(size).map(lambda i: (i * FACTOR % keys + keys // 2, 1, i % 777))
    records = dask.bag.concat([left, right])
    pairs = records.foldby(itemgetter(0), sided, two_lists, joined, two_lists)
    return summed(pairs.map(lambda pair: sum(pair[1][0]) * len(pair[1][1]) + sum(pair[1][1])))


def two_lists() -> tuple[list[int], list[int]]:
    return [], []


def sided(lists: Any, record: tuple[int, int, int]) -> Any:
    lists[record[1]].append(record[2])
    return lists


def joined(lists: Any, more: Any) -> Any:
    lists[0].extend(more[0])
    lists[1].extend(more[1])
    return lists


def distinct(threads: Any, size: int, source: str) -> Any:
    half = size // 2
    return numbers(size).map(lambda i: i * FACTOR % half).distinct().sum().compute()


def grouped(pairs: Any) -> Any:
    """(key, list of values)."""
    return pairs.foldby(itemgetter(0), appended, list, extended, list)


def appended(values: list[Any], pair: tuple[Any, Any]) -> list[Any]:
    values.append(pair[1])
    return values


def extended(values: list[Any], more: list[Any]) -> list[Any]:
    values.extend(more)
    return values


# -- frames ----------------------------------------------------------------------------------------


def frame(columns: Callable[[Any], dict[str, Any]], size: int) -> Any:
    """In parts, from columns that are computed from the numbers of the rows."""
    import dask.dataframe
    import numpy as np
    import pandas as pd

    def part(bounds: tuple[int, int]) -> Any:
        return pd.DataFrame(columns(np.arange(*bounds)))

    bounds = [(size * at // PARTS, size * (at + 1) // PARTS) for at in range(PARTS)]
    return dask.dataframe.from_map(part, bounds, meta=part((0, 1)))


def on_threads(program: Callable[[int, str], Any]) -> Callable[[Any, int, str], Any]:
    """A frame's program: some of Dask's methods compute by themselves, so all have to know."""

    def run(threads: Any, size: int, source: str) -> Any:
        import dask

        with dask.config.set(threads):
            return program(size, source)

    return run


@on_threads
def join(size: int, source: str) -> Any:
    users = size // 10
    orders = frame(lambda i: {"user": i * FACTOR % users, "amount": i % 1000}, size)
    names = frame(lambda i: {"user": i, "name": [f"user{number}" for number in i]}, users)
    both_sides = orders.merge(names, on="user")
    values = both_sides["amount"] + both_sides["name"].str.len()
    return int(values.sum().compute())


@on_threads
def sort_numbers(size: int, source: str) -> Any:
    ordered = frame(lambda i: {"key": i * i * MIXER % PRIME}, size).sort_values("key")
    count, first, last, disorder = in_order(ordered)
    return count, int(first), int(last), disorder


@on_threads
def sort_strings(size: int, source: str) -> Any:
    texts = frame(lambda i: {"key": [f"{number:x}" for number in i * i * MIXER % PRIME]}, size)
    return in_order(texts.sort_values("key"))


def in_order(ordered: Any) -> Any:
    """See `benchmarks.jobs.programs.in_order`."""
    import dask

    looked = map(dask.delayed(looked_through), ordered["key"].to_delayed())
    parts = [part for part in dask.compute(*looked) if part]
    disorder = sum(part[3] for part in parts)
    disorder += sum(bool(later[1] < earlier[2]) for earlier, later in pairwise(parts))
    return sum(part[0] for part in parts), parts[0][1], parts[-1][2], disorder


def looked_through(keys: Any) -> Any:
    if keys.empty:
        return None
    disorder = int((keys.iloc[1:].array < keys.iloc[:-1].array).sum())
    return len(keys), keys.iloc[0], keys.iloc[-1], disorder


@on_threads
def terasort(megabytes: int, source: str) -> Any:
    import dask.dataframe

    block = ceil(Path(source).stat().st_size / SPLITS)
    records = dask.dataframe.read_csv(source, names=["line"], blocksize=block)
    records["key"] = records["line"].str[:10]
    ordered = records.sort_values("key")[["line"]]
    ordered.to_csv(f"{OUTPUT}/part-*.txt", header=False, index=False)


# -- data that is come back to ---------------------------------------------------------------------


def log_mining(threads: Any, megabytes: int, source: str) -> Iterator[Any]:
    return searches(errors(source).persist())


def log_mining_cold(threads: Any, megabytes: int, source: str) -> Iterator[Any]:
    return searches(errors(source))


def errors(source: str) -> Any:
    return lines(source).filter(lambda line: " ERROR " in line)


def searches(errors: Any) -> Iterator[Any]:
    found = errors.count().compute()
    yield found
    allocator = errors.filter(lambda line: "Allocator" in line).count().compute()
    yield allocator
    times = errors.filter(lambda line: "xception" in line).map(lambda line: line.split()[1])
    yield found, allocator, sorted(times.compute())[::1000]


def pagerank(threads: Any, copies: int, source: str) -> Iterator[Any]:
    """The ranks are few: each part of the links gets them all, and nothing else moves."""
    links = lines(source).map(str.split).map_partitions(adjacent).persist()
    pages = links.map(known).fold(set.union).compute()
    degrees = links.map(leaving).fold(more_counts).compute()
    ranks = dict.fromkeys(pages, 1 / len(pages))
    for _ in range(10):
        shares = {page: ranks[page] / degree for page, degree in degrees.items()}
        given = links.map(passed_on, shares).fold(more_counts).compute()
        ranks = {page: 0.15 / len(pages) + 0.85 * given.get(page, 0.0) for page in pages}
    best = nsmallest(5, ranks.items(), key=lambda page: (-round(page[1], 12), page[0]))
    yield len(pages), [(name, round(rank, 12)) for name, rank in best]


def adjacent(links: Iterable[list[str]]) -> list[dict[str, list[str]]]:
    """A part's links, by where they come from."""
    pages: defaultdict[str, list[str]] = defaultdict(list)
    for page, other in links:
        pages[page].append(other)
    return [dict(pages)]


def known(pages: dict[str, list[str]]) -> set[str]:
    return set(pages).union(*pages.values())


def leaving(pages: dict[str, list[str]]) -> dict[str, float]:
    return {page: len(others) for page, others in pages.items()}


def passed_on(pages: dict[str, list[str]], shares: dict[str, float]) -> dict[str, float]:
    """What each page is given by a part's links."""
    given: defaultdict[str, float] = defaultdict(float)
    for page, others in pages.items():
        share = shares[page]
        for other in others:
            given[other] += share
    return dict(given)


def more_counts(counts: dict[str, float], more: dict[str, float]) -> dict[str, float]:
    counts = dict(counts)
    for page, number in more.items():
        counts[page] = counts.get(page, 0) + number
    return counts


def kmeans(threads: Any, size: int, source: str) -> Iterator[Any]:
    from benchmarks.jobs.iterative import nearest, point

    points, centres = numbers(size).map(point).persist(), CENTRES
    for _ in range(10):
        nearest_of = partial(nearest, centres=centres)
        zero = (0.0, 0.0, 0)
        sums = sorted(points.foldby(nearest_of, with_point, zero, with_sums, zero).compute())
        centres = [(x / count, y / count) for _, (x, y, count) in sums]
        yield [[round(number, 6) for number in centre] for centre in centres]


def with_point(sums: tuple[float, float, int], point: tuple[float, ...]) -> Any:
    return sums[0] + point[0], sums[1] + point[1], sums[2] + 1


def with_sums(sums: tuple[float, float, int], more: tuple[float, float, int]) -> Any:
    return sums[0] + more[0], sums[1] + more[1], sums[2] + more[2]


def kmeans_arrays(threads: Any, size: int, source: str) -> Iterator[Any]:
    import dask

    from benchmarks.jobs.kernels import means, normal, sums

    rows = size // PARTS
    blocks = dask.persist(*(dask.delayed(normal)(seed, rows) for seed in range(PARTS)), **threads)
    centres = blocks[0][:4].compute(**threads)
    for _ in range(10):
        parts = (dask.delayed(sums)(points, centres) for points in blocks)
        centres = means(reduce(add, dask.compute(*parts, **threads)))
        yield centres.round(6).tolist()


def logistic(threads: Any, size: int, source: str) -> Iterator[Any]:
    import dask
    import numpy as np

    from benchmarks.jobs.kernels import WIDTH, gradient, observed

    rows = size // PARTS
    made = (dask.delayed(observed)(seed, rows) for seed in range(PARTS))
    blocks = dask.persist(*made, **threads)
    weights = np.zeros(WIDTH)
    for _ in range(20):
        slopes = (dask.delayed(gradient)(block, weights) for block in blocks)
        weights = weights + reduce(add, dask.compute(*slopes, **threads)) / size
        yield weights.round(6).tolist()


# -- small work ------------------------------------------------------------------------------------


def tasks(threads: Any, number: int, source: str) -> Any:
    import dask.bag

    results = dask.bag.range(number, npartitions=number).map(lambda x: x + 1).compute()
    return sum(results) == number * (number + 1) // 2


def tiny_jobs(threads: Any, number: int, source: str) -> Any:
    return all(tasks(threads, 2, source) for _ in range(number))


# -- answers ---------------------------------------------------------------------------------------


def summed(values: Any) -> tuple[int, int]:
    """See `benchmarks.jobs.programs.summed`."""
    from benchmarks.jobs.programs import count_and_sum

    parts = values.map_partitions(lambda part: list(count_and_sum(part))).compute()
    return sum(count for count, _ in parts), sum(total for _, total in parts)


def ranked(pairs: Any) -> Any:
    """See `benchmarks.jobs.programs.ranked`."""
    from benchmarks.jobs.programs import order, rank

    parts = pairs.map_partitions(lambda part: list(rank(part))).compute()
    best = nsmallest(5, chain.from_iterable(part[2] for part in parts), key=order)
    return sum(part[0] for part in parts), sum(part[1] for part in parts), best


PROGRAMS = {
    "startup": tasks,
    "wordcount": word_count,
    "grep": grep,
    "logs": log_aggregation,
    "squares": squares,
    "chain": six_steps,
    "index": inverted_index,
    "join": join,
    "cogroup": cogroup,
    "group": group,
    "distinct": distinct,
    "sortnumbers": sort_numbers,
    "sortstrings": sort_strings,
    "terasort": terasort,
    "pagerank": pagerank,
    "kmeans": kmeans,
    "kmeansarrays": kmeans_arrays,
    "logistic": logistic,
    "logmining": log_mining,
    "logminingcold": log_mining_cold,
    "tasks": tasks,
    "tinyjobs": tiny_jobs,
}
FRAMES = ("join", "sortnumbers", "sortstrings", "terasort")
