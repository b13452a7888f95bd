"""What a result task makes of its partition's records, where the planner is to know it.

Each says in ``__call__`` what it means. The planner may compile it together with the ops before
it; the result has to be the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import count, takewhile
from typing import Any

from pyrite.core.context import TaskContext
from pyrite.core.lean import value
from pyrite.lineage.narrow import Fused, Steps
from pyrite.lineage.node import Node
from pyrite.lineage.ops import KeyBy, Map, MapValues, Op, no_stop


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
class PerPartition:
    """An op that makes one record of each partition's: what ``terminal`` makes of them."""

    terminal: Fold | Reduce
    by_record = False

    @property
    def function(self) -> Callable[[Any, Any], Any]:
        """The user's."""
        return self.terminal.function

    def apply(self, partition: int, records: Iterator[Any]) -> Iterator[Any]:
        """The one record."""
        with no_stop():
            made = self.terminal(records)
        yield made


Terminal = Collect | Count | Reduce | Fold | ForEach | Draw

_ONE_OF_EACH = (Map, KeyBy, MapValues)


@value
class Choose:
    """What ``function(partition, records, ops)`` makes of some of the records, which it chooses by
    their places alone: it is given what the last steps work on that make one record of each, and
    does these to the chosen. So the user's functions are not called for the others.

    Parameters:
        steps: what is left to do, once the planner has said so.
    """

    function: Callable[[int, Iterator[Any], Sequence[Op]], Any]
    steps: Steps | None = None

    def __call__(self, records: Iterator[Any], task: TaskContext) -> Any:
        ops = self.steps.ops if self.steps else ()
        return self.function(task.attempt.partition, records, ops)

    def of(self, tree: Node) -> tuple[Node, Choose]:
        """What to compute, and what to make of that, to choose from a stage's tree."""
        if not isinstance(tree, Fused):
            return tree, self
        alike = takewhile(lambda op: isinstance(op, _ONE_OF_EACH), reversed(tree.ops))
        number = sum(1 for _ in alike)
        return tree.without_last(number), Choose(self.function, tree.last(number))
