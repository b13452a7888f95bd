"""What generated code uses of Python and the engine, by the names that it is bound under."""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

from pyrite.serial.hashing import PLAIN_TYPES, stable_hash

MISSING = object()
"""Stands for a value that is not there."""

_in_c: Callable[[dict[Any, int], Any], None] | None
_in_c = getattr(collections, "_count_elements", None)  # that Counter is made of


def _count_items(counts: dict[Any, int], items: list[Any]) -> None:
    for item in items:
        counts[item] = counts.get(item, 0) + 1


TOOLS: dict[str, Any] = {
    "count_items": _in_c or _count_items,
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
