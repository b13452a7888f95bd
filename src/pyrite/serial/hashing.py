"""The hash that decides a key's partition: PySpark's, and the same in every process.

Every worker process runs with one fixed ``PYTHONHASHSEED`` (inline, there is but one process),
so that Python's own ``hash`` agrees between them on text and bytes; and ``hash`` keeps equal keys
of different types together (1, 1.0 and True). Two kinds of keys have another hash. That of tuples
and None is the one of PySpark's ``portable_hash``, so that keys lie where PySpark puts them. NaN
has a fixed one, as its own is its address.

An object whose class defines no ``__hash__`` hashes by its address too, which would send equal
keys to different partitions: it is refused.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable
from numbers import Number
from typing import Any

HASH_SEED = 0
"""The PYTHONHASHSEED of every worker process."""

PLAIN_TYPES: frozenset[type] = frozenset({str, int, bytes, bool})
"""Types whose builtin hash is the same in all processes that share the seed."""

_FIXED_HASH = 0
"""Of None, as in PySpark, and of NaN."""
_IDENTITY_HASHES = (object.__hash__,)

# CPython's hash of tuples up to 2.7, cut to 63 bits: what PySpark's documentation names.
_TUPLE_START = 0x345678
_TUPLE_FACTOR = 1000003
_TUPLE_MASK = sys.maxsize


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
    if kind is tuple:
        value = _TUPLE_START
        for item in key:  # type: ignore[attr-defined]
            part = hash(item) if type(item) in PLAIN_TYPES else stable_hash(item)
            value = (value ^ part) * _TUPLE_FACTOR & _TUPLE_MASK
        return value ^ len(key)  # type: ignore[arg-type]
    if key is None:
        return _FIXED_HASH
    if kind is float:
        return hash(key) if key == key else _FIXED_HASH
    if isinstance(key, tuple) and kind.__hash__ in (tuple.__hash__, None):
        return stable_hash(tuple(key))
    return hash(_settled(key))


def mixing_hash(key: Hashable) -> int:
    """As `stable_hash`, but different for nearly all different keys: PySpark's hash of tuples of
    numbers meets itself often. For counting keys, not for placing them."""
    return hash(_settled(key))


def portable_hash(x: Hashable) -> int:
    """The hash by which keys are placed: ``portable_hash(key) % numPartitions``.

    In a process whose ``PYTHONHASHSEED`` is not that of the workers, it refuses what would have
    another hash there: text, and whatever may contain it.

    Raises:
        RuntimeError: this process would hash ``x`` in another way than the workers.
        TypeError: ``x`` is unhashable, or its hash is its address in memory.

    Example:
        >>> portable_hash(None)
        0
        >>> portable_hash((None, 1)) & 0xffffffff
        219750521
    """
    if sys.flags.hash_randomization and not _needs_no_seed(x):
        raise RuntimeError(
            f"this process and the workers hash {type(x).__name__} objects in different ways: "
            f"start Python with PYTHONHASHSEED={HASH_SEED}, or hash in a function that runs in "
            f"tasks"
        )
    return stable_hash(x)


def _needs_no_seed(key: Any) -> bool:
    if isinstance(key, tuple | frozenset):
        return all(map(_needs_no_seed, key))
    return key is None or isinstance(key, Number)


def _settled(key: Any) -> Any:
    """A value whose builtin hash is the same everywhere: ``key`` itself, where it can be.

    Raises:
        TypeError: the hash of the key, or of something in it, is its address in memory.
    """
    if type(key) in PLAIN_TYPES:
        return key
    if key is None:
        return _FIXED_HASH
    if isinstance(key, Number):
        return key if key == key else _FIXED_HASH  # NaN, of whatever type
    hash_method: Any = type(key).__hash__
    if isinstance(key, tuple) and hash_method in (tuple.__hash__, None):
        return tuple(map(_settled, key))
    if isinstance(key, frozenset) and hash_method is frozenset.__hash__:
        return frozenset(map(_settled, key))
    if hash_method in _IDENTITY_HASHES or isinstance(key, type) or callable(key):
        raise TypeError(_identity_message(key))
    return key


def _identity_message(key: Any) -> str:
    return (
        f"{type(key).__name__} objects cannot be keys: their hash is their address in memory, "
        f"which differs between workers. Define __eq__ and __hash__ (a frozen dataclass or a "
        f"NamedTuple has them), or map the key to a string, number or tuple first."
    )
