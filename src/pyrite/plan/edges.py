"""Where a stage begins: the shuffles that a dataset is read from, with no other in between."""

from __future__ import annotations

from pyrite.core.ids import NodeId, ShuffleId
from pyrite.lineage.dependency import Shuffle
from pyrite.lineage.node import Node


def shuffles_read(node: Node) -> list[Shuffle]:
    """The shuffles that the tasks of ``node`` read, each once, in the order they are met."""
    shuffles: dict[ShuffleId, Shuffle] = {}
    seen: set[NodeId] = set()
    pending = [node]
    while pending:
        current = pending.pop()
        if current.id in seen:
            continue
        seen.add(current.id)
        for edge in current.dependencies:
            if isinstance(edge, Shuffle):
                shuffles[edge.id] = edge
            else:
                pending.append(edge.parent)
    return list(shuffles.values())
