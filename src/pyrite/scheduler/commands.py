"""What the scheduler wants done. The driver carries commands out in the order of the list.

`Launch`, `Cancel`, `KillWorker`, `OutputDiscarded` and `ShuffleForgotten` act on the cluster;
`Accept`, `Registered`, `JobSucceeded` and `JobFailed` settle results; the rest are notices for
people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from pyrite.core.ids import AttemptId, JobId, ShuffleId, StageId, WorkerId
from pyrite.core.outcome import Failure
from pyrite.core.specs import MapOutput


@dataclass(frozen=True, slots=True)
class Launch:
    """Run an attempt on an idle worker.

    ``epoch`` numbers the versions of the stage's input addresses (`SchedulerState.inputs`): one
    version needs to travel to a worker only once.
    """

    worker: WorkerId
    attempt: AttemptId
    epoch: int
    reason: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop an attempt. The worker stays busy until it reports how the attempt ended."""

    worker: WorkerId
    attempt: AttemptId
    reason: str


@dataclass(frozen=True, slots=True)
class KillWorker:
    """End a worker that hangs. The scheduler has already written it off."""

    worker: WorkerId
    reason: str


@dataclass(frozen=True, slots=True)
class Accept:
    """This attempt's result is the one for its partition: commit its output, count its
    accumulators. Given once per job and partition, ever. For the tasks of a barrier stage it comes
    when the last of them has succeeded."""

    job: JobId
    attempt: AttemptId


@dataclass(frozen=True, slots=True)
class Registered:
    """This map attempt's output is the one to read. ``first`` is False when it stands in for an
    output that was lost, whose accumulators have been counted already."""

    shuffle: ShuffleId
    attempt: AttemptId
    output: MapOutput
    first: bool


@dataclass(frozen=True, slots=True)
class OutputDiscarded:
    """Nothing will read this file (again): delete it if it is still there."""

    output: MapOutput


@dataclass(frozen=True, slots=True)
class ShuffleForgotten:
    """Nothing of this shuffle is wanted: delete also what tasks that died have left of it."""

    shuffle: ShuffleId


@dataclass(frozen=True, slots=True)
class JobSucceeded:
    job: JobId


@dataclass(frozen=True, slots=True)
class JobFailed:
    """``attempt`` is the one whose failure was one too many, if it came to that."""

    job: JobId
    failure: Failure
    attempt: AttemptId | None = None


@dataclass(frozen=True, slots=True)
class StageStarted:
    """The first of ``tasks`` missing tasks is about to be launched."""

    stage: StageId
    tasks: int


@dataclass(frozen=True, slots=True)
class StageFinished:
    """All of a started stage's partitions are there."""

    stage: StageId


@dataclass(frozen=True, slots=True)
class StageDropped:
    """A started stage is no longer wanted by any job."""

    stage: StageId


@dataclass(frozen=True, slots=True)
class TaskRequeued:
    """An attempt came to nothing and its task waits to be tried again. So does each of a barrier
    stage's tasks when one comes to nothing: also attempts that have succeeded will not count."""

    attempt: AttemptId
    reason: str


Command: TypeAlias = (
    Launch
    | Cancel
    | KillWorker
    | Accept
    | Registered
    | OutputDiscarded
    | ShuffleForgotten
    | JobSucceeded
    | JobFailed
    | StageStarted
    | StageFinished
    | StageDropped
    | TaskRequeued
)
