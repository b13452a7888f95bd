"""What generated code uses of Python and the engine, by the names that it is bound under."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable
from typing import Any

from pyrite.serial.hashing import PLAIN_TYPES, stable_hash

MISSING = object()
"""Stands for a value that is not there."""


def _count_items(counts: dict[Any, int], items: Iterable[Any]) -> None:
    for item in items:
        counts[item] = counts.get(item, 0) + 1


count_items: Callable[[dict[Any, int], Iterable[Any]], None]
count_items = getattr(collections, "_count_elements", _count_items)  # Counter's own, in C
"""Adds to a dict how often each item occurs."""

TOOLS: dict[str, Any] = {
    "count_items": count_items,
    "exception": Exception,
    "hash": hash,
    "iter": iter,
    "len": len,
    "list": list,
    "missing": MISSING,
    "plain_types": PLAIN_TYPES,
    "stop_iteration": StopIteration,
    "stable_hash": stable_hash,
    "str": str,
    "type": type,
}
