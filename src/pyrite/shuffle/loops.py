"""Compiled loops as writers of shuffles run them: portion by portion, with looks at memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from pyrite.core.context import TaskContext
from pyrite.shuffle.pairs import check_pair, check_place
from pyrite.shuffle.portions import Portions

if TYPE_CHECKING:
    from pyrite.compile.bound import Bound

_OF_ONE = 16
"""How many records may come of one, on average, for looks at memory to be as frequent as ever."""


def most_between_looks(task: TaskContext, loop: Bound | None) -> int:
    """Records that a writer takes, at most, before it looks at its memory."""
    many = loop is not None and loop.stage.flat
    return task.batch_size // _OF_ONE if many else task.batch_size


class Metered:
    """The items that came of one record, in portions, if they are many.

    Parameters:
        look: called between portions.
        most: the largest portion.
    """

    def __init__(self, look: Callable[[], object], most: int) -> None:
        self._look = look
        self._most = most

    def __call__(self, items: Iterator[Any]) -> Iterator[Iterator[Any]]:
        for portion in Portions(items, self._most):
            yield portion
            self._look()


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
    except (StopIteration, RuntimeError) as error:
        failure = loop.stopped(error)
        if failure is None:
            raise
    raise failure
