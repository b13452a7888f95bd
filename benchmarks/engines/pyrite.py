"""Pyrite itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from benchmarks.engines import not_installed
from benchmarks.engines.rdd import PROGRAMS, context, warm

__all__ = ["MODULE", "PACKAGES", "PROGRAMS", "TITLE", "missing", "started", "warm"]

TITLE = "Pyrite"
PACKAGES = ("pyrite",)
MODULE = "pyrite"


def missing() -> str:
    return not_installed("pyrite")


@contextmanager
def started(cores: int, folder: str, settings: Mapping[str, str]) -> Iterator[Any]:
    import pyrite

    with context(pyrite, cores, folder, settings) as sc:
        yield sc
