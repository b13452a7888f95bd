"""What a reduce task gathers and cannot hold: pairs on disk, divided by the hash of their key.

Each of the parts is then gathered alone, and divided again if it is still too large. Nothing is
sorted, so that keys need no order; and pairs of equal keys meet again in one part, in the order
in which they came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pyrite.core.context import TaskContext
from pyrite.serial.frames import Columns
from pyrite.shuffle.buckets import Buckets
from pyrite.shuffle.write import scatter

FAN_OUT = 32
"""Parts of one division."""

MAX_DEPTH = 6
"""Divisions, one within another, that are tried: keys that are still together then have equal
hashes, and cannot be parted."""


class Overflow:
    """Pairs in parts.

    Parameters:
        depth: how many divisions the pairs have been through; each hashes differently.
    """

    def __init__(self, depth: int, task: TaskContext) -> None:
        self._buckets = Buckets(FAN_OUT, task)
        self._place = _placement(depth)
        self._task = task

    def spill(self, pairs: Iterable[tuple[Any, Any]]) -> None:
        """Write pairs to disk. Those that come as the caller frees them take little memory."""
        scatter(pairs, self._place, self._buckets, self._task)
        self._buckets.spill()

    def part(self, number: int) -> Iterator[Columns]:
        """The pairs of part ``number`` of `FAN_OUT`, in chunks."""
        return self._buckets.spilled(number)


def _placement(depth: int) -> Callable[[Any], int]:
    return lambda key: hash((depth, key)) % FAN_OUT
