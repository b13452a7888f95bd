"""``python -m benchmarks.scale``: what a record and a task cost as there are more of them.

Word count reads 10 MB to 4 GB of text; aggregate by key goes from 10 MB to 4 GB of records with
512 MiB for each worker; a job has from 10 to 100,000 tasks, and the scheduler alone up to a
million. Small sizes run several times, and the median counts; the large ones run once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from benchmarks.__main__ import why_not
from benchmarks.engines import not_installed
from benchmarks.jobs.catalogue import JOBS
from benchmarks.jobs.spilling import RECORD_BYTES
from benchmarks.measure.child import Result
from benchmarks.measure.run import APART_LIMIT_SECONDS, FOLDER, run
from benchmarks.report.page import circumstances, machine
from benchmarks.report.ratios import middle
from benchmarks.report.table import markdown, number, title
from benchmarks.scheduler import WORKERS
from benchmarks.scheduler import run as schedule
from pyrite.scheduler import Policy

Points: TypeAlias = dict[int, float]

RUNS = 5
_SHORT_SECONDS = 3.0
"""A run of less is repeated."""

INTRODUCTION = """\
# Cost as work grows

Written by `make bench-scale`. Flat is what is wanted: a record, or a task, costs as much among many
as among few. Small jobs carry what every job costs, some milliseconds.

![Time per record and per task](../docs/benchmarks-scale.png)
"""


@dataclass(frozen=True)
class Curve:
    """A job at many sizes.

    Parameters:
        job: its name.
        sizes: as they are shown.
        size: of the job, from one that is shown.
        records: how many there were, from the job's size and a run's result.
        cost: what is shown, and `factor` its number in a second.
    """

    job: str
    title: str
    sizes: tuple[int, ...]
    unit: str
    size: Callable[[int], int]
    records: Callable[[int, Result], int]
    cost: str
    factor: float


SCHEDULED = (10_000, 100_000, 1_000_000)
MEGABYTES = (10, 30, 100, 300, 1_000, 4_000)

CURVES = (
    Curve(
        "wordcount",
        "word count",
        MEGABYTES,
        "MB",
        lambda megabytes: megabytes,
        lambda size, result: result["answer"][1],
        "ns a word",
        1e9,
    ),
    Curve(
        "spillaggregate",
        "aggregate by key, 512 MiB a worker",
        MEGABYTES,
        "MB",
        lambda megabytes: megabytes * 1_000_000 // RECORD_BYTES,
        lambda size, result: size,
        "ns a record",
        1e9,
    ),
    Curve(
        "tasks",
        "a job of many tasks",
        (10, 100, 1_000, 10_000, 100_000),
        "tasks",
        lambda tasks: tasks,
        lambda size, result: size,
        "us a task",
        1e6,
    ),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--largest", type=float, default=1.0, help="leave out sizes above a share")
    parser.add_argument(
        "--engines", type=lambda text: text.split(","), default=["pyrite"], help="pyrite,pyspark"
    )
    parser.add_argument("--output", type=Path, help="write the page to this file, too")
    parser.add_argument("--plot", type=Path, help="draw the curves into this PNG file")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    engines = [engine for engine in options.engines if not why_not(engine)]
    measured = [
        (curve, engine, points(curve, engine, options.largest))
        for curve in CURVES
        for engine in engines
    ]
    lines = [*rows(measured), *scheduler_rows(options.largest)]
    text = markdown([("job", "engine", "size", "cost"), *lines])
    print(f"\n{text}")
    if options.output:
        page = f"{INTRODUCTION}\n{circumstances(engines, load)}\n\n{text}\n"
        options.output.write_text(page, encoding="utf-8")
    if options.plot and not not_installed("matplotlib"):
        draw(options.plot, measured)
    return 0 if all(found for _, _, found in measured) else 1


def points(curve: Curve, engine: str, largest: float) -> Points:
    """The cost at each size; where a run failed, there is none."""
    found: Points = {}
    for shown in curve.sizes:
        if shown <= curve.sizes[-1] * largest:
            cost = cost_at(curve, engine, curve.size(shown))
            if cost is not None:
                found[shown] = cost * curve.factor
                line = f"{curve.job} {engine} {shown:,} {curve.unit}: "
                print(f"{line}{number(found[shown])} {curve.cost}", file=sys.stderr, flush=True)
    return found


def cost_at(curve: Curve, engine: str, size: int) -> float | None:
    """Seconds for a record, or a task: the median of several runs, if they are short."""
    job = JOBS[curve.job]
    source = job.make_input(FOLDER, size) if job.make_input else None
    results: list[Result] = []
    for _ in range(RUNS):
        result = run(engine, curve.job, size, str(source or ""), APART_LIMIT_SECONDS)
        if "error" in result:
            print(result["error"], file=sys.stderr)
            break
        results.append({"cost": result["seconds"] / curve.records(size, result)})
        if result["seconds"] > _SHORT_SECONDS:
            break
    if source and source.stat().st_size > 1e9:
        source.unlink()
    return middle(results, "cost")


def rows(measured: list[tuple[Curve, str, Points]]) -> list[tuple[str, str, str, str]]:
    return [
        (curve.title, engine, f"{size:,} {curve.unit}", f"{number(cost)} {curve.cost}")
        for curve, engine, found in measured
        for size, cost in found.items()
    ]


def scheduler_rows(largest: float) -> list[tuple[str, str, str, str]]:
    """Processor time of the scheduler alone, with neither workers nor data."""
    found = []
    for tasks in SCHEDULED:
        if tasks <= SCHEDULED[-1] * largest:
            _, seconds = schedule(tasks, Policy())
            cost = f"{number(seconds / tasks * 1e6)} us a task"
            title = f"the scheduler alone, {WORKERS:,} simulated workers"
            found.append((title, "pyrite", f"{tasks:,} tasks", cost))
    return found


def draw(path: Path, measured: list[tuple[Curve, str, Points]]) -> None:
    from benchmarks.report.plot import growth_plot

    panes = []
    for curve in CURVES:
        lines = {title(engine): found for each, engine, found in measured if each is curve}
        panes.append((f"{curve.title}: {curve.unit}", curve.cost, lines))
    growth_plot(path, panes, machine())


if __name__ == "__main__":
    sys.exit(main())
