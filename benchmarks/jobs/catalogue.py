"""The jobs: how large, on what input, and what figures are shown. Nothing of engines.

What a job does, and what its answer is, says its program in `benchmarks.jobs.programs` or
`benchmarks.jobs.iterative`; other engines' programs have to give the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks.jobs import data
from benchmarks.jobs.answers import sorted_files
from benchmarks.jobs.spilling import BUDGET, RECORD_BYTES

Figure: TypeAlias = tuple[str, str]
"""A measure's key in a run's result (see `benchmarks.measure.child`), and a name for people."""


@dataclass(frozen=True)
class Job:
    """What is to be done, and how to measure it.

    Parameters:
        title: what it is; ``{size}`` is put in.
        size, quick: of the full benchmark and of a quick look.
        measure: what engines are compared by: ``seconds`` (of the program), ``answered`` (from the
            command to a first answer), or ``each`` (the seconds of the program by its size).
        figures: what else is shown.
        make_input: makes a file of this size in a folder, and returns its path.
        output_answer: reads the answer from what the program left in the folder `data.OUTPUT`.
        share: engines that are given one in so many of ``size``, where ``measure`` is ``each`` and
            all would take them many minutes.
        conf: settings.
        apart: run only if it is asked for by name; not in the table of ratios.
    """

    title: str
    size: int
    quick: int
    measure: str = "seconds"
    figures: tuple[Figure, ...] = ()
    make_input: Callable[[Path, int], Path] | None = None
    output_answer: Callable[[Path], Any] | None = None
    share: Mapping[str, int] = field(default_factory=dict)
    conf: Mapping[str, str] = field(default_factory=dict)
    apart: bool = False

    def size_for(self, engine: str, size: int) -> int:
        return max(2, size // self.share.get(engine, 1))

    def heading(self, size: int) -> str:
        return self.title.format(size=size, gigabytes=size * RECORD_BYTES / 1e9)


ROUNDS = (("first", "the first round"), ("later", "a later round"))
SPILLED = (("worker", "largest worker"), ("spilled", "spilled to disk"))
FEWER_TASKS = {
    "pyspark": 40, "dask_bag": 10, "dask_distributed": 10, "ray_data": 40, "pysparkling": 10,
}  # fmt: skip
FEWER_JOBS = {
    "pyspark": 10, "dask_bag": 5, "dask_distributed": 5, "ray_data": 50,
}  # fmt: skip


def spilling(title: str, size: int) -> Job:
    """A job on ``size`` records with 512 MiB for each worker."""
    heading = f"{title}, {{size:,}} records, {{gigabytes:.2g}} GB"
    return Job(heading, size, size // 20, figures=SPILLED, conf=BUDGET, apart=True)


JOBS: dict[str, Job] = {
    "startup": Job(
        "start-up, to the answer of a first job",
        2,
        2,
        measure="answered",
        figures=(
            ("imported", "import of the package"),
            ("constructed", "start of the engine alone, SparkContext(...)"),
            ("ready", "from the command to a context"),
        ),
    ),
    "wordcount": Job("word count, {size} MB of text", 100, 10, make_input=data.text_file),
    "grep": Job("distributed grep, {size} MB of logs", 100, 20, make_input=data.log_file),
    "logs": Job("log aggregation, {size} MB of requests", 200, 20, make_input=data.access_file),
    "squares": Job("sum of squares, {size:,} numbers", 40_000_000, 2_000_000),
    "chain": Job("six light steps, {size:,} numbers", 8_000_000, 800_000),
    "index": Job("inverted index, {size} MB of documents", 20, 2, make_input=data.pages_file),
    "join": Job("join, {size:,} orders and a tenth as many users", 2_000_000, 100_000),
    "cogroup": Job("cogroup, {size:,} records on each side", 1_000_000, 100_000),
    "group": Job("group by key, {size:,} records, half with one key", 3_000_000, 200_000),
    "distinct": Job("distinct, {size:,} numbers", 3_000_000, 200_000),
    "sortnumbers": Job("sort of {size:,} numbers", 2_000_000, 100_000),
    "sortstrings": Job("sort of {size:,} strings", 1_000_000, 100_000),
    "terasort": Job(
        "TeraSort, {size} MB, into files",
        100,
        10,
        make_input=data.records_file,
        output_answer=sorted_files,
    ),
    "pagerank": Job(
        "PageRank, 10 rounds, {size} times 100,000 links", 4, 1, make_input=data.graph_file
    ),
    "kmeans": Job("k-means, 10 rounds, {size:,} tuples", 300_000, 30_000, figures=ROUNDS),
    "kmeansarrays": Job(
        "k-means, 10 rounds, {size:,} points in arrays", 1_000_000, 100_000, figures=ROUNDS
    ),
    "logistic": Job(
        "logistic regression, 20 rounds, {size:,} rows in arrays",
        1_000_000,
        100_000,
        figures=ROUNDS,
    ),
    "logmining": Job(
        "log mining, {size} MB, three searches, cached",
        300,
        60,
        figures=(("first", "the first search, which reads"), ("later", "a later search")),
        make_input=data.log_file,
    ),
    "logminingcold": Job(
        "log mining, {size} MB, three searches, not cached", 200, 40, make_input=data.log_file
    ),
    "tasks": Job("one job of {size:,} tasks", 10_000, 1_000, measure="each", share=FEWER_TASKS),
    "tinyjobs": Job("{size} jobs of two tasks", 200, 50, measure="each", share=FEWER_JOBS),
    "spillaggregate": spilling("aggregate by key", 12_000_000),
    "spillgroup": spilling("group, one key with half of the values", 10_000_000),
    "spillsort": spilling("sort by key", 10_000_000),
    "spilljoin": spilling("join", 6_000_000),
}
