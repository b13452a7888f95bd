"""Barrier stages: all tasks of a dataset run at once, and may wait for one another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from pyrite.api.dataset import T_co, function
from pyrite.api.rdd import RDD
from pyrite.api.taskcontext import TaskContext
from pyrite.core.barrier import Barrier
from pyrite.core.context import current_task
from pyrite.core.errors import BarrierError
from pyrite.core.ids import AttemptId
from pyrite.lineage.ops import MapPartitions

U = TypeVar("U")


class RDDBarrier(Generic[T_co]):
    """An RDD about to be computed in a barrier stage; from `RDD.barrier`.

    All tasks of the stage start together, on as many workers, and if one fails, all run again.
    Their functions find each other with `BarrierTaskContext`. A stage cannot be one that computes
    some partitions only (``first``, ``take``), or from others' (``union``, ``coalesce``).
    """

    def __init__(self, rdd: RDD[T_co]) -> None:
        self.rdd = rdd

    def mapPartitions(
        self, f: Callable[[Iterator[T_co]], Iterable[U]], preservesPartitioning: bool = False
    ) -> RDD[U]:
        """As `RDD.mapPartitions`.

        Example:
            >>> def largest(records):
            ...     mine = max(records)
            ...     all = BarrierTaskContext.get().allGather(str(mine))
            ...     return [(mine, max(map(int, all)))]
            >>> sc.range(4, numSlices=2).barrier().mapPartitions(largest).collect()
            [(1, 3), (3, 3)]
        """
        each = function("mapPartitions()", f)
        return self._together(lambda _, records: each(records), preservesPartitioning)

    def mapPartitionsWithIndex(
        self,
        f: Callable[[int, Iterator[T_co]], Iterable[U]],
        preservesPartitioning: bool = False,
    ) -> RDD[U]:
        """As `RDD.mapPartitionsWithIndex`."""
        return self._together(function("mapPartitionsWithIndex()", f), preservesPartitioning)

    def _together(
        self, f: Callable[[int, Iterator[Any]], Iterable[Any]], preservesPartitioning: bool
    ) -> RDD[Any]:
        return self.rdd._transform(MapPartitions(f, barrier=True), preservesPartitioning)


class BarrierTaskInfo:
    """One task of a barrier stage.

    Attributes:
        address: where it runs, as ``host:number``. The number is the worker's, and no port.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    def __repr__(self) -> str:
        return f"BarrierTaskInfo({self.address!r})"


class BarrierTaskContext(TaskContext):
    """What a task of a barrier stage may ask and do; from `BarrierTaskContext.get`."""

    def __init__(self, attempt: AttemptId, properties: Mapping[str, str], barrier: Barrier) -> None:
        super().__init__(attempt, properties)
        self._barrier = barrier

    @classmethod
    def get(cls) -> BarrierTaskContext:
        """The running task, which is of a barrier stage.

        Raises:
            BarrierError: it is not; or this is no task.
        """
        task = current_task()
        if task is None or task.barrier is None:
            where = "the driver" if task is None else "a task of another stage"
            raise BarrierError(
                f"BarrierTaskContext.get() was called in {where}: it is for functions given to "
                f"rdd.barrier().mapPartitions() and what is computed with them"
            )
        return cls(task.attempt, task.properties, task.barrier)

    def barrier(self) -> None:
        """Wait until all tasks of the stage have come to this call. Each has to make as many
        calls of `barrier` and `allGather`, in the same order.

        Raises:
            BarrierError: some task never will: it has ended, or has called `allGather`; or the
                time set in ``pyrite.barrier.timeout`` is over.
        """
        self._door().meet("barrier")

    def allGather(self, message: str = "") -> list[str]:
        """Wait as `barrier` does, and give the messages of all tasks, by partition.

        Parameters:
            message: what the others are to get from this task. It goes through the driver: no
                place for large data.

        Raises:
            TypeError: the message is not text.
            BarrierError: as of `barrier`.
        """
        return list(self._door().meet("allGather", _text(message)))

    def getTaskInfos(self) -> list[BarrierTaskInfo]:
        """The tasks of the stage, by partition. Waits for nobody."""
        return [BarrierTaskInfo(address) for address in self._door().addresses()]

    def _door(self) -> Barrier:
        task = current_task()
        here = task is not None and task.thread == threading.get_ident()
        if task is None or not here or task.barrier is not self._barrier:
            raise BarrierError(
                "a BarrierTaskContext is used outside of its task's own thread: only there can the "
                "task wait"
            )
        return self._barrier

    def __reduce__(self) -> Any:
        return TaskContext, (self._attempt, self._properties)


def _text(message: object) -> str:
    if not isinstance(message, str):
        kind = type(message).__name__
        raise TypeError(f"Argument `message` must be of type `str`, not {kind} {message!r}")
    return message
