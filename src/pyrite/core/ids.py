"""Names of things: small, hashable, comparable, and never reused within a context."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

JobId: TypeAlias = int
StageId: TypeAlias = int
ShuffleId: TypeAlias = int
NodeId: TypeAlias = int
"""A lineage node (one dataset), shown to users as the RDD's id."""
WorkerId: TypeAlias = int
"""One incarnation of a worker process: a replacement gets a new id."""


def worker_place(worker: WorkerId) -> str:
    """The place that is one worker process, where a node's name is the place of all its workers.

    No node may be named like it. A host name cannot: it has no colon.

    >>> worker_place(7)
    'worker:7'
    """
    return f"worker:{worker}"


class TaskId(NamedTuple):
    """One partition of one stage; it may take several attempts."""

    stage: StageId
    partition: int


class AttemptId(NamedTuple):
    """One try at a task. ``number`` grows with each try, over all runs of the stage."""

    stage: StageId
    partition: int
    number: int

    @property
    def task(self) -> TaskId:
        return TaskId(self.stage, self.partition)


class BlockId(NamedTuple):
    """One partition of a dataset, kept for later jobs."""

    node: NodeId
    partition: int
