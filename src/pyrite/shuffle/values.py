"""The values of one key: a sequence that may be larger than memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from types import GenericAlias
from typing import Any

from pyrite.core.context import TaskContext
from pyrite.shuffle.runs import Run, RunWriter


class Values:
    """Sized, and iterable as often as wanted. Pickles with all its values inside.

    Parameters:
        values: the values, if they are in memory.
        spilled: else the run that they are in, which lasts as long as the task.

    Example:
        >>> values = Values([1, 2])
        >>> len(values), list(values), list(values)
        (2, [1, 2], [1, 2])
    """

    __slots__ = ("_spilled", "_values")

    def __init__(self, values: list[Any], spilled: Run | None = None) -> None:
        self._values = values
        self._spilled = spilled

    def __class_getitem__(cls, item: Any) -> GenericAlias:
        """For annotations such as ``ResultIterable[str]``."""
        return GenericAlias(cls, item)

    def __len__(self) -> int:
        return len(self._values) if self._spilled is None else self._spilled.entries

    def __iter__(self) -> Iterator[Any]:
        if self._spilled is None:
            return iter(self._values)
        return chain.from_iterable(self._spilled.chunks())

    def __reduce__(self) -> tuple[type[Values], tuple[list[Any]]]:
        return Values, (list(self),)

    def __repr__(self) -> str:
        where = "" if self._spilled is None else " on disk"
        return f"<{len(self)} values{where}>"


class SpilledValues:
    """Collects one key's values in a file."""

    def __init__(self, task: TaskContext) -> None:
        self._task = task
        self._writer: RunWriter | None = None

    def extend(self, values: Iterable[Any]) -> None:
        """Add values after those there are."""
        if self._writer is None:
            self._writer = RunWriter(self._task, bare=True)
            self._task.on_close(self._writer.close)
        self._writer.fill(values)

    def finish(self) -> list[Any] | Values:
        """The values; no more can be added."""
        return [] if self._writer is None else Values([], self._writer.finish())
