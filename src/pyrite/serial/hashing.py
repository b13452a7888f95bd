"""The hash that decides a key's partition: Python's own, made the same in every process.

Every worker process runs with one fixed ``PYTHONHASHSEED`` (inline, there is but one process),
so that ``hash`` agrees between them on text and bytes; and ``hash`` keeps equal keys of
different types together (1, 1.0 and True).
What it does not do, is done here: None and NaN hash by address, and so do objects whose class
defines no ``__hash__``, which would send equal keys to different partitions.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

HASH_SEED = 0
"""The PYTHONHASHSEED of every worker process."""

PLAIN_TYPES: frozenset[type] = frozenset({str, int, bytes, bool})
"""Types whose builtin hash is the same in all processes that share the seed."""

_NONE_HASH = 0
_NAN_HASH = 0
_IDENTITY_HASHES = (object.__hash__,)


def stable_hash(key: Hashable) -> int:
    """Hash ``key`` to the same int in every worker.

    Parameters:
        key: any hashable value.

    Raises:
        TypeError: the key is unhashable, or its hash is its address in memory.

    Example:
        >>> stable_hash(1) == stable_hash(1.0) == stable_hash(True)
        True
        >>> stable_hash(None), stable_hash((7, None)) == stable_hash((7.0, None))
        (0, True)
    """
    kind = type(key)
    if kind in PLAIN_TYPES:
        return hash(key)
    if key is None:
        return _NONE_HASH
    if isinstance(key, float):
        return _NAN_HASH if math.isnan(key) else hash(key)
    if isinstance(key, tuple) and kind.__hash__ in (tuple.__hash__, None):
        return hash(tuple(map(stable_hash, key)))
    if isinstance(key, frozenset) and kind.__hash__ is frozenset.__hash__:
        return hash(frozenset(map(stable_hash, key)))
    if kind.__hash__ in _IDENTITY_HASHES or isinstance(key, type) or callable(key):
        raise TypeError(_identity_message(key))
    return hash(key)


def _identity_message(key: Any) -> str:
    return (
        f"{type(key).__name__} objects cannot be keys: their hash is their address in memory, "
        f"which differs between workers. Define __eq__ and __hash__ (a frozen dataclass or a "
        f"NamedTuple has them), or map the key to a string, number or tuple first."
    )
