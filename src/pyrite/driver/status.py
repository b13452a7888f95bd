"""What jobs and stages are doing now: a listener that remembers, for `StatusTracker`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from pyrite.core.ids import AttemptId, JobId, StageId, WorkerId
from pyrite.core.lean import fresh, replace, state
from pyrite.driver.events import (
    DriverEvent,
    JobEnded,
    JobStarted,
    StageEnded,
    StageStarted,
    TaskEnded,
    TaskStarted,
    WorkerDown,
    WorkerUp,
)

_KEPT = 1000
"""Jobs, and stages, that are remembered; the oldest are forgotten, but none that runs."""


@state
class JobStatus:
    """``state`` is RUNNING, SUCCEEDED or FAILED."""

    id: JobId
    stages: tuple[StageId, ...]
    properties: Mapping[str, str]
    state: str = "RUNNING"

    @property
    def active(self) -> bool:
        return self.state == "RUNNING"


@state
class StageStatus:
    """One stage that was begun at least once; the counts are those of its last run.

    Parameters:
        run: how many runs of it came before.
        running, done, failed: its task attempts, by how they stand; cancelled ones not at all.
    """

    id: StageId
    name: str
    tasks: int
    run: int = 0
    running: int = 0
    done: int = 0
    failed: int = 0
    active: bool = True


@state
class WorkerStatus:
    id: WorkerId
    node: str
    attempt: AttemptId | None = None


class _Forgettable(Protocol):
    @property
    def active(self) -> bool: ...


K = TypeVar("K")
S = TypeVar("S", bound=_Forgettable)


@state
class Status:
    """A listener that keeps the state of recent jobs and stages; asked from any thread."""

    _jobs: dict[JobId, JobStatus] = fresh(factory=dict)
    _stages: dict[StageId, StageStatus] = fresh(factory=dict)
    _workers: dict[WorkerId, WorkerStatus] = fresh(factory=dict)
    _lock: threading.Lock = fresh(factory=threading.Lock)

    # -- what is asked ------------------------------------------------------------------

    def jobs(self, chosen: Callable[[JobStatus], bool]) -> list[JobStatus]:
        """The remembered jobs that are chosen, oldest first."""
        with self._lock:
            return [replace(job) for job in self._jobs.values() if chosen(job)]

    def stages(self, chosen: Callable[[StageStatus], bool]) -> list[StageStatus]:
        """The remembered stages that are chosen, oldest first."""
        with self._lock:
            return [replace(stage) for stage in self._stages.values() if chosen(stage)]

    def job(self, job: JobId) -> JobStatus | None:
        with self._lock:
            found = self._jobs.get(job)
            return replace(found) if found else None

    def stage(self, stage: StageId) -> StageStatus | None:
        with self._lock:
            found = self._stages.get(stage)
            return replace(found) if found else None

    def workers(self) -> list[WorkerStatus]:
        """Those alive."""
        with self._lock:
            return [replace(worker) for worker in self._workers.values()]

    # -- what is told -------------------------------------------------------------------

    def __call__(self, event: DriverEvent) -> None:
        with self._lock:
            match event:
                case TaskStarted(_, attempt, worker):
                    if stage := self._stages.get(attempt.stage):
                        stage.running += 1
                    if known := self._workers.get(worker):
                        known.attempt = attempt
                case TaskEnded(_, attempt, worker, error):
                    if known := self._workers.get(worker):
                        known.attempt = None
                    if stage := self._stages.get(attempt.stage):
                        stage.running -= 1
                        stage.done += not error
                        stage.failed += bool(error) and not event.cancelled
                case _:
                    self._seldom(event)

    def _seldom(self, event: DriverEvent) -> None:
        match event:
            case StageStarted(_, stage, name, tasks):
                before = self._stages.pop(stage, None)
                run = before.run + 1 if before else 0
                self._stages[stage] = StageStatus(stage, name, tasks, run)
                _forget(self._stages)
            case StageEnded(_, stage):
                if status := self._stages.get(stage):
                    status.active = False
            case JobStarted(_, job, _, stages, properties):
                self._jobs[job] = JobStatus(job, stages, properties)
                _forget(self._jobs)
            case JobEnded(_, job, error):
                if known := self._jobs.get(job):
                    known.state = "FAILED" if error else "SUCCEEDED"
            case WorkerUp(_, worker, node):
                self._workers[worker] = WorkerStatus(worker, node)
            case WorkerDown(_, worker):
                self._worker_down(worker)

    def _worker_down(self, worker: WorkerId) -> None:
        """Nothing else tells of the end of what it ran."""
        lost = self._workers.pop(worker, None)
        if lost and lost.attempt and (stage := self._stages.get(lost.attempt.stage)):
            stage.running -= 1
            stage.failed += 1


def _forget(table: dict[K, S]) -> None:
    """Drop the oldest that is over, if there are too many."""
    if len(table) > _KEPT:
        for key, each in table.items():
            if not each.active:
                del table[key]
                return
