"""The engines that are compared: a module for each (or a package), all alike to the benchmark.

It has

- ``TITLE``: the engine's name, for people;
- ``PACKAGES``: the distributions whose versions are shown;
- ``MODULE``: optional, what to import first, so that the import can be timed apart;
- ``missing()``: why the engine cannot run here, or "";
- ``started(cores, folder, settings)``: a context manager that starts the engine on so many cores,
  gives a handle for its programs, and leaves nothing behind; temporary files go into ``folder``;
- ``warm(handle, job)``: optional, called before the job's program and not timed: imports what the
  program needs, where that takes long;
- ``PROGRAMS``: by a job's name, a function of (handle, size, path of the input) that returns the
  job's answer, or yields one after each step, of which the last counts. A job that the engine
  cannot do is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol, cast

NAMES = (
    "pyrite",
    "pyspark",
    "by_hand",
    "dask_bag",
    "dask_distributed",
    "ray_data",
    "pysparkling",
    "duckdb",
    "polars",
)
"""In the order of the table."""


class Engine(Protocol):
    """What a module of this package has."""

    TITLE: str
    PACKAGES: tuple[str, ...]
    PROGRAMS: Mapping[str, Callable[[Any, int, str], Any]]

    def missing(self) -> str: ...

    def started(
        self, cores: int, folder: str, settings: Mapping[str, str]
    ) -> AbstractContextManager[Any]: ...


def engine(name: str) -> Engine:
    return cast(Engine, import_module(f"benchmarks.engines.{name}"))


def missing(name: str) -> str:
    """Why an engine cannot run here, or nothing."""
    if not find_spec(f"benchmarks.engines.{name}"):
        return "there are no programs for it"
    return engine(name).missing()


def not_installed(package: str) -> str:
    """For `Engine.missing`: says so if a package cannot be imported."""
    return "" if find_spec(package) else f"{package} is not installed"
