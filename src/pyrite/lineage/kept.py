"""Nodes that stand in a plan for datasets whose records were kept: as blocks, or in files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pyrite.core.context import TaskContext
from pyrite.core.errors import BlockLost
from pyrite.core.ids import BlockId
from pyrite.lineage.dependency import Dependency
from pyrite.lineage.narrow import OneToOne
from pyrite.lineage.node import Node
from pyrite.lineage.partitioner import Partitioner


class Cached(OneToOne):
    """A persisted dataset: a partition is read where its block is, else computed and kept.

    Parameters:
        dataset: whose blocks these are.
        level: how they are kept, a `pyrite.blocks.level.StorageLevel`.
        made: how to compute it.
        places: partition -> where its block is, of those that are there. For the planner alone.
    """

    def __init__(
        self, dataset: Node, level: Any, made: Node, places: Mapping[int, tuple[str, ...]]
    ) -> None:
        super().__init__(made)
        self.dataset = dataset.id
        self.level = level
        self.origin = dataset.origin
        self.whole = False
        """Whether all partitions are to be computed together, blocks or not."""
        self._places = places

    def preferred_locations(self, partition: int) -> tuple[str, ...]:
        return () if self.whole else self._places.get(partition, ())

    def there(self, partition: int, task: TaskContext) -> Iterator[Any] | None:
        if self.whole:
            return None
        block = BlockId(self.dataset, partition)
        return task.blocks.read(block, self.level, task.memory.watch())

    def finish(self, partition: int, records: Iterator[Any], task: TaskContext) -> Iterator[Any]:
        block = BlockId(self.dataset, partition)
        return task.blocks.compute(block, self.level, records, task.memory.watch())

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_places": {}}


class Blocks(Node):
    """A persisted dataset all of whose blocks are there. How it was made is left out: a plan does
    not grow with the lineage behind it.

    Parameters:
        dataset: whose blocks these are.
        level: how they are kept.
        places: for each partition, where its block is. Only the planner needs to know.
    """

    def __init__(self, dataset: Node, level: Any, places: Sequence[tuple[str, ...]]) -> None:
        super().__init__()
        self.dataset = dataset.id
        self.level = level
        self.origin = dataset.origin
        self._num_partitions = len(places)
        self._places: Sequence[tuple[str, ...]] = places

    @property
    def num_partitions(self) -> int:
        return self._num_partitions

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        return ()

    def preferred_locations(self, partition: int) -> tuple[str, ...]:
        return self._places[partition]

    def compute(self, partition: int, task: TaskContext) -> Iterator[Any]:
        """The records of a block.

        Raises:
            BlockLost: it is not there after all.
        """
        block = BlockId(self.dataset, partition)
        records = task.blocks.read(block, self.level, task.memory.watch())
        if records is None:
            task.lost_block = block
            raise BlockLost(f"the cached partition {partition} of {self.origin} is gone")
        return records

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_places": ()}


class Gone(Node):
    """A dataset that cannot be made again, only read where it is kept."""

    def __init__(self, num_partitions: int, origin: str) -> None:
        super().__init__()
        self.origin = origin
        self._num_partitions = num_partitions

    @property
    def num_partitions(self) -> int:
        return self._num_partitions

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        return ()

    def compute(self, partition: int, task: TaskContext) -> Iterator[Any]:
        """Never gives a record.

        Raises:
            BlockLost: always.
        """
        raise BlockLost(
            f"partition {partition} of {self.origin} was kept by localCheckpoint() alone, and is "
            f"lost. checkpoint() saves it in files"
        )


class Truncated(OneToOne):
    """What a dataset becomes when its records have been saved: it is read from ``saved``, and how
    it was made is forgotten."""

    def __init__(self, saved: Node, partitioner: Partitioner | None) -> None:
        super().__init__(saved)
        self._partitioner = partitioner

    @property
    def partitioner(self) -> Partitioner | None:
        return self._partitioner

    def finish(self, partition: int, records: Iterator[Any], task: TaskContext) -> Iterator[Any]:
        return records


def truncate(node: Node, saved: Node) -> None:
    """Make ``node`` a `Truncated`: the one change that a node can undergo.

    What holds the node, such as the datasets derived from it, keeps it; what it was made from is
    let go, with its shuffles.
    """
    after = Truncated(saved, node.partitioner)
    after.id, after.origin = node.id, node.origin
    node.__class__ = Truncated
    node.__dict__ = after.__dict__
