"""A job as the caller holds it: its results as they come, and the wait for its end."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from pyrite.core.ids import JobId
from pyrite.plan.planner import Plan
from pyrite.serial.records import loads


class Job:
    """A submitted job.

    Parameters:
        plan: its stages.
        properties: what the caller's thread has set with `setLocalProperty`, for its tasks.
    """

    def __init__(self, plan: Plan, properties: Mapping[str, str]) -> None:
        self.plan = plan
        self.properties = properties
        self.done = threading.Event()
        self._results: dict[int, bytes] = {}
        self.error: BaseException | None = None
        """What failed the job, once it is done."""
        self.accumulated: set[int] = set()
        """The numbers of the accumulators that its tasks have added to."""
        self.spoilt: BaseException | None = None
        """What an accumulator raised at a task's share: the job will end with it."""

    @property
    def id(self) -> JobId:
        return self.plan.job

    def accept(self, partition: int, result: bytes) -> None:
        """A partition's one result has come."""
        self._results[partition] = result

    def finish(self, error: BaseException | None = None) -> None:
        """Nothing more will come."""
        self.error = error
        self.done.set()

    def results(self) -> list[Any]:
        """The results of a job that succeeded, in the order in which partitions were asked for."""
        order = self.plan.stages[-1].spec.partitions
        return [loads(self._results.pop(partition)) for partition in order]

    def results_so_far(self) -> list[Any]:
        """The results of the partitions that were done when the job ended, whatever ended it."""
        return [loads(result) for result in self._results.values()]
