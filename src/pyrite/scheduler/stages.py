"""One run of a stage: the state of its tasks while some active job needs it.

A stage that is no longer needed, or finished, leaves play and its run is forgotten; what it
registered lives on in `Shuffle`.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from collections.abc import Container, Iterator

from pyrite.core.ids import AttemptId, JobId, StageId
from pyrite.core.lean import entity
from pyrite.core.specs import JobSpec, MapOutput, StageSpec
from pyrite.scheduler.outputs import Shuffle
from pyrite.scheduler.pending import DONE, PENDING, RUNNING, PendingTasks
from pyrite.scheduler.speculation import Median
from pyrite.scheduler.workers import Attempt, Worker

TOGETHER = -1
"""In place of an index: the tasks of a barrier stage, which fail together."""


@entity
class Job:
    """An active job. ``rank`` is its place in the queue; ``result`` its last stage; ``stages``
    keeps every ancestor's spec with its position, for when outputs that exist today are lost
    tomorrow."""

    id: JobId
    rank: int
    result: StageId
    stages: dict[StageId, tuple[int, StageSpec]]

    @classmethod
    def of(cls, spec: JobSpec, rank: int) -> Job:
        """Raises ValueError if a stage comes before its parents, or reads what is no shuffle."""
        stages: dict[StageId, tuple[int, StageSpec]] = {}
        for position, stage in enumerate(spec.stages):
            for parent in stage.parents:
                if parent not in stages or stages[parent][1].shuffle is None:
                    raise ValueError(f"stage {stage.stage} reads {parent}, no map stage before it")
            stages[stage.stage] = position, stage
        return cls(spec.job, rank, spec.result_stage.stage, stages)


class StageRun:
    """The tasks of one stage in play.

    Tasks are named by index in ``spec.partitions``. ``owner`` is the first in the queue of the
    jobs that need the stage: its rank gives the stage its place. ``lineage`` is the newest of the
    jobs that brought it into play: ``spec`` and ``inputs`` are as in that job's plan.
    ``waiting`` counts the inputs that are not complete; until it is 0 nothing is launched.
    ``changed`` says that an input was replaced since ``epoch`` began. ``held`` are the successes
    of a barrier stage, with their index: they count when all are there. Its tasks all have one
    attempt number, that of the try, and one count of failures.
    """

    __slots__ = (
        "_base", "_launches", "_reasons", "active", "changed", "done", "durations", "epoch",
        "failed_epoch", "failures", "fetch_failures", "held", "id", "in_ready", "inputs",
        "last_number", "lineage", "output", "owner", "pending", "ready_since", "reason",
        "running", "spec", "started", "states", "waiting",
    )  # fmt: skip

    def __init__(
        self,
        spec: StageSpec,
        lineage: Job,
        owner: Job,
        inputs: tuple[Shuffle, ...],
        output: Shuffle | None,
        live: Container[str],
        reason: str,
    ) -> None:
        size = len(spec.partitions)
        self.id = spec.stage
        self.spec = spec
        self.lineage = lineage
        self.owner = owner
        self.inputs = inputs
        self.output = output
        self.reason = reason
        self.active = True
        self.started = False
        self.in_ready = False
        self.waiting = 0
        self.ready_since = 0.0
        self.changed = False
        self.epoch = output.next_epoch if output else 0
        self.fetch_failures = 0
        self.failed_epoch = -1
        self.durations: Median | None = None
        self.running: dict[int, list[Attempt]] = {}
        self.held: list[tuple[int, AttemptId, MapOutput | None]] = []
        self.failures: dict[int, int] = {}
        self._reasons: dict[int, str] = {}
        self._base = output.next_attempt if output else 0
        self._launches = array("I", [0]) * size
        self.last_number = self._base - 1
        missing = output.missing_indexes() if output else range(size)
        self.done = size - len(missing)
        self.states = bytearray(size) if not self.done else bytearray([DONE]) * size
        if self.done:
            for index in missing:
                self.states[index] = PENDING
        self.pending = PendingTasks(spec, self.states, missing, live)

    @property
    def order(self) -> tuple[int, int, StageId]:
        """Jobs first come first served; within a job, parents first."""
        return self.owner.rank, self.lineage.stages[self.id][0], self.id

    @property
    def remaining(self) -> int:
        return len(self.states) - self.done

    def replan(self, spec: StageSpec, live: Container[str]) -> None:
        """Go on with another spec for the same partitions. Attempts under way are not touched."""
        self.spec = spec
        missing = [index for index, state in enumerate(self.states) if state == PENDING]
        self.pending = PendingTasks(spec, self.states, missing, live)

    def launch(self, index: int, worker: Worker, now: float) -> Attempt:
        """Begin an attempt at a task that is pending, or running (a speculative copy)."""
        if self.states[index] == PENDING:
            self.states[index] = RUNNING
            self.pending.count -= 1
        number = self._base + self._launches[index]
        self._launches[index] += 1
        if number > self.last_number:
            self.last_number = number
        id = AttemptId(self.id, self.spec.partitions[index], number)
        attempt = worker.attempt = Attempt(id, self, index, worker, now)
        copies = self.running.get(index)
        if copies is None:
            self.running[index] = [attempt]
        else:
            copies.append(attempt)
        return attempt

    def launch_reason(self, index: int) -> str:
        """Why a pending task is launched now."""
        return self._reasons.pop(index, self.reason) if self._reasons else self.reason

    def count_failure(self, index: int) -> int:
        """How often the task, or with it its barrier stage, has failed now."""
        key = TOGETHER if self.spec.barrier else index
        count = self.failures[key] = self.failures.get(key, 0) + 1
        return count

    def end(self, attempt: Attempt) -> None:
        """An attempt no longer runs, however it ended."""
        copies = self.running[attempt.index]
        copies.remove(attempt)
        if not copies:
            del self.running[attempt.index]

    def finish(self, index: int) -> list[Attempt]:
        """One of a task's attempts succeeded; returns those that have become needless."""
        self.states[index] = DONE
        self.done += 1
        if not self.spec.barrier:  # there it has come to something only when all have
            self.fetch_failures = 0
        if self.failures:
            self.failures.pop(index, None)
            self.pending.forget(index)
        return self.running.pop(index, [])

    def requeue(self, index: int, reason: str, shun: int | None = None) -> None:
        """A task is to be done (again)."""
        if self.states[index] == DONE:
            self.done -= 1
        self.states[index] = PENDING
        self._reasons[index] = reason
        self.pending.add(index, shun)

    def start_over(self, reason: str, live: Container[str]) -> None:
        """All tasks are to be done (again), whatever has been done or is under way."""
        self.states[:] = bytes([PENDING]) * len(self.states)
        self.done = 0
        self.running.clear()
        self.held.clear()
        self.reason = reason
        self._reasons.clear()
        self.replan(self.spec, live)


class ReadyStages:
    """Stages that have pending tasks and complete inputs, in the order they are served.
    ``barriers`` counts the barrier stages among them."""

    def __init__(self) -> None:
        self._stages: list[StageRun] = []
        self.barriers = 0

    def add(self, stage: StageRun) -> None:
        if not stage.in_ready:
            stage.in_ready = True
            self.barriers += stage.spec.barrier
            insort(self._stages, stage, key=_order)

    def discard(self, stage: StageRun) -> None:
        if stage.in_ready:
            stage.in_ready = False
            self.barriers -= stage.spec.barrier
            del self._stages[bisect_left(self._stages, stage.order, key=_order)]

    def __iter__(self) -> Iterator[StageRun]:
        return iter(self._stages)

    def __len__(self) -> int:
        return len(self._stages)


def _order(stage: StageRun) -> tuple[int, int, StageId]:
    return stage.order
