"""What the tasks of a barrier stage say to one another, by way of the driver."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from pyrite.core.errors import BarrierError
from pyrite.core.ids import AttemptId
from pyrite.core.lean import value

ADDRESSES = "getTaskInfos"
"""The method that asks where the tasks of the stage run. All others wait for all tasks."""


@value
class BarrierCall:
    """A task has come to a point where it waits.

    Parameters:
        round: how often the attempt has waited before.
        method: of `BarrierTaskContext`: all tasks must have called the same.
        message: what it has to say to the others.
    """

    attempt: AttemptId
    round: int
    method: str
    message: str = ""


@value
class BarrierAnswer:
    """What the driver says to a `BarrierCall`.

    Parameters:
        values: the messages of all tasks, or their addresses, in the order of partitions.
        error: why there are none, if so.
    """

    attempt: AttemptId
    round: int
    values: tuple[str, ...] = ()
    error: str = ""

    def to(self, call: BarrierCall) -> bool:
        """Whether this is the answer to ``call``."""
        return (self.attempt, self.round) == (call.attempt, call.round)


Ask: TypeAlias = Callable[[BarrierCall], BarrierAnswer]
"""Waits for the answer to a call. In the task's own thread."""


class Barrier:
    """A task's door to the others of its barrier stage."""

    def __init__(self, attempt: AttemptId, ask: Ask) -> None:
        self._attempt = attempt
        self._ask = ask
        self._rounds = 0

    def meet(self, method: str, message: str = "") -> tuple[str, ...]:
        """Wait until all tasks have called ``method``; their messages.

        Raises:
            BarrierError: they never will.
        """
        values = self._asked(method, message)
        self._rounds += 1
        return values

    def addresses(self) -> tuple[str, ...]:
        """Where the tasks run."""
        return self._asked(ADDRESSES, "")

    def _asked(self, method: str, message: str) -> tuple[str, ...]:
        answer = self._ask(BarrierCall(self._attempt, self._rounds, method, message))
        if answer.error:
            raise BarrierError(answer.error)
        return answer.values
