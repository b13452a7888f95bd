"""Compiled loops as writers of shuffles run them: portion by portion, with looks at memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from pyrite.core.context import TaskContext
from pyrite.shuffle.pairs import check_pair, check_place

if TYPE_CHECKING:
    from pyrite.compile.bound import Bound

_OF_ONE = 16
"""How many records may come of one, on average, for looks at memory to be as frequent as ever."""
_FEW = 16
"""Items of a record that are taken at first."""
_GROWTH = 8
"""Between two looks, what was taken grows by one part in so many."""


def most_between_looks(task: TaskContext, loop: Bound | None) -> int:
    """Records that a writer takes, at most, before it looks at its memory."""
    many = loop is not None and loop.stage.flat
    return task.batch_size // _OF_ONE if many else task.batch_size


class Metered:
    """The items that came of one record, in portions, between which memory is looked at.

    Most records give few items, and a look costs as much as many items do. So looks are as far
    apart as the writer's own become, however many records the items in between are of.

    Parameters:
        look: called now and then; tells whether all items so far were written out.
        most: items between two looks, at most.
    """

    def __init__(self, look: Callable[[], bool], most: int) -> None:
        self._look = look
        self._most = most
        self._taken = self._left = 0

    def __call__(self, items: Iterator[Any]) -> Iterator[Iterator[Any]]:
        self._meter(_FEW)
        yield islice(items, _FEW)
        for first in items:
            size = max(_FEW, self._left)
            self._meter(size)
            yield chain((first,), islice(items, size - 1))

    def passed(self, items: int) -> None:
        """As many items of one record have been taken."""
        self._meter(items)

    def _meter(self, size: int) -> None:
        """As many items are about to be taken, or fewer."""
        self._taken += size
        self._left -= size
        if self._left < 0:
            if self._look():
                self._taken = 0
            self._left = min(self._taken // _GROWTH, self._most)


def run_loop(loop: Bound, *arguments: Any, place: Callable[[Any], int] | None = None) -> None:
    """Run a loop over a portion.

    Parameters:
        place: the user's function that says where keys belong, if there is one.

    Raises:
        TypeError: a record that it made is no pair, or its key is unhashable.
    """
    try:
        loop.run(*arguments)
        return
    except (TypeError, ValueError) as error:
        for record in loop.at_hand(error):
            check_pair(record)
            if place is not None:
                check_place(place, record)
        raise
