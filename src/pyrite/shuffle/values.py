"""The values of one key: a sequence that may be larger than memory."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from pyrite.core.context import TaskContext
from pyrite.shuffle.runs import Run, RunWriter


class Values:
    """Sized, and iterable as often as wanted. Pickles with all its values inside.

    Parameters:
        tail: the values in memory, which come last.
        spilled: those before them, in a file that lasts as long as the task.
        count: how many were spilled.

    Example:
        >>> values = Values([1, 2])
        >>> len(values), list(values), list(values)
        (2, [1, 2], [1, 2])
    """

    __slots__ = ("_count", "_spilled", "_tail")

    def __init__(self, tail: list[Any], spilled: Run | None = None, count: int = 0) -> None:
        self._tail = tail
        self._spilled = spilled
        self._count = count

    def __len__(self) -> int:
        return self._count + len(self._tail)

    def __iter__(self) -> Iterator[Any]:
        if self._spilled is None:
            return iter(self._tail)
        chunks = (column for (column,) in self._spilled.columns())
        return chain(chain.from_iterable(chunks), self._tail)

    def __reduce__(self) -> tuple[type[Values], tuple[list[Any]]]:
        return Values, (list(self),)

    def __repr__(self) -> str:
        where = "" if self._spilled is None else f", {self._count} of them on disk"
        return f"<{len(self)} values{where}>"


class ValuesBuilder:
    """Collects one key's values; the first ones go to a file if memory runs short."""

    __slots__ = ("_count", "_tail", "_task", "_writer")

    def __init__(self, task: TaskContext) -> None:
        self._task = task
        self._tail: list[Any] = []
        self._writer: RunWriter | None = None
        self._count = 0

    def extend(self, values: list[Any]) -> None:
        """Add values after those there are."""
        tail = self._tail
        tail += values
        # Groups too small for a chunk are not worth a file, nor a look at memory.
        held = len(tail)
        if held >= self._task.batch_size and self._task.memory.exceeded(held):
            self._spill()
            self._task.memory.released(held)

    def finish(self) -> list[Any] | Values:
        """The values: a list if all are in memory."""
        if self._writer is None:
            return self._tail
        return Values(self._tail, self._writer.finish(), self._count)

    def _spill(self) -> None:
        if self._writer is None:
            self._writer = RunWriter(self._task)
            self._task.on_close(self._writer.close)
        self._count += len(self._tail)
        self._writer.fill((value,) for value in self._tail)
        self._tail.clear()
