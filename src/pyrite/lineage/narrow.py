"""Nodes computed within the task of their child: no data moves between workers."""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from itertools import accumulate, chain, pairwise
from typing import Any

from pyrite.core.context import TaskContext
from pyrite.core.lean import value
from pyrite.lineage.dependency import Dependency, Narrow
from pyrite.lineage.node import Node
from pyrite.lineage.ops import Op, apply_ops
from pyrite.lineage.partitioner import Partitioner
from pyrite.serial.closures import Frozen


def same_partition(partition: int) -> tuple[int]:
    """The narrow dependency of a node that has its parent's partitions."""
    return (partition,)


class Transformed(Node):
    """``parent`` with one op applied to each partition.

    Parameters:
        keeps_partitioner: the op leaves keys as they are.
    """

    def __init__(self, parent: Node, op: Op, keeps_partitioner: bool = False) -> None:
        super().__init__()
        self.parent = parent
        self.op = op
        self._partitioner = parent.partitioner if keeps_partitioner else None
        self._num_partitions: int | None = None
        self.frozen: Frozen[tuple[Op, ...]] | None = None
        """The run of ops that ends with this node's, once it was frozen: see `pyrite.plan.fuse`."""

    @property
    def num_partitions(self) -> int:
        if self._num_partitions is None:  # not known before: a source lists its files when asked
            node = self.parent
            while isinstance(node, Transformed) and node._num_partitions is None:
                node = node.parent  # not by recursion: chains may be long
            self._num_partitions = node.num_partitions
        return self._num_partitions

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        return (Narrow(self.parent, same_partition),)

    @property
    def partitioner(self) -> Partitioner | None:
        return self._partitioner

    def compute(self, partition: int, task: TaskContext) -> Iterator[Any]:
        return self.op.apply(partition, self.parent.compute(partition, task))


class Combined(Node):
    """A node with several parents, or several parent partitions for one of its own."""

    def __init__(self, parents: Sequence[Node]) -> None:
        super().__init__()
        self.parents = tuple(parents)

    def with_parents(self, parents: Sequence[Node]) -> Combined:
        """The same node over other parents, for the planner to put fused ones in."""
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__, parents=tuple(parents))
        return copy


class Chained(Combined):
    """A node whose partitions are each made of one partition of one parent.

    Long lineages are chains of these, so they are computed by going down the chain and up again,
    not by recursion.
    """

    @abstractmethod
    def source(self, partition: int) -> tuple[Node, int]:
        """The one parent, and its partition, that ``partition`` is made of."""

    @abstractmethod
    def finish(self, partition: int, records: Iterator[Any], task: TaskContext) -> Iterator[Any]:
        """The records of ``partition``, made of those of its source."""

    def there(self, partition: int, task: TaskContext) -> Iterator[Any] | None:
        """The records, if they need not be made."""
        return None

    def compute(self, partition: int, task: TaskContext) -> Iterator[Any]:
        steps: list[tuple[Chained, int]] = []
        node: Node = self
        while isinstance(node, Chained):
            records = node.there(partition, task)
            if records is not None:
                break
            steps.append((node, partition))
            node, partition = node.source(partition)
        else:
            records = node.compute(partition, task)
        for step, partition in reversed(steps):
            records = step.finish(partition, records, task)
        return records


class OneToOne(Chained):
    """A node with the partitions of its one parent."""

    def __init__(self, parent: Node) -> None:
        super().__init__((parent,))

    @property
    def num_partitions(self) -> int:
        return self.parents[0].num_partitions

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        return (Narrow(self.parents[0], same_partition),)

    def source(self, partition: int) -> tuple[Node, int]:
        return self.parents[0], partition


@value
class Steps:
    """A run of ops without what they work on: all from ``first`` on."""

    frozen: Frozen[tuple[Op, ...]]
    first: int

    @property
    def ops(self) -> tuple[Op, ...]:
        return self.frozen.value[self.first :]


class Fused(OneToOne):
    """A run of ops over a base node: what a chain of `Transformed` becomes in a stage.

    Parameters:
        first: how many of the ops are left out, as the base is what they make.
        last: how many are done, from the first of all on; None for all.
    """

    def __init__(
        self, base: Node, ops: Frozen[tuple[Op, ...]], first: int = 0, last: int | None = None
    ) -> None:
        super().__init__(base)
        self._ops = ops
        self._first = first
        self._last = last

    @property
    def ops(self) -> tuple[Op, ...]:
        return self._ops.value[self._first : self._last]

    def without_last(self, number: int) -> Node:
        """What the last ops work on: somebody else does these."""
        last = len(self._ops.value) - number
        (base,) = self.parents
        if last == self._first:
            return base
        rest = copy(self)
        rest._last = last
        return rest

    def last(self, number: int) -> Steps:
        """The last ops."""
        return Steps(self._ops, len(self._ops.value) - number)

    def finish(self, partition: int, records: Iterator[Any], task: TaskContext) -> Iterator[Any]:
        return apply_ops(self.ops, partition, records)


class Union(Chained):
    """All partitions of the first parent, then all of the second, and so on."""

    def __init__(self, parents: Sequence[Node]) -> None:
        super().__init__(parents)
        # Where each parent's partitions end; known from now on, or a long chain would recurse.
        self._bounds = list(accumulate(parent.num_partitions for parent in parents))

    @classmethod
    def of(cls, nodes: Iterable[Node]) -> Union:
        """The union of ``nodes``. A union of unions is made flat: a loop may make thousands."""
        return cls(
            [part for node in nodes for part in (node.parents if type(node) is cls else (node,))]
        )

    @property
    def num_partitions(self) -> int:
        return self._bounds[-1]

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        starts = [0, *self._bounds]
        return tuple(
            Narrow(parent, _Shifted(start, end - start))
            for parent, (start, end) in zip(self.parents, pairwise(starts), strict=True)
        )

    def source(self, partition: int) -> tuple[Node, int]:
        number = bisect_right(self._bounds, partition)
        start = self._bounds[number - 1] if number else 0
        return self.parents[number], partition - start

    def finish(self, partition: int, records: Iterator[Any], task: TaskContext) -> Iterator[Any]:
        return records


class _Shifted:
    def __init__(self, start: int, length: int) -> None:
        self.start, self.length = start, length

    def __call__(self, partition: int) -> tuple[int, ...]:
        parents = partition - self.start
        return (parents,) if 0 <= parents < self.length else ()


class AlignedUnion(Combined):
    """The union of datasets partitioned alike: partition i of each, one after another."""

    @property
    def num_partitions(self) -> int:
        return self.parents[0].num_partitions

    @property
    def partitioner(self) -> Partitioner | None:
        return self.parents[0].partitioner

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        return tuple(Narrow(parent, same_partition) for parent in self.parents)

    def compute(self, partition: int, task: TaskContext) -> Iterator[Any]:
        return chain.from_iterable(parent.compute(partition, task) for parent in self.parents)


class Coalesced(Combined):
    """Fewer partitions, each several neighbouring ones of the parent."""

    def __init__(self, parent: Node, num_partitions: int) -> None:
        super().__init__((parent,))
        self._num_partitions = min(num_partitions, parent.num_partitions)

    @property
    def num_partitions(self) -> int:
        return self._num_partitions

    def _parents_of(self, partition: int) -> Sequence[int]:
        whole, parts = self.parents[0].num_partitions, self._num_partitions
        return range(partition * whole // parts, (partition + 1) * whole // parts)

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        return (Narrow(self.parents[0], self._parents_of),)

    def compute(self, partition: int, task: TaskContext) -> Iterator[Any]:
        (parent,) = self.parents
        return chain.from_iterable(
            parent.compute(each, task) for each in self._parents_of(partition)
        )


class Cartesian(Combined):
    """Every pair of a record of the left and a record of the right."""

    def __init__(self, left: Node, right: Node) -> None:
        super().__init__((left, right))
        self._width = right.num_partitions

    @property
    def num_partitions(self) -> int:
        return self.parents[0].num_partitions * self._width

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        left, right = self.parents
        width = self._width
        return (
            Narrow(left, lambda partition: (partition // width,)),
            Narrow(right, lambda partition: (partition % width,)),
        )

    def compute(self, partition: int, task: TaskContext) -> Iterator[Any]:
        left, right = self.parents
        i, j = divmod(partition, self._width)
        others = list(right.compute(j, task))
        return ((record, other) for record in left.compute(i, task) for other in others)


class Zipped(Combined):
    """Pairs of records at the same place of two datasets with equal partitions."""

    @property
    def num_partitions(self) -> int:
        return self.parents[0].num_partitions

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        return tuple(Narrow(parent, same_partition) for parent in self.parents)

    def compute(self, partition: int, task: TaskContext) -> Iterator[Any]:
        left, right = (parent.compute(partition, task) for parent in self.parents)
        missing = object()
        for record in left:
            other = next(right, missing)
            if other is missing:
                break
            yield record, other
        else:
            if next(right, missing) is missing:
                return
        raise ValueError(
            f"zip needs as many records on both sides of each partition; "
            f"partition {partition} differs"
        )
