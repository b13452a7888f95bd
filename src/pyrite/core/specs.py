"""What the planner tells the scheduler, and what the driver hands to a worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pyrite.core.ids import AttemptId, JobId, ShuffleId, StageId
from pyrite.core.lean import entity, fresh, value


@value
class StageSpec:
    """A stage as the scheduler sees it: tasks that may run side by side.

    Parameters:
        stage: its id.
        partitions: the partition numbers to compute; one task each.
        parents: the map stages whose outputs its tasks read.
        shuffle: the shuffle its tasks write, or None for a result stage.
        name: for people, e.g. ``"reduceByKey at app.py:7"``.
        preferred: partition number -> places where its input lies (may be empty). A place is a
            node's name, or one worker of it: `worker_place`.
        pinned: tasks with preferred places run nowhere else, as their input (cached objects, say)
            exists only there. Should no worker live in any of them, the task runs anywhere: it
            will find that its input is missing, and say so.
        barrier: its tasks run side by side and wait for one another. They are launched together,
            count together, and if one fails all of them run again. A pinned task of such a stage
            runs elsewhere if others of the stage need all of its places.
        by_position: what a task makes of a record depends on the record's place in its input,
            and that place may be another when the input is read again. Outputs of two runs
            then do not fit together.
    """

    stage: StageId
    partitions: Sequence[int]
    parents: tuple[StageId, ...] = ()
    shuffle: ShuffleId | None = None
    name: str = ""
    preferred: Mapping[int, tuple[str, ...]] = fresh(factory=dict)
    pinned: bool = False
    barrier: bool = False
    by_position: bool = False


@value
class JobSpec:
    """Stages needed for one action, parents before children; the last is the result stage."""

    job: JobId
    stages: tuple[StageSpec, ...]
    name: str = ""

    @property
    def result_stage(self) -> StageSpec:
        return self.stages[-1]


@value
class MapOutput:
    """Where one map task's shuffle file lies.

    Parameters:
        node: the node whose loss loses the file (not the worker: files outlive workers).
        path: attempt-unique address of the file on that node.
        bytes: size of the file's data.
        records: records in it, after any map-side combine.
    """

    node: str
    path: str
    bytes: int = 0
    records: int = 0


@entity
class StageProgram:
    """The pickled code of a stage, and the folders its modules are imported from (as in
    ``sys.path``). It travels once to each worker.

    Parameters:
        barrier: its tasks may wait for one another.
        held: what has to live for as long as the code may run; stays in the driver.
    """

    stage: StageId
    code: bytes
    path: tuple[str, ...] = ()
    barrier: bool = False
    held: tuple[object, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return StageProgram, (self.stage, self.code, self.path, self.barrier)


@entity
class StageInputs:
    """The pickled addresses of a stage's shuffle inputs, for one epoch of the stage.

    A lost map output starts a new epoch, in which the addresses travel again.
    """

    stage: StageId
    epoch: int
    code: bytes


@value
class TaskLaunch:
    """All a worker needs to run one attempt. ``split`` is the packed source partition(s), a
    `pyrite.serial.records.Parcel`; ``properties`` are those of the job."""

    attempt: AttemptId
    program: StageProgram
    inputs: StageInputs
    split: Any
    properties: Mapping[str, str] = fresh(factory=dict)
