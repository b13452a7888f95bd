"""Where the tasks of barrier stages wait for one another. It hears of calls, and says who is to be
answered what; it carries out nothing."""

from __future__ import annotations

from collections.abc import Iterable

from pyrite.core.barrier import ADDRESSES, BarrierAnswer, BarrierCall
from pyrite.core.ids import AttemptId, StageId, WorkerId
from pyrite.core.lean import fresh, state

Answers = list[tuple[WorkerId, BarrierAnswer]]


@state
class _Member:
    """One task of a try. ``met`` counts the rounds it has come through."""

    worker: WorkerId
    address: str
    met: int = 0
    call: BarrierCall | None = None
    ended: bool = False


@state
class _Try:
    """One run of a barrier stage, all of whose tasks have the same attempt number."""

    number: int
    size: int
    members: dict[int, _Member] = fresh(factory=dict)
    """By partition."""
    deadline: float = float("inf")

    def waiting(self) -> dict[int, BarrierCall]:
        """The calls that are not answered, by partition."""
        return {p: m.call for p, m in sorted(self.members.items()) if m.call is not None}

    def answer(self, values: tuple[str, ...] = (), error: str = "") -> Answers:
        """The answer to all who wait."""
        answers = []
        for member in self.members.values():
            if (call := member.call) is not None:
                answer = BarrierAnswer(call.attempt, call.round, values, error)
                answers.append((member.worker, answer))
                member.call = None
                member.met += 1
        self.deadline = float("inf")
        return answers


class Rendezvous:
    """The barrier stages that run.

    Parameters:
        timeout: seconds that the first task waits for the last, at most; 0: any time.
    """

    def __init__(self, timeout: float = 0.0) -> None:
        self._timeout = timeout
        self._tries: dict[StageId, _Try] = {}

    def launched(self, attempt: AttemptId, worker: WorkerId, address: str, size: int) -> None:
        """A task of a barrier stage of ``size`` tasks starts."""
        known = self._tries.get(attempt.stage)
        if known is None or known.number != attempt.number:
            known = self._tries[attempt.stage] = _Try(attempt.number, size)
        known.members[attempt.partition] = _Member(worker, address)

    def called(self, call: BarrierCall, now: float) -> Answers:
        """A task waits. The answers to those who need wait no longer."""
        attempt = call.attempt
        found = self._find(attempt)
        if found is None:
            return []  # it will be cancelled, if it is not yet
        member = found.members[attempt.partition]
        if call.method == ADDRESSES:
            values = tuple(found.members[p].address for p in sorted(found.members))
            return [(member.worker, BarrierAnswer(attempt, call.round, values))]
        if not found.waiting() and self._timeout:
            found.deadline = now + self._timeout
        member.call = call
        return self._settled(found)

    def ended(self, attempt: AttemptId) -> Answers:
        """A task has succeeded, and will wait no more. The answers to those who waited for it."""
        found = self._find(attempt)
        if found is None:
            return []
        found.members[attempt.partition].ended = True
        return self._settled(found)

    def forget(self, stage: StageId) -> None:
        """The stage is over."""
        self._tries.pop(stage, None)

    def next_due(self) -> float | None:
        """When somebody will have waited for too long."""
        if not self._tries:
            return None
        due = min((each.deadline for each in self._tries.values()), default=float("inf"))
        return None if due == float("inf") else due

    def overdue(self, now: float) -> Answers:
        """The answers to those who have waited for too long."""
        answers: Answers = []
        for each in self._tries.values():
            if each.deadline <= now:
                missing = sorted(each.members.keys() - each.waiting().keys())
                error = (
                    f"waited for {self._timeout:g} s (pyrite.barrier.timeout); {_tasks(missing)} "
                    f"did not come"
                )
                answers += each.answer(error=error)
        return answers

    def _find(self, attempt: AttemptId) -> _Try | None:
        found = self._tries.get(attempt.stage)
        if found is None or found.number != attempt.number:
            return None
        return found if attempt.partition in found.members else None

    def _settled(self, found: _Try) -> Answers:
        """What is clear now, if anything."""
        waiting = found.waiting()
        if not waiting:
            return []
        methods = sorted({call.method for call in waiting.values()})
        if len(methods) > 1:
            return found.answer(
                error=f"some tasks of the barrier stage called {methods[0]}(), others "
                f"{methods[1]}(): all have to call the same, in the same order"
            )
        if ended := [p for p, member in sorted(found.members.items()) if member.ended]:
            rounds = found.members[ended[0]].met
            return found.answer(
                error=f"{_tasks(ended)} ended after {_calls(rounds)} of barrier() or allGather(), "
                f"and {_tasks(waiting)} would wait for ever in one more: all tasks of a barrier "
                f"stage have to make as many"
            )
        if len(waiting) == found.size:
            return found.answer(tuple(call.message for call in waiting.values()))
        return []


def _tasks(partitions: Iterable[int]) -> str:
    numbers = list(partitions)
    name = "the task of partition" if len(numbers) == 1 else "the tasks of partitions"
    return f"{name} {', '.join(map(str, numbers))}"


def _calls(number: int) -> str:
    return "1 call" if number == 1 else f"{number} calls"
