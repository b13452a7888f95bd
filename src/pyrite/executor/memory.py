"""When a worker should spill: its resident memory against a budget.

Memory that a spill frees often stays with the process, to be used again, so resident memory
alone would ask for the next spill at once. After each spill the threshold is therefore set a
fifth of the budget above what the process still holds, if that is more than the budget: only
memory taken anew counts.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from functools import cache

_HEADROOM = 0.2
"""Growth after a spill, as a share of the budget, that is worth another spill."""


class Memory:
    """A `pyrite.core.context.MemoryGuard` over the resident memory of this process.

    Parameters:
        budget: bytes of resident memory above which tasks should spill.

    Attributes:
        peak: the most bytes seen since the last `restart`.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.restart()

    def restart(self) -> None:
        """A new task begins: forget what the last one did."""
        self.peak = 0
        self._threshold = float(self.budget)

    def exceeded(self, held: int) -> bool:
        """True if a caller holding ``held`` records should write them out now."""
        resident = resident_memory()
        self.peak = max(self.peak, resident)
        return held > 0 and resident > self._threshold

    def released(self, held: int) -> None:
        """The caller has spilled ``held`` records and dropped them."""
        _trim()(0)
        self._threshold = max(self.budget, resident_memory() + _HEADROOM * self.budget)


def _resident_in_proc() -> int:
    # Opened anew each time, for 2 us: a descriptor kept over a fork would tell of the parent.
    descriptor = os.open("/proc/self/statm", os.O_RDONLY)
    try:
        return int(os.read(descriptor, 128).split()[1]) * _PAGE_BYTES
    finally:
        os.close(descriptor)


def _resident_by_psutil() -> int:
    import psutil

    return int(psutil.Process().memory_info().rss)


_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
resident_memory: Callable[[], int] = (
    _resident_in_proc if os.path.exists("/proc/self/statm") else _resident_by_psutil
)
"""This process's resident memory in bytes."""


@cache
def _trim() -> Callable[[int], object]:
    """glibc's ``malloc_trim``, which gives freed heap back to the system; elsewhere nothing."""
    try:
        trim: Callable[[int], object] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):
        return lambda _: None
    return trim
