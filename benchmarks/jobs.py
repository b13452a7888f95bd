"""The jobs: PySpark programs that both engines run unchanged, and the figures wanted of each.

A program is given a context, a size and the path of its input, if it has one. It returns an answer,
which has to be the same whichever engine ran it. It is timed as a whole, on workers that have run a
job before. One that yields answers instead is timed from each to the next, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks import cached
from benchmarks.data import graph_file, log_file, text_file

Program: TypeAlias = Callable[[Any, int, str], Any]


@dataclass(frozen=True)
class Figure:
    """A line of the table.

    Parameters:
        measure: its key in the result of a run (see `benchmarks.child`).
        label: what it is, for people.
        unit: a key of `benchmarks.table.UNITS`, which knows whether less or more is better.
        target: the value to reach.
        ratio: how many times better than PySpark it is to be.
    """

    measure: str
    label: str
    unit: str = "s"
    target: float | None = None
    ratio: float | None = None


TIME = Figure("seconds", "time")
TREE = Figure("tree", "peak memory, all processes", "MiB")
OUT_OF_MEMORY = (
    TIME,
    TREE,
    Figure("worker", "peak memory, largest worker", "MiB"),
    Figure("spilled", "spilled to disk", "MiB spilled"),
)
ROUNDS = (
    Figure("seconds", "time", ratio=3),
    Figure("first", "of the first round"),
    Figure("later", "of a later round"),
    TREE,
)


@dataclass(frozen=True)
class Job:
    """A program and how to measure it.

    Parameters:
        title: what it does; ``{size}``, ``{theirs}`` (PySpark's size) and ``{gigabytes}`` (of so
            many records) are put in.
        program: None for the scheduler, which is measured without an engine around it.
        size, quick: of the full benchmark and of a quick look.
        figures: what to show.
        calls: how often a run calls the program; the median counts.
        runs: how many fresh processes run it on each engine.
        conf: settings, for both engines.
        logged: switch the engine's event log on, to learn what was spilled.
        make_input: makes a file of this size in a folder, and returns its path.
        share: PySpark is given one in so many of ``size``, where all would take it many minutes and
            what is compared is a rate.
    """

    title: str
    program: Program | None
    size: int
    quick: int
    figures: tuple[Figure, ...]
    calls: int = 1
    runs: int = 5
    conf: Mapping[str, str] = field(default_factory=dict)
    logged: bool = False
    make_input: Callable[[Path, int], Path] | None = None
    share: int = 1

    def size_for(self, engine: str, size: int) -> int:
        return size // self.share if engine == "pyspark" else size

    def heading(self, size: int) -> str:
        theirs = self.size_for("pyspark", size)
        return self.title.format(size=size, theirs=theirs, gigabytes=size * RECORD_BYTES / 1e9)


def trivial(sc: Any, tasks: int, source: str) -> bool:
    """Tasks that do nothing worth mentioning; tells whether each of them did it."""
    total = sum(sc.parallelize(range(tasks), tasks).map(lambda x: x + 1).collect())
    return total == tasks * (tasks + 1) // 2


def word_count(sc: Any, megabytes: int, source: str) -> Any:
    counts = (
        sc.textFile(source, 8)
        .flatMap(lambda line: line.split())
        .map(lambda word: (word, 1))
        .reduceByKey(lambda a, b: a + b, 8)
        .collect()
    )
    common = sorted(counts, key=lambda pair: (-pair[1], pair[0]))[:5]
    return len(counts), sum(count for _, count in counts), common


# Data larger than memory. A record is a pair of texts of 40 characters: 234 bytes as objects.
# The keys are all there and far from sorted, as the factor has no divisor in common with a size.

FACTOR = 1_000_003
RECORD_BYTES = 234
BUDGET = {"pyrite.worker.memory": "512m", "spark.python.worker.memory": "512m"}


def pairs(sc: Any, size: int, key: Callable[[int], int]) -> Any:
    """``size`` records in 8 partitions."""
    return sc.parallelize(range(size), 8).map(lambda i: (f"{key(i):040d}", f"{i:040d}"))


def summed(numbers: Any) -> tuple[int, int]:
    """How many there are, and their sum."""
    parts = numbers.mapPartitions(count_and_sum).collect()
    return sum(count for count, _ in parts), sum(total for _, total in parts)


def count_and_sum(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    count = total = 0
    for number in numbers:
        count += 1
        total += number
    yield count, total


def aggregate(sc: Any, size: int, source: str) -> Any:
    keys = size // 2
    largest = pairs(sc, size, lambda i: i * FACTOR % keys).reduceByKey(max, 2)
    return summed(largest.values().map(int))


def group(sc: Any, size: int, source: str) -> Any:
    """Half of the records have one key; the others come in tens."""
    keys = size // 20
    grouped = pairs(sc, size, lambda i: 0 if i % 2 else i * FACTOR % keys).groupByKey(2)
    return summed(grouped.mapValues(lambda values: sum(map(int, values))).values())


def sort(sc: Any, size: int, source: str) -> Any:
    """Tells how many keys there are, the least and the greatest, and how many are out of order."""
    ordered = pairs(sc, size, lambda i: i * FACTOR % size).sortByKey(numPartitions=2)
    parts = ordered.keys().mapPartitions(looked_through).collect()
    disorder = sum(part[3] for part in parts)
    disorder += sum(later[1] < earlier[2] for earlier, later in pairwise(parts))
    return sum(part[0] for part in parts), parts[0][1], parts[-1][2], disorder


def looked_through(keys: Iterator[str]) -> Iterator[tuple[int, str, str, int]]:
    """How many there are, the first, the last, and how many are less than the one before."""
    first = last = next(keys)
    count, disorder = 1, 0
    for key in keys:
        count += 1
        disorder += key < last
        last = key
    yield count, first, last, disorder


def join(sc: Any, size: int, source: str) -> Any:
    """Every key once on each side."""
    half = size // 2
    left = pairs(sc, half, lambda i: i)
    right = pairs(sc, half, lambda i: i * FACTOR % half)
    joined = left.join(right, 2)
    return summed(joined.map(lambda pair: int(pair[1][0]) ^ int(pair[1][1])))


def spilling(title: str, program: Program, size: int) -> Job:
    """A job on ``size`` records with 512 MiB for each worker."""
    return Job(
        f"{title}, {{size:,}} records, {{gigabytes:.2g}} GB",
        program,
        size,
        size // 20,
        OUT_OF_MEMORY,
        runs=3,
        conf=BUDGET,
        logged=True,
    )


JOBS: dict[str, Job] = {
    "startup": Job(
        "start-up, local[2]",
        trivial,
        2,
        2,
        (
            Figure("imported", "import of the package"),
            Figure("constructed", "SparkContext(...) alone"),
            Figure("ready", "from the command to a context", target=0.3),
            Figure("answered", "from the command to the answer of a first job"),
            TREE,
        ),
    ),
    "latency": Job(
        "a job of {size} trivial tasks, warm",
        trivial,
        2,
        2,
        (Figure("seconds", "time", "ms", target=0.005),),
        calls=50,
    ),
    "tasks": Job(
        "one job of {size:,} trivial tasks (PySpark: {theirs:,})",
        trivial,
        20_000,
        2_000,
        (Figure("rate", "tasks a second", "/s", target=5_000), TREE),
        runs=3,
        share=40,
    ),
    "wordcount": Job(
        "word count, {size} MB of text",
        word_count,
        200,
        20,
        (Figure("seconds", "time", ratio=2.5), TREE),
        make_input=text_file,
    ),
    "logmining": Job(
        "log mining, {size} MB of logs, three searches",
        cached.log_mining,
        300,
        60,
        (
            Figure("seconds", "time", ratio=3),
            Figure("first", "of the first search, which reads the logs"),
            Figure("later", "of a later one, on cached errors", ratio=3),
            Figure("gain", "first to later", "times", target=20),
            TREE,
        ),
        make_input=log_file,
    ),
    "pagerank": Job(
        "PageRank, 10 rounds, {size} times 100,000 links",
        cached.pagerank,
        10,
        1,
        (Figure("seconds", "time", ratio=3), TREE),
        make_input=graph_file,
    ),
    "kmeans": Job(
        "k-means, 10 rounds, {size:,} points as tuples", cached.kmeans, 500_000, 50_000, ROUNDS
    ),
    "kmeansarrays": Job(
        "k-means, 10 rounds, {size:,} points in arrays",
        cached.kmeans_arrays,
        1_000_000,
        100_000,
        ROUNDS,
    ),
    "logistic": Job(
        "logistic regression, 20 rounds, {size:,} observations in arrays",
        cached.logistic_regression,
        1_000_000,
        100_000,
        ROUNDS,
    ),
    "aggregate": spilling("aggregate by key", aggregate, 12_000_000),
    "group": spilling("group, one key with half of the values", group, 10_000_000),
    "sort": spilling("sort by key", sort, 10_000_000),
    "join": spilling("join", join, 6_000_000),
    "scheduler": Job(
        "the scheduler alone, 1,000 workers",
        None,
        1_000_000,
        200_000,
        (
            Figure("small_rate", "events a second, a tenth of the tasks", "/s", target=50_000),
            Figure("large_rate", "events a second, {size:,} tasks", "/s", target=50_000),
            Figure("growth", "time per task, all to a tenth", "x", target=1.0),
            TREE,
        ),
        runs=3,
    ),
}
