"""``python -m benchmarks [JOB[:SIZE] ...]``: run jobs on Pyrite and PySpark, and print a table."""

from __future__ import annotations

import argparse
import os
import sys
from collections import defaultdict
from pathlib import Path

from benchmarks.child import Result
from benchmarks.jobs import JOBS
from benchmarks.run import engines, measured
from benchmarks.table import line, page, rows, sound, table

QUICK_RUNS = 2


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "jobs",
        nargs="*",
        metavar="JOB[:SIZE]",
        type=job_and_size,
        default=[(name, None) for name in JOBS],
        help=f"all of them, if none is named: {', '.join(JOBS)}",
    )
    parser.add_argument("--quick", action="store_true", help=f"small, and {QUICK_RUNS} runs each")
    parser.add_argument("--runs", type=int, help="runs of each job on each engine")
    parser.add_argument("--engine", choices=["pyrite", "pyspark"], help="run this one alone")
    parser.add_argument("--output", type=Path, help="write the table to this file, too")
    return parser.parse_args()


def job_and_size(text: str) -> tuple[str, int | None]:
    name, _, size = text.partition(":")
    if name not in JOBS:
        raise argparse.ArgumentTypeError(f"there is no job {name}; there are {', '.join(JOBS)}")
    return name, int(size) if size else None


def main() -> int:
    """Returns the exit code: 0 if every run came to an end, and all of a job with one answer."""
    options = arguments()
    chosen = [options.engine] if options.engine else engines()
    if not options.engine and "pyspark" not in chosen:
        print("PySpark or Java is not installed: Pyrite alone", file=sys.stderr)
    load, all_sound = os.getloadavg()[0], True
    lines: list[tuple[str, ...]] = []
    for name, asked in options.jobs:
        job = JOBS[name]
        size = asked or (job.quick if options.quick else job.size)
        runs = options.runs or (QUICK_RUNS if options.quick else job.runs)
        results: defaultdict[str, list[Result]] = defaultdict(list)
        for engine, result in measured(name, size, runs, chosen):
            print(line(name, engine, result), file=sys.stderr, flush=True)
            results[engine].append(result)
        lines += rows(name, size, results)
        all_sound = all_sound and sound(results)
    print(f"\n{table(lines)}")
    if options.output:
        options.output.write_text(page(lines, load), encoding="utf-8")
    return 0 if all_sound else 1


if __name__ == "__main__":
    sys.exit(main())
