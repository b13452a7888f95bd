"""Records in portions, between which a task looks at its memory.

A portion is an iterator, not a list: with large records, a list of thousands would be the very
memory that is to be watched. For the same reason portions begin small and grow by an eighth, so
that what is taken between two looks is a small part of what was taken since the last spill.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

_FIRST = 16
_GROWTH = 8


class Portions:
    """Iterates over ``records`` in portions, each to be used up before the next is asked for.

    Parameters:
        records: where the records come from.
        most: the largest portion.

    Attributes:
        size: records in the portion at hand, or fewer if it is the last.

    Example:
        >>> [sum(portion) for portion in Portions([1, 2, 3], 2)]
        [3, 3]
    """

    __slots__ = ("_most", "_records", "_taken", "size")

    def __init__(self, records: Iterable[Any], most: int) -> None:
        self._records = iter(records)
        self._most = most
        self._taken = 0
        self.size = _FIRST

    def __iter__(self) -> Iterator[Iterator[Any]]:
        for first in self._records:
            self.size = size = min(self._most, self.size)
            self._taken += size
            yield chain((first,), islice(self._records, size - 1))
            self.size += self.size // _GROWTH + 1

    def spilled(self) -> None:
        """The records of all portions so far were written out, for want of memory."""
        self.size = min(self.size, self._taken // _GROWTH)
        self._taken = 0
