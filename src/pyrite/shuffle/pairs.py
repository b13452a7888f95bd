"""Saying what was wrong with a record that could not be shuffled.

The loops that move records take each apart with ``key, value = record`` and look its key up, with
no checks of their own; when one fails, the record at hand tells whether the user's function
failed, or the record's shape, or its key.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterator
from typing import Any

SOUND: Any = (None, None)
"""Stands for the record at hand before there is one."""


def check_pair(record: Any) -> None:
    """Raise a TypeError that names ``record`` if it is no pair or its key cannot be hashed.

    To be called in the handler of an error; if it returns, the error was another's.
    """
    if isinstance(record, Iterator):
        # Used up by the attempt that failed: it can tell nothing more.
        return
    try:
        key, _ = record
    except (TypeError, ValueError):
        shown = reprlib.repr(record)
        raise TypeError(f"expected (key, value) pairs, got {shown}") from None
    try:
        hash(key)
    except TypeError as error:
        trace = error.__traceback__
        if trace is not None and trace.tb_next is not None:
            # Raised by the key's own __hash__: the user's error.
            return
        shown = reprlib.repr(key)
        raise TypeError(f"keys must be hashable, got {shown}: {error}") from None


def check_place(place: Callable[[Any], int], record: Any) -> None:
    """Raise a TypeError if the user's function, in the partitioner ``place``, gives no int for
    the key of ``record``. To be called after `check_pair`."""
    function = getattr(place, "function", None)
    if function is None or isinstance(record, Iterator):
        return
    key, _ = record
    try:
        number = function(key)
    except Exception:
        return  # the user's error
    if not hasattr(number, "__index__"):
        shown = f"{reprlib.repr(number)} for the key {reprlib.repr(key)}"
        raise TypeError(f"the partition function must give an int, not {shown}") from None
