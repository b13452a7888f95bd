"""What a running task may reach. Passed explicitly to everything that computes a partition."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from pyrite.core.barrier import Barrier
from pyrite.core.ids import AttemptId, BlockId, NodeId
from pyrite.core.lean import fresh, state
from pyrite.core.outcome import FetchFailure, Metrics
from pyrite.core.specs import MapOutput


class ShuffleService(Protocol):
    """A task's door to shuffles. ``dependency`` is a `pyrite.lineage.dependency.Shuffle`."""

    def write(
        self, dependency: Any, records: Iterable[Any], task: TaskContext, loop: Any = None
    ) -> MapOutput:
        """Write one map task's records, partitioned (and combined, if the dependency says so).
        With a loop, a `pyrite.compile.bound.Bound`, it is the loop that makes them of these."""
        ...

    def read(
        self, dependency: Any, partition: int, task: TaskContext, loop: Any = None
    ) -> Iterator[Any]:
        """One reduce partition, aggregated or ordered as the dependency says. With a loop, it is
        the loop that aggregates."""
        ...

    def read_groups(
        self, dependencies: tuple[Any, ...], partition: int, task: TaskContext, join: Any = None
    ) -> Iterator[Any]:
        """One partition of a cogroup: ``(key, (values of 0, values of 1, ...))``. With a
        `pyrite.lineage.dependency.Join`, what that makes of two sides."""
        ...

    def fetch_failure(self, attempt: AttemptId) -> FetchFailure | None:
        """The lost map output that an attempt met, if any; told once."""
        ...


class MemoryWatch(Protocol):
    """Says when one collection of records, such as a table, should be spilled."""

    def exceeded(self, held: int) -> bool:
        """True if the worker is over its budget and the caller, holding ``held`` records,
        should write them out. Cheap, but not free: ask once per batch of records."""
        ...

    def released(self, held: int) -> None:
        """The caller has spilled ``held`` records and dropped them."""
        ...


class MemoryGuard(Protocol):
    """The memory of a worker, shared by all that a task collects."""

    def watch(self) -> MemoryWatch:
        """A watch for one more collection, which is about to be filled."""
        ...


class BroadcastService(Protocol):
    """A process's door to broadcast values. For all its tasks, and from any thread."""

    def value(self, number: int) -> Any:
        """The value of broadcast ``number``.

        Raises:
            BroadcastGone: it was destroyed.
        """
        ...


class BlockService(Protocol):
    """A task's door to the cached blocks of its worker and node. ``level`` is a
    `pyrite.blocks.level.StorageLevel`."""

    def read(self, block: BlockId, level: Any, watch: MemoryWatch) -> Iterator[Any] | None:
        """The records of a block, or None if it is not here."""
        ...

    def compute(
        self, block: BlockId, level: Any, records: Iterator[Any], watch: MemoryWatch
    ) -> Iterator[Any]:
        """Keep the records of a block, and give them."""
        ...


class Accumulated(Protocol):
    """A task's share of an accumulator."""

    @property
    def value(self) -> Any:
        """What the task has added up."""
        ...


@state
class TaskContext:
    """One running attempt.

    Parameters:
        attempt: which attempt of which task this is.
        splits: source partitions, by (node, partition number) of the source.
        shuffle: shuffle data in and out.
        memory: when to spill.
        broadcasts: values that all tasks share.
        blocks: cached blocks in and out.
        scratch: a folder for this attempt's spill files, removed when the attempt ends: see
            `pyrite.shuffle.scratch`.
        has_scratch: the folder may be there.
        metrics: counters, added to once per batch.
        folder: the node's folder, which its workers share and which outlives them.
        properties: what the user's thread had set when it started the job (`setLocalProperty`).
        accumulated: what the task has added to accumulators, by their numbers.
        barrier: the door to the other tasks of its stage, if it is a barrier stage.
        lost_block: the block that should have been there and was not, if any.
        position: says where in its input the task is, for error messages; set by sources.
        batch_size: records per batch between processes and files.
        thread: the thread that runs it, in which it was made. The user's code may start others.
    """

    attempt: AttemptId
    splits: Mapping[tuple[NodeId, int], Any]
    shuffle: ShuffleService
    memory: MemoryGuard
    broadcasts: BroadcastService
    blocks: BlockService
    scratch: str
    folder: str = ""
    properties: Mapping[str, str] = fresh(factory=dict)
    accumulated: dict[int, Accumulated] = fresh(factory=dict)
    barrier: Barrier | None = None
    lost_block: BlockId | None = None
    has_scratch: bool = False
    metrics: Metrics = fresh(factory=Metrics)
    position: Callable[[], str] | None = None
    batch_size: int = 4096
    thread: int = fresh(factory=threading.get_ident)
    _closers: list[Callable[[], object]] = fresh(factory=list)

    def on_close(self, callback: Callable[[], object]) -> None:
        """Call ``callback`` when the attempt ends, however it ends."""
        self._closers.append(callback)

    def close(self) -> None:
        """Run what was registered with `on_close`, last first."""
        while self._closers:
            self._closers.pop()()


class _Thread(threading.local):
    task: TaskContext | None = None


_thread = _Thread()
_seen_by: _Thread | type[_Thread] = _thread
"""What holds the task: this thread's own, or the class, whose attributes all threads see."""


def share_task_with_threads() -> None:
    """Let the threads that a task starts have it as their `current_task`, too. For processes that
    run nothing but tasks, one at a time."""
    global _seen_by
    _seen_by = _Thread


def current_task() -> TaskContext | None:
    """The attempt that the calling thread runs, or was started by; None in the driver.

    Only for what users call without a context in their hands: ``TaskContext.get()``,
    ``broadcast.value``, ``accumulator.add()``. All else is passed the context.
    """
    return _thread.task


class running:
    """Make ``task`` the `current_task` of this thread for a while: for a ``with``."""

    def __init__(self, task: TaskContext) -> None:
        self._task = task

    def __enter__(self) -> None:
        self._before, _seen_by.task = _seen_by.task, self._task

    def __exit__(self, *exception: object) -> None:
        _seen_by.task = self._before
