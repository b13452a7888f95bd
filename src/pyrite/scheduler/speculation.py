"""Which running tasks are slow enough to deserve a second copy.

As in Spark: when most of a stage's tasks are done, one that has run for several times the
median of those is slow. The first copy to finish wins.
"""

from __future__ import annotations

from heapq import heappush, heappushpop
from typing import TYPE_CHECKING

from pyrite.scheduler.policy import Policy

if TYPE_CHECKING:
    from pyrite.scheduler.stages import StageRun


class Median:
    """The upper median of the values added so far, each added in logarithmic time."""

    __slots__ = ("_high", "_low")

    def __init__(self) -> None:
        self._low: list[float] = []  # the smaller half, negated: a heap with its largest first
        self._high: list[float] = []  # the larger half, as long as the smaller or one longer

    def add(self, value: float) -> None:
        if len(self._high) > len(self._low):
            heappush(self._low, -heappushpop(self._high, value))
        else:
            heappush(self._high, -heappushpop(self._low, -value))

    @property
    def value(self) -> float:
        return self._high[0]


def slow_tasks(stage: StageRun, policy: Policy, now: float) -> list[int]:
    """Indexes of the tasks to copy: slow, and with a single attempt running.

    Looks at every running attempt of the stage, so it is asked on a tick, not on every event.
    """
    enough = policy.speculation_quantile * len(stage.states)
    if stage.durations is None or stage.done < enough or stage.waiting or stage.spec.barrier:
        return []
    slow = max(
        policy.speculation_multiplier * stage.durations.value, policy.speculation_min_runtime
    )
    return [
        index
        for index, attempts in stage.running.items()
        if len(attempts) == 1 and now - attempts[0].started > slow
    ]
