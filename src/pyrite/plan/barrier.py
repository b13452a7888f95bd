"""Barrier stages: which they are, and what cannot be one.

Their tasks wait for one another, so all have to run at once, and every one of them has to come
through the function that waits.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyrite.core.errors import JobFailed, UnsupportedError
from pyrite.core.specs import StageSpec
from pyrite.lineage.dependency import Narrow
from pyrite.lineage.kept import Cached
from pyrite.lineage.narrow import Fused
from pyrite.lineage.node import Node


def is_barrier(tree: Node) -> bool:
    """Whether a stage runs a function of `RDDBarrier`."""
    return any(map(_waits, _nodes(tree)))


def make_whole(tree: Node) -> None:
    """See to it that the tasks of a barrier stage do not read in the place of waiting: what is
    cached behind the barrier is there as a whole, or is made anew as a whole."""
    for node in _nodes(tree):
        if isinstance(node, Cached):
            node.whole = is_barrier(node)


def check_barrier(tree: Node, tasks: int, name: str) -> None:
    """Refuse what Spark, too, refuses in a barrier stage.

    Raises:
        UnsupportedError: not every task would come through the one barrier.
    """
    for node in _nodes(tree):
        if node.num_partitions != tasks:
            raise UnsupportedError(
                f"{name}: a barrier stage computes all partitions, each in a task of its own. Here "
                f"{tasks} tasks would compute parts of {node.origin or 'a dataset'} with its "
                f"{node.num_partitions} partitions. Instead of first() or take(), use collect(); "
                f"before union() or coalesce(), put a shuffle such as repartition()"
            )
        if sum(map(is_barrier, _parents(node))) > 1:
            raise UnsupportedError(
                f"{name}: a barrier stage has one barrier, and here two datasets with a barrier "
                f"each come together. Put a shuffle such as repartition() behind one of them"
            )


def check_slots(stage: StageSpec, workers: int) -> None:
    """Refuse a barrier stage that could never start.

    Raises:
        JobFailed: there are not as many workers as it has tasks.
    """
    tasks = len(stage.partitions)
    if stage.barrier and tasks > workers:
        here = "there is 1 worker" if workers == 1 else f"there are {workers} workers"
        raise JobFailed(
            f"the barrier stage {stage.name} runs its {tasks} tasks at once, and {here}, for one "
            f"task each: start with master local[{tasks}], or repartition({workers}) its input"
        )


def _waits(node: Node) -> bool:
    return isinstance(node, Fused) and any(getattr(op, "barrier", False) for op in node.ops)


def _parents(node: Node) -> list[Node]:
    return [edge.parent for edge in node.dependencies if isinstance(edge, Narrow)]


def _nodes(tree: Node) -> Iterator[Node]:
    """All nodes of a stage, each once."""
    pending, seen = [tree], {tree.id}
    while pending:
        node = pending.pop()
        yield node
        for parent in _parents(node):
            if parent.id not in seen:
                seen.add(parent.id)
                pending.append(parent)
