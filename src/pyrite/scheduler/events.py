"""What can happen, as told to the scheduler. Facts only: an event never asks for anything.

Workers speak through `TaskSucceeded`, `TaskFailed`, `FetchFailed` and `TaskProgress`; the
cluster through `WorkerJoined`, `WorkerLost` and `NodeLost`; the driver through the rest.
Events about workers, attempts or jobs that the scheduler does not know (any more) are normal:
messages cross on the way. They change nothing.
"""

from __future__ import annotations

from typing import TypeAlias

from pyrite.core.ids import AttemptId, JobId, ShuffleId, WorkerId
from pyrite.core.lean import value
from pyrite.core.outcome import Failure, FetchFailure
from pyrite.core.specs import JobSpec, MapOutput


@value
class JobSubmitted:
    """An action was called. If the last stage writes a shuffle, the job ends when that shuffle
    is complete."""

    spec: JobSpec


@value
class JobCancelled:
    job: JobId
    reason: str


@value
class WorkerJoined:
    worker: WorkerId
    node: str


@value
class WorkerLost:
    """The process died. Its node lives, and so do the shuffle files it wrote there."""

    worker: WorkerId
    failure: Failure


@value
class NodeLost:
    """A machine is gone, with its workers and every map output on it."""

    node: str
    message: str


@value
class TaskSucceeded:
    """``output`` is what a map task wrote; None for a result task."""

    worker: WorkerId
    attempt: AttemptId
    output: MapOutput | None = None


@value
class TaskFailed:
    worker: WorkerId
    attempt: AttemptId
    failure: Failure


@value
class FetchFailed:
    """The attempt could not read one of its inputs. Not its own fault."""

    worker: WorkerId
    attempt: AttemptId
    failure: FetchFailure


@value
class TaskProgress:
    """A sign of life: ``amount`` grows whenever the attempt has moved data since the last."""

    worker: WorkerId
    attempt: AttemptId
    amount: int


@value
class ShuffleDropped:
    """No job to come can name this shuffle; its files may go when the active jobs that name it
    have ended."""

    shuffle: ShuffleId


@value
class Tick:
    """Time has passed; see `SchedulerState.next_tick` for when one is due."""


Event: TypeAlias = (
    JobSubmitted
    | JobCancelled
    | WorkerJoined
    | WorkerLost
    | NodeLost
    | TaskSucceeded
    | TaskFailed
    | FetchFailed
    | TaskProgress
    | ShuffleDropped
    | Tick
)
