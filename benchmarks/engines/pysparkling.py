"""pysparkling: the RDD programs, in one process, which is its best setting.

With a pool of processes it sends what is cached to and fro, and was slower by a hundred times and
more. Its join keeps one value of a key, so that job is left out, as are the jobs on data larger
than memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from benchmarks.engines import not_installed, rdd
from benchmarks.engines.rdd import warm

__all__ = ["MODULE", "PACKAGES", "PROGRAMS", "TITLE", "missing", "started", "warm"]

TITLE = "pysparkling"
PACKAGES = ("pysparkling",)
MODULE = "pysparkling"

PROGRAMS = {
    job: program
    for job, program in rdd.PROGRAMS.items()
    if job != "join" and not job.startswith("spill")
}


def missing() -> str:
    return not_installed("pysparkling")


@contextmanager
def started(cores: int, folder: str, settings: Mapping[str, str]) -> Iterator[Any]:
    import pysparkling

    yield pysparkling.Context()
