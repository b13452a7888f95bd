"""From a failed attempt to the exception that the user sees: the user's own, wherever it can be."""

from __future__ import annotations

import pickle

from pyrite.core.errors import (
    JobCancelled,
    JobFailed,
    OutOfMemoryError,
    ShuffleLostError,
    TaskTimeoutError,
    WorkerLostError,
)
from pyrite.core.ids import AttemptId
from pyrite.core.outcome import Cause, Failure
from pyrite.executor.remote_error import restored

_ERRORS = {
    Cause.WORKER_LOST: WorkerLostError,
    Cause.OUT_OF_MEMORY: OutOfMemoryError,
    Cause.TIMED_OUT: TaskTimeoutError,
    Cause.SHUFFLE_LOST: ShuffleLostError,
}


def exception_for(failure: Failure, attempt: AttemptId | None, stage_name: str) -> BaseException:
    """The exception to raise for the failure of a job.

    Parameters:
        failure: what ended the job.
        attempt: the attempt that was one too many, if it came to that.
        stage_name: the attempt's stage, for people.
    """
    where = _where(attempt, stage_name)
    if failure.cause is Cause.CANCELLED:
        return JobCancelled(failure.message)
    if failure.error is None:
        kind = _ERRORS.get(failure.cause, JobFailed)
        return kind(f"{failure.message}\n{where}" if where else failure.message)
    error = restored(pickle.loads(failure.error))
    if where:
        error.__notes__.insert(0, where)
    return error


def text_of(error: BaseException) -> str:
    """An exception in a line, even if its class cannot say itself."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return type(error).__name__


def _where(attempt: AttemptId | None, stage_name: str) -> str:
    if attempt is None:
        return ""
    return (
        f"task: partition {attempt.partition} of stage {attempt.stage} ({stage_name}), "
        f"attempt {attempt.number + 1}"
    )
