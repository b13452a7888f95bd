"""Batches of records as bytes, between processes and files.

Plain pickle (protocol 5) where it is enough, because it is written in C throughout;
cloudpickle for batches that hold what plain pickle cannot name, such as instances of classes
defined in the user's script. In the driver, plain pickle would name such classes
``__main__.X``, which no worker could find, so the driver always uses cloudpickle.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterable
from typing import Any

from pyrite.serial.cached import pickler

loads: Callable[[bytes | memoryview], Any] = pickle.loads


def loads_with(data: bytes | memoryview, buffers: Iterable[memoryview]) -> Any:
    """Load what was pickled with its buffers kept apart, from both."""
    return pickle.loads(data, buffers=buffers)


def dumps_by_value(value: Any) -> bytes:
    """Pickle ``value`` so that any process can load it, with script-defined classes by value."""
    file = io.BytesIO()
    pickler()(file, protocol=5).dump(value)
    return file.getvalue()


def dumps(value: Any) -> bytes:
    """Pickle ``value`` in a worker: plain pickle, else by value.

    Raises:
        TypeError, pickle.PicklingError: neither can; a note says what to do.
    """
    try:
        return pickle.dumps(value, protocol=5)
    except (pickle.PicklingError, AttributeError, TypeError):
        pass
    try:
        return dumps_by_value(value)
    except (pickle.PicklingError, TypeError) as error:
        error.add_note(
            "records cannot leave the task that made them: have the function give a list, not a "
            "generator, and plain values in place of open files, locks or connections"
        )
        raise
