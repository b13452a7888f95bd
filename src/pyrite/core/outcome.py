"""How a task attempt ended, in words that survive the trip from worker to driver."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeAlias

from pyrite.core.ids import AttemptId, BlockId, ShuffleId, WorkerId
from pyrite.core.lean import fields, fresh, state, value
from pyrite.core.specs import MapOutput


class Cause(Enum):
    """Why an attempt failed."""

    ERROR = "error"
    """The user's function, or the engine on its behalf, raised."""
    WORKER_LOST = "worker lost"
    """The process died: a signal, an exit, a crash in native code."""
    OUT_OF_MEMORY = "out of memory"
    TIMED_OUT = "no progress"
    """No record moved for the time set in ``pyrite.task.timeout``."""
    SHUFFLE_LOST = "shuffle lost"
    """Map outputs were lost again and again. Said by the scheduler, never by a worker."""
    CANCELLED = "cancelled"
    """Stopped on request; never counted against the task."""


@value
class Failure:
    """A failed attempt. ``error`` is opaque here: a pickled exception, or None."""

    cause: Cause
    message: str
    error: bytes | None = None


@state
class Metrics:
    """Counters of one attempt, added to by the code that moves the data."""

    records_read: int = 0
    bytes_read: int = 0
    records_written: int = 0
    bytes_written: int = 0
    shuffle_bytes_read: int = 0
    shuffle_bytes_written: int = 0
    spilled_bytes: int = 0
    spills: int = 0
    peak_memory: int = 0
    """Bytes of resident memory of the worker, at most."""
    run_seconds: float = 0.0


@value
class Success:
    """``output`` for a map task, ``result`` (a `pyrite.serial.records.Parcel`) for a result task;
    ``accumulated``: what it added to accumulators (pickled, by their numbers), or nothing."""

    output: MapOutput | None = None
    result: Any = None
    accumulated: bytes = b""


@value
class FetchFailure:
    """A map output could not be read: gone, cut short, or its checksum is wrong.

    Parameters:
        others: further outputs of the shuffle that the task, having met one, found to be
            unreadable too: a lost folder is told of at once, not file by file.
    """

    shuffle: ShuffleId
    map_partition: int
    output: MapOutput
    message: str
    others: Mapping[int, MapOutput] = fresh(factory=dict)


@value
class BlockMissing:
    """A cached block was not where the plan took it to be."""

    block: BlockId


Outcome: TypeAlias = Success | Failure | FetchFailure | BlockMissing


@value
class BlockChange:
    """A block of a cached dataset that is now held in a place, or no longer is.

    Parameters:
        place: the place of a worker, for its memory; the name of a node, for its disk.
        bytes: how large it is there: estimated, for live objects.
    """

    block: BlockId
    place: str
    held: bool
    bytes: int = 0


@value
class TaskReport:
    """What a worker says when an attempt has ended; ``blocks``: what it has kept and let go."""

    worker: WorkerId
    attempt: AttemptId
    outcome: Outcome
    metrics: Metrics = fresh(factory=Metrics)
    blocks: tuple[BlockChange, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        outcome = self.outcome
        if type(outcome) is not Success:
            return TaskReport, (self.worker, self.attempt, outcome, self.metrics, self.blocks)
        # Flat: objects in objects take several times as long, and this travels with every task.
        parts = fields(outcome), fields(self.metrics)
        return _succeeded, (self.worker, tuple(self.attempt), *parts, self.blocks)


def _succeeded(
    worker: WorkerId,
    attempt: tuple[int, int, int],
    success: tuple[Any, ...],
    metrics: tuple[Any, ...],
    blocks: tuple[BlockChange, ...],
) -> TaskReport:
    return TaskReport(worker, AttemptId(*attempt), Success(*success), Metrics(*metrics), blocks)
