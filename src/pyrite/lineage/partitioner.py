"""Which partition a key belongs to. Equal partitioners put equal keys in equal places."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

from pyrite.core.lean import value
from pyrite.serial.hashing import stable_hash


class Partitioner(Protocol):
    """Maps keys to 0 .. ``num_partitions`` - 1; comparable with ``==``."""

    @property
    def num_partitions(self) -> int: ...

    def __call__(self, key: Any) -> int:
        """The partition of ``key``."""
        ...


@value
class HashPartitioner:
    """``function(key) % num_partitions``.

    Two of them are equal, and their datasets join without a shuffle, if they have the same
    function and number of partitions.

    Example:
        >>> HashPartitioner(4)(10)
        2
    """

    num_partitions: int
    function: Callable[[Any], int] = stable_hash

    def __call__(self, key: Any) -> int:
        return self.function(key) % self.num_partitions


@value
class RangePartitioner:
    """Keys up to ``bounds[0]`` in partition 0, up to ``bounds[1]`` in 1, and so on.

    Parameters:
        bounds: ascending, in the order of ``key_function``; one fewer than there are partitions.
        ascending: False numbers the partitions from the largest keys down.
        key_function: applied to a key before comparing, or None.

    Example:
        >>> [RangePartitioner((10, 20))(key) for key in (3, 10, 11, 99)]
        [0, 0, 1, 2]
    """

    bounds: Sequence[Any]
    ascending: bool = True
    key_function: Callable[[Any], Any] | None = None

    @property
    def num_partitions(self) -> int:
        return len(self.bounds) + 1

    def upward(self) -> Callable[[Any], int]:
        """The range of a key, counted from the smallest keys up: quicker than the partitioner,
        and without Python code if there is no key function."""
        bounds, key_function = self.bounds, self.key_function
        if key_function is None:
            return partial(bisect_left, bounds)
        return lambda key: bisect_left(bounds, key_function(key))

    def __call__(self, key: Any) -> int:
        if self.key_function is not None:
            key = self.key_function(key)
        index = bisect_left(self.bounds, key)
        return index if self.ascending else len(self.bounds) - index
