"""``python -m benchmarks [JOB[:SIZE] ...]``: run jobs on all engines in turn, and print tables."""

from __future__ import annotations

import argparse
import os
import sys
from collections import defaultdict
from pathlib import Path

from benchmarks.engines import NAMES, missing, not_installed
from benchmarks.jobs.catalogue import JOBS
from benchmarks.measure.child import Result
from benchmarks.measure.run import measured
from benchmarks.report.page import machine, page
from benchmarks.report.ratios import ratios, sound
from benchmarks.report.table import Results, line, tables, title

RUNS = 5
SLOW = ("dask_distributed", "ray_data")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "jobs",
        nargs="*",
        metavar="JOB[:SIZE]",
        type=job_and_size,
        default=[(name, None) for name, job in JOBS.items() if not job.apart],
        help=f"some of {', '.join(JOBS)}; by default all that do not begin with spill",
    )
    parser.add_argument("--quick", action="store_true", help="small, and one run each")
    parser.add_argument("--runs", type=int, help=f"of each job on each engine; {RUNS} by default")
    parser.add_argument(
        "--engines",
        type=lambda text: text.split(","),
        help=f"some of {','.join(NAMES)}; by default all that are installed, but with --quick not "
        f"{' and '.join(SLOW)}, which take long to start",
    )
    parser.add_argument("--output", type=Path, help="write the tables to this file, too")
    parser.add_argument("--plot", type=Path, help="draw the ratios into this PNG file")
    return parser.parse_args()


def job_and_size(text: str) -> tuple[str, int | None]:
    name, _, size = text.partition(":")
    if name not in JOBS:
        raise argparse.ArgumentTypeError(f"there is no job {name}; there are {', '.join(JOBS)}")
    return name, int(size) if size else None


def main() -> int:
    """Returns the exit code: 0 if every run came to an end, and all of a job with one answer."""
    options = arguments()
    asked_for = options.engines or [name for name in NAMES if not (options.quick and name in SLOW)]
    engines = [name for name in asked_for if not why_not(name)]
    load = os.getloadavg()[0]
    results: dict[str, defaultdict[str, list[Result]]] = {}
    sizes = {}
    for name, asked in options.jobs:
        job = JOBS[name]
        sizes[name] = asked or (job.quick if options.quick else job.size)
        results[name] = defaultdict(list)
        runs = options.runs or (1 if options.quick else RUNS)
        for engine, result in measured(name, sizes[name], runs, engines):
            print(line(name, engine, result), file=sys.stderr, flush=True)
            results[name][engine].append(result)
        if options.output:  # after each job: what was measured is not lost if the rest is
            text = page(tables(results, sizes, engines), engines, load)
            options.output.write_text(text, encoding="utf-8")
    print(f"\n{tables(results, sizes, engines)}")
    if options.plot:
        draw(options.plot, results, engines)
    return 0 if all(sound(name, runs) for name, runs in results.items()) else 1


def draw(path: Path, results: Results, engines: list[str]) -> None:
    """Draw the ratios; without matplotlib, say so."""
    if reason := not_installed("matplotlib"):
        print(f"without a plot: {reason}", file=sys.stderr)
        return
    from benchmarks.report.plot import ratio_plot

    names = {engine: title(engine) for engine in engines}
    ratio_plot(path, ratios(results, engines), names, machine())


def why_not(engine: str) -> str:
    """Why an engine is left out, said aloud, or nothing."""
    reason = missing(engine)
    if reason:
        print(f"without {engine}: {reason}", file=sys.stderr)
    return reason


if __name__ == "__main__":
    sys.exit(main())
