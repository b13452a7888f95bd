"""Broadcast variables: values that all tasks read, sent once to each node.

The driver writes the value to a file of the node's folder, once. A function or record that holds
a `Broadcast` takes along no more than its number; the task that asks for the value maps the file.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pickle
import weakref
from functools import cached_property
from typing import IO, Any, Generic, TypeVar, cast

from pyrite.api.callsite import public_call
from pyrite.blocks.broadcasts import read_broadcast, write_broadcast
from pyrite.core.context import BroadcastService, current_task
from pyrite.core.errors import BroadcastGone, DriverOnlyError, SerializationError
from pyrite.driver.driver import Driver
from pyrite.executor.broadcasts import broadcast_path
from pyrite.serial.closures import hold
from pyrite.serial.records import dumps_by_value, loads

T = TypeVar("T")


class Broadcast(Generic[T]):
    """A value that tasks read, as it was when `SparkContext.broadcast` was called.

    What lies in buffers, such as NumPy's arrays and Arrow's tables, is shared in memory by all
    processes of a node, hence read-only: copy an array before you change it. Everything else is
    unpickled once by each worker that uses it, and must not be changed either.

    The file goes with `destroy`, with the context, or when the program no longer holds the
    broadcast: nor functions of its datasets do. One that was pickled otherwise, as part of a
    record or of another broadcast, stays until `destroy` or the end of the context.

    Example:
        >>> squares = sc.broadcast({1: 1, 2: 4})
        >>> sc.parallelize([2, 1]).map(lambda x: squares.value[x]).collect()
        [4, 1]
        >>> squares.destroy()
    """

    def __init__(self, number: int, origin: str, service: BroadcastService | None) -> None:
        self._number = number
        self._origin = origin
        self._service = service
        self._home: Home | None = None

    @cached_property  # after the first time as quick as an attribute: loops ask for it
    def value(self) -> T:
        """The value; in the driver too, it is what was written and not the object given.

        Raises:
            BroadcastGone: it was destroyed.
        """
        value: T = self._read()
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "value":
            raise AttributeError("the value of a broadcast cannot be set: make another broadcast")
        super().__setattr__(name, value)

    def _forget(self) -> None:
        self.__dict__.pop("value", None)

    def _read(self) -> Any:
        if self._service is None:
            raise DriverOnlyError(
                f"{self!r} came out of a task or a file as part of a record: in the driver, use "
                f"the one that sc.broadcast() gave"
            )
        try:
            return self._service.value(self._number)
        except BroadcastGone:
            raise BroadcastGone(self._gone()) from None

    def _gone(self) -> str:
        return (
            f"{self!r} was destroyed, or its context stopped, or the program let go of it: "
            f"destroy() it after the last action that uses it, and hold it until then"
        )

    def unpersist(self, blocking: bool = False) -> None:
        """Have workers drop the value; the next task that uses it reads it again.

        Parameters:
            blocking: without meaning: no later task sees what was dropped.

        Raises:
            DriverOnlyError: this is a task.
        """
        self._in_driver("unpersisted").forget(self._number)
        self._forget()

    def destroy(self, blocking: bool = False) -> None:
        """Remove the value for good. Using it afterwards is an error.

        Parameters:
            blocking: without meaning, as in `unpersist`.

        Raises:
            DriverOnlyError: this is a task.
        """
        self._in_driver("destroyed").destroy(self._number)
        self._forget()

    def _in_driver(self, done: str) -> Home:
        if self._home is None or current_task() is not None:
            raise DriverOnlyError(f"{self!r} can only be {done} in the driver")
        return self._home

    def dump(self, value: T, f: IO[bytes]) -> None:
        """Pickle a value to an open file, and close the file.

        Raises:
            pickle.PicklingError: it cannot be pickled.
        """
        try:
            data = dumps_by_value(value)
        except Exception as error:
            kind = type(error).__name__
            raise pickle.PicklingError(f"Could not serialize broadcast: {kind}: {error}") from error
        f.write(data)
        f.close()

    def load(self, file: IO[bytes]) -> T:
        """What `dump` wrote to an open file."""
        return cast(T, loads(file.read()))

    def load_from_path(self, path: str) -> T:
        """What `dump` wrote to a file of this name."""
        with open(path, "rb") as file:
            return self.load(file)

    def __reduce__(self) -> Any:
        if self._home is not None:
            if not os.path.exists(self._home.path(self._number)):
                raise SerializationError(self._gone())
            if not hold(self):
                self._home.keep(self._number)
        return _in_task, (self._number, self._origin)

    def __copy__(self) -> Broadcast[T]:
        return self

    def __deepcopy__(self, memo: object) -> Broadcast[T]:
        return self

    def __repr__(self) -> str:
        return f"<Broadcast {self._number}: {self._origin}>"


def _in_task(number: int, origin: str) -> Broadcast[Any]:
    """A broadcast as a task has it, and as the threads that it starts have it."""
    task = current_task()
    return Broadcast(number, origin, None if task is None else task.broadcasts)


class Home:
    """A context's broadcasts, in the driver, which has no workers' cache: each `Broadcast` keeps
    what it has read. Whatever is done here may be done by the garbage collector, at any moment.

    Parameters:
        driver: knows the folder, and tells workers what to forget.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._numbers = itertools.count()
        self._finalizers: dict[int, weakref.finalize[Any, Any]] = {}

    def path(self, number: int) -> str:
        """Where the value lies."""
        return broadcast_path(self._driver.folder, number)

    def value(self, number: int) -> Any:
        """The value, read anew."""
        return read_broadcast(self.path(number))

    def new(self, value: T) -> Broadcast[T]:
        """Write a value.

        Raises:
            SerializationError: it cannot be pickled.
        """
        number = next(self._numbers)
        write_broadcast(self.path(number), value)
        broadcast: Broadcast[T] = Broadcast(number, public_call(), self)
        broadcast._home = self
        finalizer = weakref.finalize(broadcast, self.destroy, number)
        finalizer.atexit = False
        self._finalizers[number] = finalizer
        return broadcast

    def keep(self, number: int) -> None:
        """Do not destroy it when the program lets go of it."""
        if (finalizer := self._finalizers.pop(number, None)) is not None:
            finalizer.detach()

    def forget(self, number: int) -> None:
        """Have the workers drop it."""
        self._driver.forget_broadcast(number)

    def destroy(self, number: int) -> None:
        """Remove it, if it is still there."""
        self.keep(number)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path(number))
        self.forget(number)
