"""A job as the caller holds it: its results as they come, and the wait for its end."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pyrite.core.ids import JobId, NodeId, StageId
from pyrite.lineage.node import Node
from pyrite.plan.planner import Plan
from pyrite.plan.program import Action
from pyrite.serial.records import Parcel


class Job:
    """A submitted job.

    Parameters:
        node: the dataset it is about.
        partitions: those of its partitions that are asked for, each once.
        action: what is made of each.
        plan: its stages. Planned again, it has others, for what is missing by then.
        properties: what the caller's thread has set with `setLocalProperty`, for its tasks.
    """

    def __init__(
        self,
        node: Node,
        partitions: Sequence[int],
        action: Action,
        plan: Plan,
        properties: Mapping[str, str],
    ) -> None:
        self.node = node
        self.partitions = partitions
        self.action = action
        self.plan = plan
        self.properties = properties
        self.started = False
        self.done = threading.Event()
        self._results: dict[int, Parcel] = {}
        self.error: BaseException | None = None
        """What failed the job, once it is done."""
        self.accumulated: set[int] = set()
        """The numbers of the accumulators that its tasks have added to."""
        self.spoilt: BaseException | None = None
        """What an accumulator raised at a task's share: the job will end with it."""

    @property
    def id(self) -> JobId:
        return self.plan.job

    def has_stage(self, stages: Collection[StageId]) -> bool:
        """Whether one of these stages is in its plan."""
        return any(stage.spec.stage in stages for stage in self.plan.stages)

    def reads_blocks_of(self, dataset: NodeId) -> bool:
        """Whether its plan takes the blocks of a dataset to be there."""
        return any(dataset in stage.blocks for stage in self.plan.stages)

    @property
    def missing(self) -> list[int]:
        """The partitions whose results have not come yet."""
        return [each for each in self.partitions if each not in self._results]

    def accept(self, partition: int, result: Parcel) -> None:
        """A partition's one result has come."""
        self._results[partition] = result

    def finish(self, error: BaseException | None = None) -> None:
        """Nothing more will come."""
        self.error = error
        self.done.set()

    def results(self) -> list[Any]:
        """The results of a job that succeeded, in the order in which partitions were asked for."""
        return [self._results.pop(partition).value() for partition in self.partitions]

    def results_so_far(self) -> list[Any]:
        """The results of the partitions that were done when the job ended, whatever ended it; in
        the order of their numbers."""
        return [result.value() for _, result in sorted(self._results.items())]
