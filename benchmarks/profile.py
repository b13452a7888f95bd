"""``python -m benchmarks.profile [JOB[:SIZE] ...]``: where Pyrite's time goes in each job.

Its workers are sampled while a program runs (see `benchmarks.measure.sampler`), which costs them
about a hundredth. The page says for each job what share of the workers' time was whose.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks.__main__ import job_and_size
from benchmarks.jobs.catalogue import JOBS
from benchmarks.measure.child import Result
from benchmarks.measure.run import CORES, FOLDER, run
from benchmarks.measure.sampler import CODEC, FRAMEWORK, IO, USER, WAITING
from benchmarks.report.page import circumstances
from benchmarks.report.table import markdown

KINDS = (USER, FRAMEWORK, CODEC, IO, WAITING)
HEADER = ("job", "seconds", "processors", "driver", *KINDS, "most processor time in")
_PLACES = 3
_LEAST_SHARE = 0.03

INTRODUCTION = """\
# Where the time goes

Written by `make bench-profile`: Pyrite's {cores} workers, sampled every few milliseconds while each
job of [the benchmark](benchmarks.md) ran once, from the program's first call to its answer.

- *processors*, *driver*: processor time of all processes, and of the driver's, in seconds;
- *user code*: functions of the program, the loop that a stage was compiled into, and kernels that
  do the same for many records at once;
- *framework*: Pyrite's own modules, and what they call, but for the next two;
- *codec*: records to bytes and back, and functions (`pyrite.serial`);
- *IO*: reading and writing files, text included (`pyrite.io`), and shuffle files;
- *waiting*: time without the processor: for a task or an answer of the driver, a disk, or a core
  that others use.

*Waiting* is a share of the workers' time, the four before it of their processor time. Last come
the functions in which most of that went, with what they call in C.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile")
    named = [(name, None) for name, job in JOBS.items() if not job.apart and name != "startup"]
    parser.add_argument("jobs", nargs="*", type=job_and_size, default=named, metavar="JOB[:SIZE]")
    parser.add_argument("--quick", action="store_true", help="small")
    parser.add_argument("--output", type=Path, help="write the page to this file, too")
    options = parser.parse_args()
    rows: list[tuple[str, ...]] = [HEADER]
    for name, asked in options.jobs:
        size = asked or (JOBS[name].quick if options.quick else JOBS[name].size)
        rows.append(profiled(name, size))
        print(" ".join(rows[-1]), file=sys.stderr, flush=True)
    text = markdown(rows)
    print(f"\n{text}")
    if options.output:
        introduction = INTRODUCTION.format(cores=CORES)
        page = f"{introduction}\n{circumstances(['pyrite'])}\n\n{text}\n"
        options.output.write_text(page, encoding="utf-8")
    return 0


def profiled(name: str, size: int) -> tuple[str, ...]:
    """A row of the table."""
    job = JOBS[name]
    source = str(job.make_input(FOLDER, size)) if job.make_input else ""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(__file__).parent / "measure" / "sampling"
        extra = {"BENCHMARK_SAMPLES": folder}
        result = run("pyrite", name, size, source, extra=extra, paths=[str(here)])
        if "error" in result:
            return (name, "failed", *("" for _ in HEADER[2:]))
        kinds, places = summed(Path(folder), result)
    busy = sum(places.values()) or 1.0
    waiting = kinds[WAITING] / (busy + kinds[WAITING])
    most = (
        f"{place} {seconds / busy:.0%}"
        for seconds, place in sorted(zip(places.values(), places, strict=True))[: -_PLACES - 1 : -1]
        if seconds / busy >= _LEAST_SHARE
    )
    shares = (f"{kinds[kind] / busy:.0%}" for kind in KINDS if kind != WAITING)
    seconds = (f"{result[each]:.2f}" for each in ("seconds", "cpu", "driver"))
    return name, *seconds, *shares, f"{waiting:.0%}", ", ".join(most)


def summed(folder: Path, result: Result) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds by kind, and processor time by place, of all samples while the program ran."""
    kinds: dict[str, float] = dict.fromkeys(KINDS, 0.0)
    places = defaultdict[str, float](float)
    first, last = result["window"]
    for path in folder.iterdir():
        for line in path.read_text(encoding="utf-8").splitlines():
            now, wall, busy, kind, place = line.split("\t")
            if first <= float(now) <= last:
                kinds[kind] += float(busy)
                kinds[WAITING] += max(0.0, float(wall) - float(busy))
                places[place] += float(busy)
    return kinds, places


if __name__ == "__main__":
    sys.exit(main())
