"""Running jobs, watching them and stopping them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from pyrite.api.application import Application
from pyrite.api.rdd import RDD
from pyrite.core.ids import TaskId
from pyrite.scheduler.history import story

T = TypeVar("T")
U = TypeVar("U")


class Jobs(Application):
    """The side of a `SparkContext` that runs jobs."""

    def runJob(
        self,
        rdd: RDD[T],
        partitionFunc: Callable[[Iterator[T]], Iterable[U]],
        partitions: Sequence[int] | None = None,
        allowLocal: bool = False,
    ) -> list[U]:
        """The items of ``partitionFunc`` of some partitions (all, by default), in one list."""
        parts = rdd._run(lambda records, task: list(partitionFunc(records)), partitions)
        return [item for part in parts for item in part]

    def story(self, stage: int, partition: int) -> list[str]:
        """Why a task ran where and when, a line per thing that happened to it.

        The numbers are those in error messages and the event log. Needs the setting
        ``pyrite.history``.

        Raises:
            ValueError: no history was kept.
        """
        if self._history is None:
            raise ValueError("no history was kept: set pyrite.history to true for the next run")
        return story(self._history, TaskId(stage, partition))

    def cancelAllJobs(self) -> None:
        """Stop all running jobs; their callers get JobCancelled."""
        self._driver.cancel_all("cancelAllJobs() was called")
