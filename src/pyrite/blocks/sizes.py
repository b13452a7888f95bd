"""How much memory live records take: estimated from a few of them.

Looking at every object would cost more than most records cost to compute. So a few records of each
stretch are looked at in depth, and stand for the rest. What several of them refer to, such as a
table that all records share, is counted once.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Sequence
from itertools import islice
from random import Random
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

_SAMPLES = 4
"""Records that are looked at in each stretch."""

_CHILDREN = 64
"""Members of a container that are looked at, at most,"""
_REACH = 1 << 14
"""and among how many they are chosen."""

_LEAVES = frozenset({int, float, str, bytes, bytearray, bool, complex, type(None)})
_CODE = (type, ModuleType, FunctionType, BuiltinFunctionType, MethodType, CodeType)
"""What a record refers to without its being data."""

_SHARED: tuple[int, float] = (-1, 0.0)


def size_of(value: Any) -> int:
    """The estimated size of a value and all that it refers to, in bytes."""
    estimate = SizeEstimate()
    estimate.grown([value], 0)
    return estimate.bytes([])


class SizeEstimate:
    """The estimated size of a list of records that is growing.

    Example:
        >>> records = [str(number) * 10 for number in range(1000)]
        >>> estimate = SizeEstimate()
        >>> estimate.grown(records, 0)
        >>> 0.9 < estimate.bytes(records) / sum(map(sys.getsizeof, [*records, records])) < 1.1
        True
    """

    def __init__(self) -> None:
        self._own = 0.0
        self._shared = 0.0
        self._owner = 0
        # By identity, which holds as long as the records do: who referred to an object first,
        # and the bytes it was counted with.
        self._seen: dict[int, tuple[int, float]] = {}
        self._random = Random(0)

    def grown(self, records: list[Any], start: int) -> None:
        """Records from ``start`` on are new."""
        samples = min(_SAMPLES, len(records) - start)
        for number in range(samples):
            weight = (len(records) - start) / samples
            self._owner += 1
            # One from each of so many equal parts, so that none is looked at twice.
            place = start + (number + self._random.random()) * weight
            self._look(records[min(int(place), len(records) - 1)], weight)

    def bytes(self, records: list[Any]) -> int:
        """The size of ``records``, the list itself included, in bytes."""
        return int(self._own + self._shared) + sys.getsizeof(records)

    def _look(self, record: Any, weight: float) -> None:
        """Count a record, and all that it alone refers to, ``weight`` times."""
        seen, owner = self._seen, self._owner
        stack = [(record, weight, False)]
        while stack:
            item, times, shared = stack.pop()
            before = seen.get(id(item))
            is_leaf = type(item) in _LEAVES
            if before is _SHARED or (not is_leaf and isinstance(item, _CODE)):
                continue
            if before is not None:
                first, counted = before
                if not shared and first == owner and times == weight:
                    continue  # twice in one record: once in each record
                self._own -= counted
                if not shared:
                    times, shared = 1.0, True
            size, members, share = (sys.getsizeof(item), (), 1.0) if is_leaf else _measured(item)
            size *= times
            if shared:
                self._shared += size
                seen[id(item)] = _SHARED
            else:
                self._own += size
                seen[id(item)] = (owner, size)
            if members:
                stack += [(member, times * share, shared) for member in members]


def _measured(item: Any) -> tuple[float, Sequence[Any], float]:
    """The size of an object itself, and its `_members`."""
    try:
        size = sys.getsizeof(item)
        if hasattr(type(item), "nbytes"):
            # A view tells of its own header alone, while what it keeps alive may be large.
            size = max(size, int(item.nbytes))
        return size, *_members(item)
    except Exception:  # whatever a class of the user's may do when asked
        return sys.getsizeof(object()), (), 1.0


def _members(item: Any) -> tuple[Sequence[Any], float]:
    """Some objects that ``item`` refers to, and how many each of them stands for."""
    if isinstance(item, tuple | list):
        some = item if len(item) <= _CHILDREN else item[:: len(item) // _CHILDREN]
        return some, len(item) / max(1, len(some))
    if hasattr(type(item), "nbytes"):
        # numpy's arrays of objects are the only buffers with members.
        has_objects = hasattr(type(item), "flat") and item.dtype.hasobject
        return _spread(item.flat, item.size) if has_objects else ((), 1.0)
    if isinstance(item, dict):
        pairs, share = _spread(item.items(), len(item))
        return [part for pair in pairs for part in pair], share
    if isinstance(item, set | frozenset):
        return _spread(item, len(item))
    members = gc.get_referents(item)
    return _spread(members, len(members))


def _spread(members: Iterable[Any], count: int) -> tuple[Sequence[Any], float]:
    """Some of ``count`` members, and how many each of them stands for."""
    # Not from the beginning alone, where a dict by number has the small ones.
    step = -(-min(count, _REACH) // _CHILDREN) or 1
    some = list(islice(members, 0, _REACH, step))
    return some, count / max(1, len(some))
