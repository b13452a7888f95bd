"""`TaskContext`: what the user's code may ask about the task that runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyrite.core.context import current_task
from pyrite.core.ids import AttemptId

_NUMBER_BITS, _PARTITION_BITS = 16, 24


class TaskContext:
    """What there is to know of a task attempt; from `TaskContext.get`. May be a record.

    Example:
        >>> sc.parallelize("ab", 2).map(lambda x: (x, TaskContext.get().partitionId())).collect()
        [('a', 0), ('b', 1)]
    """

    def __init__(self, attempt: AttemptId, properties: Mapping[str, str]) -> None:
        self._attempt = attempt
        self._properties = properties

    @classmethod
    def get(cls) -> TaskContext | None:
        """The attempt that the calling thread runs, or was started by; None in the driver. With
        master ``local``, threads that a task starts are the driver's."""
        task = current_task()
        return None if task is None else cls(task.attempt, task.properties)

    def stageId(self) -> int:
        """The number of the task's stage, as in error messages and the event log."""
        return self._attempt.stage

    def partitionId(self) -> int:
        """The number of the partition that is computed."""
        return self._attempt.partition

    def attemptNumber(self) -> int:
        """0 at first; larger with each time that the task is tried again. A map task whose output
        was lost later counts on."""
        return self._attempt.number

    def taskAttemptId(self) -> int:
        """A number that no other attempt in the same context has; less than 2**63."""
        stage, partition, number = self._attempt
        return ((stage << _PARTITION_BITS | partition) << _NUMBER_BITS) | number

    def getLocalProperty(self, key: str) -> str | None:
        """What the thread that started the job had set with `SparkContext.setLocalProperty`."""
        return self._properties.get(key)

    def cpus(self) -> int:
        """Cores that the task may use: a worker runs one task at a time, on one."""
        return 1

    def resources(self) -> Mapping[str, Any]:
        """Nothing: tasks ask for no resources but a core."""
        return {}
