"""Profiles of what tasks do, summed for each RDD: with ``spark.python.profile``."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pyrite.api.accumulators import Accumulator, AccumulatorParam
from pyrite.api.application import Application
from pyrite.core.context import TaskContext
from pyrite.core.errors import UnsupportedError
from pyrite.core.ids import NodeId
from pyrite.core.lean import value
from pyrite.core.outcome import Success
from pyrite.core.settings import Settings
from pyrite.plan.program import Program

if TYPE_CHECKING:
    import pstats

    from pyrite.api.context import SparkContext


class Profiler:
    """Profiles the tasks of one RDD: to be derived from, or `BasicProfiler` is.

    It travels to the tasks. What they find out comes back through an accumulator, which ``ctx``
    makes. Given to a context as ``profiler_cls``.
    """

    def __init__(self, ctx: SparkContext) -> None:
        pass

    def profile(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call ``func``, in a task, and give what it returns; note what it did."""
        raise NotImplementedError

    def stats(self) -> Any:
        """All that is known so far, in the driver."""
        raise NotImplementedError

    def show(self, id: int) -> None:
        """Print it.

        Parameters:
            id: the number of the RDD.
        """
        raise NotImplementedError

    def dump(self, id: int, path: str) -> None:
        """Write it into the folder ``path``, which may not be there yet."""
        raise NotImplementedError


class _Stats(AccumulatorParam[Any]):
    """Adds up `pstats.Stats`; nothing is None."""

    def zero(self, value: Any) -> None:
        return None

    def addInPlace(self, value1: Any, value2: Any) -> Any:
        if value1 is None or value2 is None:
            return value1 or value2
        return value1.add(value2)


class BasicProfiler(Profiler):
    """Profiles with Python's `cProfile`: calls and seconds, by function."""

    def __init__(self, ctx: SparkContext) -> None:
        super().__init__(ctx)
        self._accumulator: Accumulator[Any] = ctx.accumulator(None, _Stats())

    def profile(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call ``func``, in a task, and give what it returns; its calls are added to `stats`."""
        import cProfile
        import pstats

        profile = cProfile.Profile()
        try:
            return profile.runcall(func, *args, **kwargs)
        finally:
            stats = pstats.Stats(profile).strip_dirs()
            stats.stream = None  # type: ignore[attr-defined]  # the terminal cannot be pickled
            self._accumulator.add(stats)

    def stats(self) -> pstats.Stats | None:
        """The sum over all tasks; None if there was none."""
        found: pstats.Stats | None = self._accumulator.value
        return found

    def show(self, id: int) -> None:
        """Print the functions, those that took most time first."""
        if stats := self.stats():
            print("=" * 60, f"Profile of RDD<id={id}>", "=" * 60, sep="\n")
            stats.sort_stats("time", "cumulative").print_stats()

    def dump(self, id: int, path: str) -> None:
        """Write ``rdd_ID.pstats``, for the module `pstats`, into a folder."""
        if stats := self.stats():
            os.makedirs(path, exist_ok=True)
            stats.dump_stats(os.path.join(path, f"rdd_{id}.pstats"))


@value
class _Profiled:
    """A stage's program under a profiler."""

    program: Program
    profiler: Profiler

    def run(self, partition: int, task: TaskContext) -> Success:
        success: Success = self.profiler.profile(self.program.run, partition, task)
        return success


class Profiles:
    """The profilers of a context, by RDD.

    Parameters:
        make: makes one.
        folder: where to write them when Python ends; with none, they are shown then.
    """

    def __init__(self, make: Callable[[], Profiler], folder: str) -> None:
        self._make = make
        self._folder = folder
        self._lock = threading.Lock()
        self._profilers: dict[NodeId, Profiler] = {}
        self._shown: set[NodeId] = set()

    @classmethod
    def wanted(cls, settings: Settings, make: Callable[[], Profiler]) -> Profiles | None:
        """Those that settings ask for, if they do.

        Raises:
            UnsupportedError: profiles of memory are asked for.
        """
        if settings["pyrite.profile.memory"]:
            raise UnsupportedError(
                "there are no profiles of memory. The event log (pyrite.eventLog) tells the peak "
                "memory of each task; tracemalloc inside mapPartitions tells of lines"
            )
        return cls(make, settings["pyrite.profile.dump"]) if settings["pyrite.profile"] else None

    def around(self, program: Program, dataset: NodeId) -> Program:
        """A program that computes ``dataset``, under its profiler."""
        with self._lock:
            if not self._profilers:
                atexit.register(self._at_exit)
            profiler = self._profilers.get(dataset)
            if profiler is None:
                profiler = self._profilers[dataset] = self._make()
        return _Profiled(program, profiler)

    def show(self) -> None:
        """Print those that were not shown before."""
        for dataset, profiler in list(self._profilers.items()):
            if dataset not in self._shown:
                self._shown.add(dataset)
                profiler.show(dataset)

    def dump(self, folder: str) -> None:
        """Write all into a folder, and forget them."""
        with self._lock:
            profilers, self._profilers = self._profilers, {}
            atexit.unregister(self._at_exit)
        for dataset, profiler in profilers.items():
            profiler.dump(dataset, folder)

    def _at_exit(self) -> None:
        if self._folder:
            self.dump(self._folder)
        else:
            self.show()


class Profiling(Application):
    """The side of a `SparkContext` that tells where the time goes."""

    _profiles: Profiles | None

    def show_profiles(self) -> None:
        """Print the profiles of the RDDs whose tasks have run, each once.

        A profile covers the whole stage that ends in the RDD: its input, the user's functions,
        and the writing of its result.

        Raises:
            RuntimeError: the setting ``spark.python.profile`` is not on.

        Example:
            >>> from pyrite import SparkConf
            >>> conf = SparkConf().setMaster("local").set("spark.python.profile", "true")
            >>> with SparkContext(conf=conf) as profiled:
            ...     _ = profiled.range(9).map(str).count()
            ...     profiled.show_profiles()
            ============================================================
            Profile of RDD<id=...>
            ============================================================
            ... function calls ...
        """
        self._made().show()

    def dump_profiles(self, path: str) -> None:
        """Write the profiles into a folder, one file ``rdd_ID.pstats`` each, and forget them.

        Raises:
            RuntimeError: the setting ``spark.python.profile`` is not on.
        """
        self._made().dump(path)

    def _made(self) -> Profiles:
        if self._profiles is None:
            raise RuntimeError(
                "no profile was made: set spark.python.profile to true before the context is made"
            )
        return self._profiles
