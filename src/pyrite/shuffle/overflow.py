"""What a reduce task gathers and cannot hold: pairs on disk, divided by the hash of their key.

Each of the parts is then gathered alone, and divided again if it is still too large. Nothing is
sorted, so that keys need no order; and pairs of equal keys meet again in one part, in the order
in which they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any

from pyrite.core.context import MemoryWatch, TaskContext
from pyrite.serial.frames import Columns
from pyrite.shuffle.buckets import Buckets
from pyrite.shuffle.portions import Portions

FAN_OUT = 32
"""Parts of one division."""

MAX_DEPTH = 6
"""Divisions, one within another, that are tried: keys that are still together then have equal
hashes, and cannot be parted."""


_FEW = 16
_GROWTH = 8
"""Values of groups between two looks at memory: so many at first, then more by one in so many."""


class Overflow:
    """Pairs in parts.

    Parameters:
        depth: how many divisions the pairs have been through; each hashes differently.
    """

    def __init__(self, depth: int, task: TaskContext) -> None:
        self._buckets = Buckets(FAN_OUT, task)
        self._depth = depth
        self._most = task.batch_size
        self._memory = task.memory

    def spill(self, pairs: Iterable[tuple[Any, Any]]) -> None:
        """Write pairs to disk. Those that come as the caller frees them take little memory."""
        depth, parts = self._depth, FAN_OUT
        add_key = [keys.append for keys in self._buckets.keys]
        add_value = [values.append for values in self._buckets.values]
        watch = self._memory.watch()
        for portion in Portions(pairs, self._most):
            for key, value in portion:
                part = hash((depth, key)) % parts
                add_key[part](key)
                add_value[part](value)
            self._look(watch)
        self._buckets.spill()

    def spill_groups(self, groups: Iterable[tuple[Any, Sequence[Any]]]) -> None:
        """Write the pairs of each key with each of its values."""
        all_keys, all_values = self._buckets.keys, self._buckets.values
        watch = self._memory.watch()
        limit = waiting = _FEW
        for key, values in groups:
            part = hash((self._depth, key)) % FAN_OUT
            all_keys[part].extend(repeat(key, len(values)))
            all_values[part].extend(values)
            waiting -= len(values)
            if waiting <= 0:
                self._look(watch)
                limit = waiting = min(self._most, limit + limit // _GROWTH + 1)
        self._buckets.spill()

    def part(self, number: int) -> Iterator[Columns]:
        """The pairs of part ``number`` of `FAN_OUT`, in chunks."""
        return self._buckets.spilled(number)

    def _look(self, watch: MemoryWatch) -> None:
        self._buckets.settle()
        held = self._buckets.held
        if watch.exceeded(held):
            self._buckets.spill()
            watch.released(held)
