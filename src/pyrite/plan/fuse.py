"""The part of a lineage that runs in one task, with each chain of narrow ops put into one node.

A stage's code then is as deep as its tree of sources, not as long as its lineage: a thousand
``map`` calls in a row neither overflow the stack nor the pickler. Persisted datasets stand in it
as what they are by then: blocks to be read, or to be made and kept.
"""

from __future__ import annotations

from collections.abc import Collection

from pyrite.core.ids import NodeId
from pyrite.lineage.kept import Cached
from pyrite.lineage.narrow import Combined, Fused, Transformed
from pyrite.lineage.node import Node
from pyrite.lineage.ops import Op
from pyrite.plan.persisted import Persisted

NOTHING_PERSISTED = Persisted()


def fuse(
    node: Node,
    persisted: Persisted = NOTHING_PERSISTED,
    made: Collection[NodeId] = (),
) -> Node:
    """The part of ``node``'s lineage that runs in one task.

    It ends at sources, at shuffles, whose parents are not visited, and at datasets whose blocks
    are all there.

    Parameters:
        persisted: which datasets are kept, and where their blocks are.
        made: datasets that are to be made where their blocks are not, though all blocks exist.
    """
    fused: dict[tuple[NodeId, bool], Node] = {}
    visits = [(node, False)]  # and whether the node is the inside of a `Cached`
    while visits:
        current, inside = visits[-1]
        base, ops = _unchain(current, persisted, inside)
        kept = base.id in persisted and not (inside and base is current)
        blocks = persisted.blocks(base) if kept and base.id not in made else None
        needed: list[tuple[Node, bool]] = []
        if kept and blocks is None:
            needed = [(base, True)]
        elif not kept and isinstance(base, Combined):
            needed = [(parent, False) for parent in base.parents]
        missing = [(each, inside) for each, inside in needed if (each.id, inside) not in fused]
        if missing:
            visits.extend(missing)
            continue
        visits.pop()
        parents = [fused[each.id, inside] for each, inside in needed]
        if blocks is not None:
            base = blocks
        elif kept:
            base = Cached(base, persisted.level(base.id), parents[0], persisted.places(base.id))
        elif isinstance(base, Combined):
            base = base.with_parents(parents)
        if isinstance(current, Transformed) and ops:
            base = Fused(base, current.frozen(ops))
        fused[current.id, inside] = base
    return fused[node.id, False]


def _unchain(node: Node, persisted: Persisted, inside: bool) -> tuple[Node, list[Op]]:
    """The first node below a chain of ops that is no such op, or is persisted; and the ops."""
    ops: list[Op] = []
    while isinstance(node, Transformed) and (inside or node.id not in persisted):
        inside = False
        ops.append(node.op)
        node = node.parent
    ops.reverse()
    return node, ops
