"""What a result task makes of its partition's records, where the planner is to know it.

Each says in ``__call__`` what it means. The planner may compile it together with the ops before
it; the result has to be the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import reduce
from itertools import count
from typing import Any

from pyrite.core.context import TaskContext
from pyrite.core.lean import value


@value
class Collect:
    """The records as a list."""

    def __call__(self, records: Iterator[Any], task: TaskContext | None = None) -> list[Any]:
        return list(records)


@value
class Count:
    """How many there are."""

    def __call__(self, records: Iterator[Any], task: TaskContext | None = None) -> int:
        numbers = count()
        deque(zip(records, numbers, strict=False), maxlen=0)  # counts at the speed of C
        return next(numbers)


@value
class Reduce:
    """A list of the one that they are reduced to, or of none if there are none."""

    function: Callable[[Any, Any], Any]

    def __call__(self, records: Iterator[Any], task: TaskContext | None = None) -> list[Any]:
        for first in records:
            return [reduce(self.function, records, first)]
        return []


@value
class Fold:
    """All added to ``zero`` by ``function``, one after another."""

    function: Callable[[Any, Any], Any]
    zero: Any

    def __call__(self, records: Iterator[Any], task: TaskContext | None = None) -> Any:
        return reduce(self.function, records, self.zero)


@value
class ForEach:
    """Nothing; ``function`` is called with each."""

    function: Callable[[Any], Any]

    def __call__(self, records: Iterator[Any], task: TaskContext | None = None) -> None:
        function = self.function
        for record in records:
            function(record)


@value
class Draw:
    """``function(records)``, which draws them one after another, as far as it likes. When that
    raises an exception, it does not go on: the task has failed."""

    function: Callable[[Iterator[Any]], Any]

    def __call__(self, records: Iterator[Any], task: TaskContext | None = None) -> Any:
        return self.function(records)


@value
class DrawNumbered(Draw):
    """As `Draw`, with the partition's number: ``function(number, records)``."""

    function: Callable[..., Any]

    def __call__(self, records: Iterator[Any], task: TaskContext | None = None) -> Any:
        assert task is not None
        return self.function(task.attempt.partition, records)


Terminal = Collect | Count | Reduce | Fold | ForEach | Draw
