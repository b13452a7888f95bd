"""Nodes that read a shuffle: their partitions are made of pieces of all of a parent's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pyrite.core.context import TaskContext
from pyrite.lineage.dependency import Dependency, Join, Narrow, Order, Shuffle
from pyrite.lineage.narrow import Combined, same_partition
from pyrite.lineage.node import Node
from pyrite.lineage.partitioner import Partitioner


class Shuffled(Node):
    """The records of a shuffle, arranged as it says."""

    def __init__(self, shuffle: Shuffle) -> None:
        super().__init__()
        self.shuffle = shuffle

    @property
    def num_partitions(self) -> int:
        return self.shuffle.partitioner.num_partitions

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        return (self.shuffle,)

    @property
    def partitioner(self) -> Partitioner | None:
        arrangement = self.shuffle.arrangement
        if isinstance(arrangement, Order) and arrangement.values_only:
            return None  # of keys that are not there
        return self.shuffle.partitioner

    def compute(self, partition: int, task: TaskContext) -> Iterator[Any]:
        return task.shuffle.read(self.shuffle, partition, task)


class CoGrouped(Combined):
    """``(key, (values in the first parent, values in the second, ...))`` for every key; or what
    a join makes of two parents.

    A parent that is partitioned as wanted already is read in place; the others are shuffled.
    """

    def __init__(
        self,
        parents: Sequence[Node],
        partitioner: Partitioner,
        origin: str = "",
        join: Join | None = None,
    ) -> None:
        self._edges: list[Shuffle | None] = [
            None
            if parent.partitioner == partitioner
            else Shuffle(parent, partitioner, origin=origin)
            for parent in parents
        ]
        super().__init__([p for p, edge in zip(parents, self._edges, strict=True) if edge is None])
        self._partitioner = partitioner
        self._join = join

    @property
    def num_partitions(self) -> int:
        return self._partitioner.num_partitions

    @property
    def partitioner(self) -> Partitioner | None:
        if self._join in (Join.COMMON_KEYS, Join.KEYS_WITHOUT):
            return None  # of pairs, which these are not
        return self._partitioner

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        local = iter(self.parents)
        return tuple(edge or Narrow(next(local), same_partition) for edge in self._edges)

    def compute(self, partition: int, task: TaskContext) -> Iterator[Any]:
        local = iter(self.parents)
        sides = tuple(edge or next(local).compute(partition, task) for edge in self._edges)
        return task.shuffle.read_groups(sides, partition, task, self._join)
