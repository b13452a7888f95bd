"""Errors that Pyrite raises to people. A failure in the user's own code is raised as itself."""

from __future__ import annotations


class PyriteError(Exception):
    """Base of all errors that Pyrite itself raises."""


class JobFailed(PyriteError):
    """A job could not be finished, for a reason that is not an exception of the user's code."""


class WorkerLostError(JobFailed):
    """A task's worker died (signal, exit, crash in native code) as often as is allowed."""


class OutOfMemoryError(JobFailed, MemoryError):
    """A task's worker passed its memory limit as often as is allowed."""


class TaskTimeoutError(JobFailed, TimeoutError):
    """A task made no progress within ``pyrite.task.timeout`` as often as is allowed."""


class ShuffleLostError(JobFailed):
    """Shuffle data was lost again and again, faster than it could be made anew."""


class BlockLost(PyriteError):
    """A partition that `RDD.localCheckpoint` kept is lost, and cannot be made again. (Other cached
    partitions can be, and are: their jobs are planned again.)"""


class JobCancelled(PyriteError):
    """The job was cancelled by the user."""


class SerializationError(PyriteError, TypeError):
    """A function or value cannot travel to a worker; the message names the variable.

    ``explained`` is False as long as it does not, inside the engine.
    """

    def __init__(self, message: str, explained: bool = False) -> None:
        super().__init__(message)
        self.explained = explained


class UnsupportedError(PyriteError, NotImplementedError):
    """Pyrite does not do this; the message says what to use instead."""


class UnsupportedAttributeError(AttributeError, UnsupportedError):
    """A method or attribute that PySpark has and Pyrite does not; ``hasattr`` says so."""


class UnsupportedImportError(ImportError, UnsupportedError):
    """A module or name of PySpark's that Pyrite does not have; the message says where it is asked
    for, and what to use instead."""


class CorruptBlockError(PyriteError):
    """Bytes that were read are not those that were written."""


class BroadcastGone(PyriteError):
    """A broadcast variable was used after it was destroyed."""


class BarrierError(PyriteError, RuntimeError):
    """Tasks of a barrier stage cannot find each other; the message says why."""


class DriverOnlyError(PyriteError, RuntimeError):
    """A task asked for what the driver alone has."""


class StoppedError(PyriteError, RuntimeError):
    """The context was stopped."""


class SettingsWarning(UserWarning):
    """Settings of Spark's that change nothing here, or that nobody knows."""
