"""The node: one dataset, described by how it is made.

A node has the five methods of the RDD paper (Zaharia et al., NSDI 2012, table 3): its
partitions, its dependencies, how to compute a partition from them, how its keys are
partitioned (or not), and where each partition is best computed. It is immutable, knows no
context, and can be pickled.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pyrite.core.context import TaskContext
from pyrite.core.ids import NodeId

if TYPE_CHECKING:
    from pyrite.lineage.dependency import Dependency
    from pyrite.lineage.partitioner import Partitioner

_ids = itertools.count()


class Node(ABC):
    """One dataset of the lineage graph."""

    def __init__(self) -> None:
        self.id: NodeId = next(_ids)
        self.origin = ""
        """The call that made it, for people: ``"map at app.py:7"``."""

    @property
    @abstractmethod
    def num_partitions(self) -> int:
        """How many partitions there are."""

    @property
    @abstractmethod
    def dependencies(self) -> tuple[Dependency, ...]:
        """What it is computed from. Empty for a source."""

    @abstractmethod
    def compute(self, partition: int, task: TaskContext) -> Iterator[Any]:
        """The records of one partition, lazily."""

    @property
    def partitioner(self) -> Partitioner | None:
        """How its keys are spread over partitions, if they are by a rule."""
        return None

    def preferred_locations(self, partition: int) -> tuple[str, ...]:
        """Nodes of the cluster where this partition is best computed. Empty: anywhere."""
        return ()


class Source(Node):
    """A node that reads from outside the lineage.

    Its partitions are values (a file range, a slice of a list); each travels only to the
    task that reads it, in ``task.splits``, so they are left out when the node is pickled.
    """

    def __init__(self, splits: Sequence[Any]) -> None:
        super().__init__()
        self._splits: Sequence[Any] = splits
        self._num_partitions = len(splits)

    @property
    def num_partitions(self) -> int:
        return self._num_partitions

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        return ()

    def split(self, partition: int) -> Any:
        """What travels to the task that reads ``partition``. Only in the driver."""
        return self._splits[partition]

    def compute(self, partition: int, task: TaskContext) -> Iterator[Any]:
        return self.read(task.splits[self.id, partition], task)

    @abstractmethod
    def read(self, split: Any, task: TaskContext) -> Iterator[Any]:
        """The records of a split."""

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_splits": ()}
