"""Narrow operations: what a stage does to the records of one partition, step by step.

Each op says in ``apply`` what it means, as an iterator over an iterator. The planner may fuse
or compile a run of ops; the result has to be the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, Protocol

from pyrite.core.lean import value


class Op(Protocol):
    """One step over a partition's records."""

    @property
    def function(self) -> Callable[..., Any]:
        """The user's."""
        ...

    @property
    def by_record(self) -> bool:
        """True if it draws its input one record after another, to the end."""
        ...

    def apply(self, partition: int, records: Iterator[Any]) -> Iterator[Any]:
        """The records that come out, lazily."""
        ...


@value
class Map:
    function: Callable[[Any], Any]
    by_record = True

    def apply(self, partition: int, records: Iterator[Any]) -> Iterator[Any]:
        return map(self.function, records)


@value
class Filter:
    function: Callable[[Any], Any]
    by_record = True

    def apply(self, partition: int, records: Iterator[Any]) -> Iterator[Any]:
        return filter(self.function, records)


@value
class KeyBy:
    function: Callable[[Any], Any]
    by_record = True

    def apply(self, partition: int, records: Iterator[Any]) -> Iterator[Any]:
        function = self.function

        def keyed(record: Any) -> tuple[Any, Any]:
            return function(record), record

        return map(keyed, records)


@value
class FlatMap:
    function: Callable[[Any], Iterable[Any]]
    by_record = True

    def apply(self, partition: int, records: Iterator[Any]) -> Iterator[Any]:
        return chain.from_iterable(map(self.function, records))


@value
class MapValues:
    function: Callable[[Any], Any]
    by_record = True

    def apply(self, partition: int, records: Iterator[Any]) -> Iterator[Any]:
        function = self.function

        def mapped(record: Any) -> tuple[Any, Any]:
            return record[0], function(record[1])

        return map(mapped, records)


@value
class FlatMapValues:
    function: Callable[[Any], Iterable[Any]]
    by_record = True

    def apply(self, partition: int, records: Iterator[Any]) -> Iterator[Any]:
        function = self.function

        def expanded(record: Any) -> Iterator[tuple[Any, Any]]:
            return ((record[0], value) for value in function(record[1]))

        return chain.from_iterable(map(expanded, records))


@value
class MapPartitions:
    """``function(partition number, records)`` gives the records that come out.

    Parameters:
        by_position: what becomes of a record depends on its place among the records.
        barrier: it may wait for the same function in the stage's other tasks.
    """

    function: Callable[[int, Iterator[Any]], Iterable[Any]]
    by_position: bool = False
    barrier: bool = False
    by_record = False

    def apply(self, partition: int, records: Iterator[Any]) -> Iterator[Any]:
        result = self.function(partition, records)
        try:
            return iter(result)
        except TypeError:
            kind = type(result).__name__
            raise TypeError(
                f"{kind!r} object is not iterable: a function of a whole partition must return "
                f"an iterable of records, or be a generator"
            ) from None


def apply_ops(ops: Sequence[Op], partition: int, records: Iterator[Any]) -> Iterator[Any]:
    """Run ``records`` through ``ops``, at the speed of C between the user's functions.

    ``map`` and its like take a StopIteration that escapes the user's function for the end of
    the data, and would drop the rest without a word. So each run of by-record ops is closed by
    a check that its input was really used up.

    Raises:
        RuntimeError: (while iterating) a function raised StopIteration.
    """
    end: _End | None = None
    for op in ops:
        if op.by_record and end is None:
            end = _End()
            records = chain(records, end.mark())
        elif not op.by_record and end is not None:
            records = chain(records, end.check())
            end = None
        records = op.apply(partition, records)
    return records if end is None else chain(records, end.check())


class _End:
    """Notices whether an iterator was used up. Costs nothing per record."""

    def __init__(self) -> None:
        self._reached = False

    def mark(self) -> Iterator[Any]:
        self._reached = True
        yield from ()

    def check(self) -> Iterator[Any]:
        if not self._reached:
            raise stopped_early()
        yield from ()


@contextmanager
def no_stop() -> Iterator[None]:
    """Around what applies the user's functions to records.

    Raises:
        RuntimeError: one of them raised StopIteration.
    """
    try:
        yield
    except StopIteration:
        raise stopped_early() from None


def stopped_early() -> RuntimeError:
    """What to raise when a user's function raised StopIteration."""
    return RuntimeError(
        "a function applied to each record raised StopIteration "
        "(perhaps from next() on an empty iterator; give next() a default)"
    )
