"""What happened, for whoever watches: progress on the terminal, the event log, tests.

Every event has ``time``, in seconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from pyrite.core.ids import AttemptId, JobId, StageId, WorkerId
from pyrite.core.lean import fresh, value
from pyrite.core.outcome import Cause, Metrics


@value
class JobStarted:
    """``properties`` are those of the thread that started it: its group, its tags, ...

    ``again``: it goes on by another plan, as a cached block was lost that the first one reads.
    """

    time: float
    job: JobId
    name: str
    stages: tuple[StageId, ...]
    properties: Mapping[str, str]
    again: bool = False


@value
class JobEnded:
    """``error`` is empty if the job succeeded. ``accumulators`` are the values, at this time, of
    those with names that its tasks added to."""

    time: float
    job: JobId
    error: str
    accumulators: Mapping[str, str] = fresh(factory=dict)


@value
class StageStarted:
    """``tasks`` is the number of partitions that are missing, not of all there are."""

    time: float
    stage: StageId
    name: str
    tasks: int


@value
class StageEnded:
    """``complete`` is False if its jobs ended before it did."""

    time: float
    stage: StageId
    complete: bool


@value
class TaskStarted:
    """``reason`` says why the attempt runs, and why on this worker."""

    time: float
    attempt: AttemptId
    worker: WorkerId
    reason: str


@value
class TaskEnded:
    """``error`` is empty if the attempt succeeded."""

    time: float
    attempt: AttemptId
    worker: WorkerId
    error: str
    metrics: Metrics

    @property
    def cancelled(self) -> bool:
        """Whether it was stopped on request, such as the slower of two copies."""
        return self.error.startswith(f"{Cause.CANCELLED.value}:")


@value
class TaskPrinted:
    time: float
    attempt: AttemptId | None
    worker: WorkerId
    stream: str
    text: str


@value
class WorkerUp:
    time: float
    worker: WorkerId
    node: str


@value
class WorkerDown:
    time: float
    worker: WorkerId
    reason: str


@value
class OutputLost:
    """A map output could not be read: its task runs again."""

    time: float
    shuffle: int
    partition: int
    reason: str


@value
class ApplicationEnded:
    """The context was stopped. The last event."""

    time: float


DriverEvent: TypeAlias = (
    JobStarted
    | JobEnded
    | StageStarted
    | StageEnded
    | TaskStarted
    | TaskEnded
    | TaskPrinted
    | WorkerUp
    | WorkerDown
    | OutputLost
    | ApplicationEnded
)
Listener: TypeAlias = Callable[[DriverEvent], None]
"""Called in the driver's thread with each event in turn: must be quick and not raise."""
