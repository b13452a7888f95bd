"""When a worker should spill: its resident memory against a budget.

Resident memory alone would be a poor guide: what a spill frees often stays with the process, to be
used again, and a worker holds much that spilling this or that collection cannot free, such as
cached blocks, or a table that feeds it. So a collection over the budget is asked to spill only if
that promises something: if a fifth of the budget has been taken anew since it began to fill or
was last spilled, or if it holds half as many records as such a spill was worth before.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from functools import cache
from time import monotonic

_HEADROOM = 0.2
"""Growth that is worth a spill, as a share of the budget."""

_FRESH_SECONDS = 0.001
"""How long what the system said of the memory is good for: no process can take much of it in so
little time, and to ask takes as long as to combine some hundred records."""

_LEAST = 4096
"""Records that are worth a spill, at least, if nothing shows how much memory they take."""


class Memory:
    """A `pyrite.core.context.MemoryGuard` over the resident memory of this process.

    Parameters:
        budget: bytes of resident memory above which tasks should spill. A collection that
            begins to fill when little of it is left may take it a fifth higher.

    Attributes:
        peak: the most bytes seen since the last `restart`.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._resident = 0
        self.restart()

    def restart(self) -> None:
        """A new task begins: forget the peak of the last one."""
        self.peak = 0
        self._asked = -math.inf

    def watch(self) -> Watch:
        """A watch for one collection of records."""
        return Watch(self)

    def resident(self) -> int:
        """Bytes of resident memory now, or a moment ago."""
        now = monotonic()
        if now - self._asked > _FRESH_SECONDS:
            self._resident = resident_memory()
            self._asked = now
            self.peak = max(self.peak, self._resident)
        return self._resident

    def released(self) -> int:
        """Bytes of resident memory now that some was given back."""
        self._asked = -math.inf
        return self.resident()


class Watch:
    """A `pyrite.core.context.MemoryWatch`."""

    __slots__ = ("_limit", "_memory", "_worth")

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._limit = 0.0
        self._worth: float = math.inf

    def exceeded(self, held: int) -> bool:
        """True if a caller holding ``held`` records should write them out now."""
        resident = self._memory.resident()
        if not self._limit:
            # At the first look and not before: what feeds the collection has filled by now.
            self._limit = self._limit_above(resident)
        if resident <= self._memory.budget or not held:
            return False
        return resident > self._limit or held >= self._worth

    def released(self, held: int) -> None:
        """The caller has spilled ``held`` records and dropped them."""
        _trim()(0)
        if held < self._worth:
            self._worth = max(held / 2, _LEAST)
        self._limit = self._limit_above(self._memory.released())

    def _limit_above(self, resident: int) -> float:
        budget = self._memory.budget
        return max(budget, resident + _HEADROOM * budget)


def _resident_in_proc() -> int:
    # Opened anew each time, for 2 us: a descriptor kept over a fork would tell of the parent.
    # Mapped files, such as broadcast values, are shared, and the system can drop their pages.
    descriptor = os.open("/proc/self/statm", os.O_RDONLY)
    try:
        _, resident, mapped, *_ = map(int, os.read(descriptor, 128).split())
        return (resident - mapped) * _PAGE_BYTES
    finally:
        os.close(descriptor)


def _resident_by_psutil() -> int:
    import psutil

    return int(psutil.Process().memory_info().rss)


_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
resident_memory: Callable[[], int] = (
    _resident_in_proc if os.path.exists("/proc/self/statm") else _resident_by_psutil
)
"""This process's resident memory in bytes; that of mapped files does not count (on Linux)."""


@cache
def _trim() -> Callable[[int], object]:
    """glibc's ``malloc_trim``, which gives freed heap back to the system; elsewhere nothing."""
    try:
        import ctypes

        trim: Callable[[int], object] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):
        return lambda _: None
    return trim
