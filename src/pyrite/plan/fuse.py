"""Put each chain of narrow ops into one node.

A stage's code then is as deep as its tree of sources, not as long as its lineage: a thousand
``map`` calls in a row neither overflow the stack nor the pickler.
"""

from __future__ import annotations

from pyrite.lineage.narrow import Combined, Fused, Transformed
from pyrite.lineage.node import Node
from pyrite.lineage.ops import Op


def fuse(node: Node) -> Node:
    """The part of ``node``'s lineage that runs in one task, with chains of ops fused.

    It ends at sources and at shuffles, whose parents are not visited.
    """
    fused: dict[int, Node] = {}
    visits = [(node, False)]
    while visits:
        current, parents_are_done = visits.pop()
        if current.id in fused:
            continue
        base, ops = _unchain(current)
        parents = base.parents if isinstance(base, Combined) else ()
        if parents and not parents_are_done:
            visits.append((current, True))
            visits.extend((parent, False) for parent in parents)
            continue
        if isinstance(base, Combined):
            base = base.with_parents([fused[parent.id] for parent in base.parents])
        fused[current.id] = Fused(base, ops) if ops else base
    return fused[node.id]


def _unchain(node: Node) -> tuple[Node, list[Op]]:
    ops: list[Op] = []
    while isinstance(node, Transformed):
        ops.append(node.op)
        node = node.parent
    ops.reverse()
    return node, ops
