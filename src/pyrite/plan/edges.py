"""Where a stage begins: the shuffles, and the cached blocks, that its tasks read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pyrite.core.ids import NodeId, ShuffleId
from pyrite.lineage.dependency import Narrow, Shuffle
from pyrite.lineage.kept import Blocks
from pyrite.lineage.node import Node


def shuffles_read(node: Node) -> list[Shuffle]:
    """The shuffles that the tasks of ``node`` read, each once, in the order they are met."""
    shuffles: dict[ShuffleId, Shuffle] = {}
    for each in _within(node):
        for edge in each.dependencies:
            if isinstance(edge, Shuffle):
                shuffles[edge.id] = edge
    return list(shuffles.values())


def blocks_read(node: Node) -> frozenset[NodeId]:
    """The datasets whose blocks, all of them, the tasks of ``node`` take to be there."""
    return frozenset(each.dataset for each in _within(node) if isinstance(each, Blocks))


def _within(node: Node) -> Iterator[Node]:
    """The nodes that the tasks of ``node`` compute, each once."""
    seen: set[NodeId] = set()
    pending = [node]
    while pending:
        current = pending.pop()
        if current.id not in seen:
            seen.add(current.id)
            yield current
            edges = current.dependencies
            pending.extend(edge.parent for edge in edges if isinstance(edge, Narrow))


def shuffles_behind(node: Node, ends_at: Callable[[Node], object]) -> list[Shuffle]:
    """All shuffles that ``node`` comes from, each once, but those behind another node of which
    ``ends_at`` is true."""
    shuffles: dict[ShuffleId, Shuffle] = {}
    seen = {node.id}
    pending = [node]
    while pending:
        current = pending.pop()
        if current is not node and ends_at(current):
            continue
        for edge in current.dependencies:
            if isinstance(edge, Shuffle):
                shuffles[edge.id] = edge
            if edge.parent is not None and edge.parent.id not in seen:
                seen.add(edge.parent.id)
                pending.append(edge.parent)
    return list(shuffles.values())
