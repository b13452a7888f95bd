"""A stage's program: what each of its tasks runs. Pickled once, sent once to each worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from pyrite.core.context import TaskContext
from pyrite.core.ids import NodeId
from pyrite.core.outcome import Success
from pyrite.lineage.dependency import Shuffle
from pyrite.lineage.narrow import Combined
from pyrite.lineage.node import Node
from pyrite.serial.records import dumps

Action: TypeAlias = Callable[[Iterator[Any], TaskContext], Any]
"""What a result task makes of its partition's records."""


class Tree:
    """The nodes that a stage's tasks compute, below ``root``.

    They are pickled as a list: a lineage may nest deeper than the pickler can follow.
    """

    def __init__(self, root: Node) -> None:
        self.root = root

    def __reduce__(self) -> tuple[Callable[[list[Node]], Tree], tuple[list[Node]]]:
        order: dict[NodeId, int] = {}
        nodes: list[Node] = []
        visits = [self.root]
        while visits:
            node = visits[-1]
            parents = node.parents if isinstance(node, Combined) else ()
            missing = [parent for parent in parents if parent.id not in order]
            if missing:
                visits.extend(missing)
                continue
            visits.pop()
            if node.id not in order:
                order[node.id] = len(nodes)
                numbers: list[Any] = [order[parent.id] for parent in parents]
                nodes.append(node.with_parents(numbers) if isinstance(node, Combined) else node)
        return _grown, (nodes,)


def _grown(nodes: list[Node]) -> Tree:
    """The tree again; the parents of its nodes are places in the list before them."""
    for place, node in enumerate(nodes):
        if isinstance(node, Combined):
            numbers: Any = node.parents
            nodes[place] = node.with_parents([nodes[number] for number in numbers])
    return Tree(nodes[-1])


class Program(Protocol):
    """The code of a stage."""

    def run(self, partition: int, task: TaskContext) -> Success:
        """Compute one partition."""
        ...


@dataclass(frozen=True)
class MapProgram:
    """Compute a partition and write it for the shuffle's readers."""

    tree: Tree
    shuffle: Shuffle

    def run(self, partition: int, task: TaskContext) -> Success:
        records = self.tree.root.compute(partition, task)
        return Success(output=task.shuffle.write(self.shuffle, records, task))


@dataclass(frozen=True)
class ResultProgram:
    """Compute a partition and give what ``action`` makes of it to the driver."""

    tree: Tree
    action: Action

    def run(self, partition: int, task: TaskContext) -> Success:
        records = self.tree.root.compute(partition, task)
        return Success(result=dumps(self.action(records, task)))
