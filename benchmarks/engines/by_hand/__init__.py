"""The best plain Python that one would write for each job, with a pool of processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.pool import Pool

from benchmarks.engines.by_hand.programs import PROGRAMS

__all__ = ["PACKAGES", "PROGRAMS", "TITLE", "missing", "started"]

TITLE = "by hand"
PACKAGES: tuple[str, ...] = ()


def missing() -> str:
    return ""


@contextmanager
def started(cores: int, folder: str, settings: Mapping[str, str]) -> Iterator[Pool]:
    with get_context("fork").Pool(cores) as pool:
        yield pool
