"""The best plain Python that one would write for each job, with a pool of processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.pool import Pool

from benchmarks.engines.by_hand.programs import PROGRAMS
from benchmarks.engines.rdd import ARRAYS

__all__ = ["PACKAGES", "PROGRAMS", "TITLE", "missing", "started", "warm"]

TITLE = "by hand"
PACKAGES: tuple[str, ...] = ()


def missing() -> str:
    return ""


def warm(pool: Pool, job: str) -> None:
    """Imports arrays; processes are copies of this one."""
    if job in ARRAYS:
        import_module("benchmarks.jobs.kernels")


@contextmanager
def started(cores: int, folder: str, settings: Mapping[str, str]) -> Iterator[Pool]:
    with get_context("fork").Pool(cores) as pool:
        yield pool
