"""Batches of records as bytes, between processes and files.

Plain pickle (protocol 5) where it is enough, because it is written in C throughout;
cloudpickle for batches that hold what plain pickle cannot name, such as instances of classes
defined in the user's script. In the driver, plain pickle would name such classes
``__main__.X``, which no worker could find, so the driver always uses cloudpickle.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterable, Sequence
from pickle import PickleBuffer
from typing import Any, TypeAlias

from pyrite.core.lean import value
from pyrite.serial.cached import pickler

Pickle: TypeAlias = bytes | bytearray | memoryview | PickleBuffer

loads: Callable[[Pickle], Any] = pickle.loads


def loads_with(data: bytes | memoryview, buffers: Iterable[memoryview]) -> Any:
    """Load what was pickled with its buffers kept apart, from both."""
    return pickle.loads(data, buffers=buffers)


class Apart:
    """Collects the buffers that are worth a way of their own, past the pickle that they are in.

    Attributes:
        buffers: those buffers, in order; the memory of the objects themselves.
    """

    LEAST = 1 << 16
    """Bytes of such a buffer."""

    def __init__(self) -> None:
        self.buffers: list[PickleBuffer] = []

    def __call__(self, buffer: PickleBuffer) -> bool:
        """What a pickler asks: whether a buffer is to stay in the pickle."""
        try:
            stays = buffer.raw().nbytes < self.LEAST
        except BufferError:  # it has gaps
            stays = True
        if not stays:
            self.buffers.append(buffer)
        return stays


def dumps_by_value(value: Any, apart: Apart | None = None) -> bytes:
    """Pickle ``value`` so that any process can load it, with script-defined classes by value."""
    file = io.BytesIO()
    pickler()(file, protocol=5, buffer_callback=apart).dump(value)
    return file.getvalue()


def dumps(value: Any, apart: Apart | None = None) -> bytes:
    """Pickle ``value`` in a worker: plain pickle, else by value.

    Parameters:
        apart: takes large buffers out of the pickle.

    Raises:
        TypeError, pickle.PicklingError: neither can; a note says what to do.
    """
    try:
        return pickle.dumps(value, protocol=5, buffer_callback=apart)
    except (pickle.PicklingError, AttributeError, TypeError):
        if apart is not None:
            apart.buffers.clear()
    try:
        return dumps_by_value(value, apart)
    except (pickle.PicklingError, TypeError) as error:
        error.add_note(
            "records cannot leave the task that made them: have the function give a list, not a "
            "generator, and plain values in place of open files, locks or connections"
        )
        raise


@value
class Parcel:
    """A pickled value on its way, whose large buffers, such as those of arrays, are not copied.

    Pickled itself, it is no more than that again: its own bytes count as buffers.

    Parameters:
        body: the value's pickle.
        buffers: what it lacks.
    """

    body: Pickle
    buffers: Sequence[Pickle] = ()

    @classmethod
    def of(cls, value: Any) -> Parcel:
        """Pack ``value`` in a worker. It must not change until the parcel has gone.

        Raises:
            TypeError, pickle.PicklingError: as `dumps`.
        """
        apart = Apart()
        return cls(dumps(value, apart), apart.buffers)

    def value(self) -> Any:
        """What was packed. Arrays in it lie in the parcel's buffers: to be asked for once."""
        return pickle.loads(self.body, buffers=self.buffers)

    def __reduce__(self) -> tuple[Any, ...]:
        large = memoryview(self.body).nbytes >= Apart.LEAST
        body = PickleBuffer(self.body) if large else self.body
        if not self.buffers:
            return Parcel, (body,)
        return Parcel, (body, [PickleBuffer(each) for each in self.buffers])
