"""Where the tasks of a stage had best run, or must."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pyrite.core.ids import NodeId
from pyrite.core.lean import fresh, state
from pyrite.lineage.dependency import Narrow
from pyrite.lineage.kept import Blocks, Cached
from pyrite.lineage.narrow import Fused
from pyrite.lineage.node import Node, Source

Home = Callable[[str], str]
"""The node of a worker, both given as places."""


@state
class Placement:
    """
    Parameters:
        preferred: partition -> places where its input lies.
        pinned: some of that input exists only there.
        apart: datasets whose blocks lie where no task can read them together with others. They
            have to be made where they are not.
    """

    preferred: dict[int, tuple[str, ...]] = fresh(factory=dict)
    pinned: bool = False
    apart: set[NodeId] = fresh(factory=set)


def placement(tree: Node, partitions: Sequence[int], home: Home) -> Placement:
    """Where tasks that compute ``partitions`` of ``tree`` find what they read."""
    result = Placement()
    source = _only_source(tree)
    if source is not None and type(source).preferred_locations is Node.preferred_locations:
        return result  # without a look at each of what may be a hundred thousand partitions
    for partition in partitions:
        bound: tuple[str, ...] = ()
        near: tuple[str, ...] = ()
        for node, index in _inputs(tree, partition):
            places = node.preferred_locations(index)
            if not isinstance(node, Blocks):
                near = near or places
            elif not bound:
                bound = places
            elif both := _common(bound, places, home):
                bound = both
            else:
                result.apart.add(node.dataset)
        if bound or near:
            result.preferred[partition] = bound or near
        result.pinned |= bool(bound)
    return result


def sources(tree: Node, partition: int) -> Iterator[tuple[Source, int]]:
    """The source partitions that ``partition`` of ``tree`` is computed from."""
    source = _only_source(tree)
    if source is not None:
        yield source, partition
        return
    for node, index in _inputs(tree, partition, deep=True):
        if isinstance(node, Source):
            yield node, index


def _only_source(tree: Node) -> Source | None:
    """The source of a stage that does no more than a chain of ops over one, as most do."""
    while type(tree) is Fused:
        (tree,) = tree.parents
    return tree if isinstance(tree, Source) else None


def _inputs(tree: Node, partition: int, deep: bool = False) -> Iterator[tuple[Node, int]]:
    """What a task reads from outside. Not ``deep``: a block that is there hides what is behind."""
    pending = [(tree, partition)]
    while pending:
        node, index = pending.pop()
        if isinstance(node, Source | Blocks) or (
            not deep and isinstance(node, Cached) and node.preferred_locations(index)
        ):
            yield node, index
            continue
        for edge in node.dependencies:
            if isinstance(edge, Narrow):
                pending.extend((edge.parent, each) for each in edge.parents_of(index))


def _common(left: tuple[str, ...], right: tuple[str, ...], home: Home) -> tuple[str, ...]:
    """Places from which both can be read: a worker reads all that its node has."""
    here = [place for place in left if place in right or home(place) in right]
    there = [place for place in right if home(place) in left and place not in here]
    return (*here, *there)
