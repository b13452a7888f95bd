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
from pyrite.serial.closures import Frozen

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
        # Once, as another thread may unpersist it meanwhile.
        level = None if inside and base is current else persisted.level(base.id)
        kept = level is not None
        blocks = persisted.blocks(base) if kept and base.id not in made else None
        needed: list[tuple[Node, bool]] = []
        if kept and blocks is None:
            needed = [(base, True)]
        elif not kept and isinstance(base, Combined):
            needed = [(parent, False) for parent in base.parents]
        elif not kept and isinstance(base, Transformed):
            needed = [(base, False)]
        missing = [(each, inside) for each, inside in needed if (each.id, inside) not in fused]
        if missing:
            visits.extend(missing)
            continue
        visits.pop()
        parents = [fused[each.id, inside] for each, inside in needed]
        if blocks is not None:
            base = blocks
        elif kept:
            base = Cached(base, level, parents[0], persisted.places(base.id))
        elif isinstance(base, Combined):
            base = base.with_parents(parents)
        elif isinstance(base, Transformed):
            base = parents[0]
        if ops and isinstance(current, Transformed):
            frozen = _frozen(current, ops)
            base = Fused(base, frozen, len(frozen.value) - len(ops))
        fused[current.id, inside] = base
    return fused[node.id, False]


def freeze(node: Node, persisted: Persisted) -> None:
    """Have the functions of ``node`` count as they are now, whatever they captured becomes.

    PySpark does so when an RDD is first computed, kept, shuffled, or put together with others;
    an RDD that is mapped is mapped anew, with what its functions see by then.

    Raises:
        SerializationError: they cannot be sent to workers.
    """
    if isinstance(node, Transformed):
        _, ops = _unchain(node, persisted, inside=True)
        _frozen(node, ops).freeze()


def _frozen(head: Transformed, ops: list[Op]) -> Frozen[tuple[Op, ...]]:
    if head.frozen is None:
        head.frozen = Frozen(tuple(ops), head.origin)
    return head.frozen


def _unchain(node: Node, persisted: Persisted, inside: bool) -> tuple[Node, list[Op]]:
    """The first node below a chain of ops that is no such op, or is persisted; and the ops.

    No more ops than were frozen: below them, what is not kept any more is a chain of its own.
    """
    ops: list[Op] = []
    frozen = node.frozen if isinstance(node, Transformed) else None
    most = len(frozen.value) if frozen is not None else -1
    while isinstance(node, Transformed) and (inside or node.id not in persisted):
        if len(ops) == most:
            break
        inside = False
        ops.append(node.op)
        node = node.parent
    ops.reverse()
    return node, ops
