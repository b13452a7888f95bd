"""What the scheduler wants done. The driver carries commands out in the order of the list.

`Launch`, `Cancel`, `KillWorker`, `OutputDiscarded` and `ShuffleForgotten` act on the cluster;
`Accept`, `Registered`, `JobSucceeded` and `JobFailed` settle results; the rest are notices for
people.
"""

from __future__ import annotations

from typing import TypeAlias

from pyrite.core.ids import AttemptId, JobId, ShuffleId, StageId, WorkerId
from pyrite.core.lean import value
from pyrite.core.outcome import Failure
from pyrite.core.specs import MapOutput


@value
class Launch:
    """Run an attempt on an idle worker.

    ``epoch`` numbers the versions of the stage's input addresses (`SchedulerState.inputs`): one
    version needs to travel to a worker only once.
    """

    worker: WorkerId
    attempt: AttemptId
    epoch: int
    reason: str


@value
class Cancel:
    """Stop an attempt. The worker stays busy until it reports how the attempt ended."""

    worker: WorkerId
    attempt: AttemptId
    reason: str


@value
class KillWorker:
    """End a worker that hangs. The scheduler has already written it off."""

    worker: WorkerId
    reason: str


@value
class Accept:
    """This attempt's result is the one for its partition: commit its output, count its
    accumulators. Given once per job and partition, ever. For the tasks of a barrier stage it comes
    when the last of them has succeeded."""

    job: JobId
    attempt: AttemptId


@value
class Registered:
    """This map attempt's output is the one to read. ``first`` is False when it stands in for an
    output that was lost, whose accumulators have been counted already."""

    shuffle: ShuffleId
    attempt: AttemptId
    output: MapOutput
    first: bool


@value
class OutputDiscarded:
    """Nothing will read this file (again): delete it if it is still there."""

    output: MapOutput


@value
class ShuffleForgotten:
    """Nothing of this shuffle is wanted: delete also what tasks that died have left of it."""

    shuffle: ShuffleId


@value
class JobSucceeded:
    job: JobId


@value
class JobFailed:
    """``attempt`` is the one whose failure was one too many, if it came to that."""

    job: JobId
    failure: Failure
    attempt: AttemptId | None = None


@value
class StageStarted:
    """The first of ``tasks`` missing tasks is about to be launched."""

    stage: StageId
    tasks: int


@value
class StageFinished:
    """All of a started stage's partitions are there."""

    stage: StageId


@value
class StageDropped:
    """A started stage is no longer wanted by any job."""

    stage: StageId


@value
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
