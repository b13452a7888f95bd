"""The compiled parts of a stage's tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pyrite.compile.compiler import Compiler
from pyrite.compile.ends import End, Merge, Yield, runs, trailing
from pyrite.compile.nodes import Generated, Merged
from pyrite.compile.stage import StageCode
from pyrite.lineage.dependency import Aggregator
from pyrite.lineage.narrow import Combined, Fused
from pyrite.lineage.node import Node
from pyrite.lineage.ops import Op
from pyrite.lineage.terminals import PerPartition
from pyrite.lineage.wide import Shuffled


class Part(NamedTuple):
    """A run of ops of one node, possibly none, and what ends it."""

    node: Node
    first: int
    steps: tuple[Op, ...]
    end: End


def parts(root: Node, end: End | None) -> Iterator[Part]:
    """What of a tree can be compiled, from the root down.

    Parameters:
        end: what is made of the root's records, if the planner knows.
    """
    for node in _within(root):
        ops = node.ops if isinstance(node, Fused) else ()
        last = trailing(ops) if node is root and end is not None else ()
        if node is root and end is not None:
            yield Part(node, len(ops) - len(last), tuple(last), end)
        before = ops[: len(ops) - len(last)]
        found = {first + len(steps): (first, steps) for first, steps in runs(before)}
        for number, op in enumerate([*before, None]):
            first, steps = found.get(number, (number, ()))
            if isinstance(op, PerPartition):
                yield Part(node, first, tuple(steps), op.terminal)
            elif steps:
                yield Part(node, first, tuple(steps), Yield())
        if isinstance(node, Shuffled) and isinstance(node.shuffle.arrangement, Aggregator):
            yield Part(node, 0, (), Merge(node.shuffle.arrangement.merge_combiners))


def compiled_tree(root: Node, end: End | None, compiler: Compiler) -> tuple[Node, StageCode | None]:
    """A tree that runs what is compiled of it, and the code of what ends it."""
    last: StageCode | None = None
    codes: dict[int, list[tuple[int, StageCode]]] = {}
    for part in parts(root, end):
        code = compiler.stage(part.steps, part.end)
        if part.end is end:
            last = code
        elif code is not None:
            codes.setdefault(id(part.node), []).append((part.first, code))
    return (_with_codes(root, codes) if codes else root), last


def _within(root: Node) -> Iterator[Node]:
    """The nodes that the root's tasks compute, each once, parents after children."""
    seen: set[int] = set()
    pending = [root]
    while pending:
        node = pending.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            if isinstance(node, Combined):
                pending.extend(node.parents)


def _with_codes(root: Node, codes: dict[int, list[tuple[int, StageCode]]]) -> Node:
    made: dict[int, Node] = {}
    visits = [root]
    while visits:
        node = visits[-1]
        parents = node.parents if isinstance(node, Combined) else ()
        missing = [parent for parent in parents if id(parent) not in made]
        if missing:
            visits.extend(missing)
            continue
        visits.pop()
        result = node
        if isinstance(node, Combined) and any(made[id(each)] is not each for each in parents):
            result = node.with_parents([made[id(each)] for each in parents])
        if isinstance(result, Fused) and id(node) in codes:
            result = Generated.of(result, codes[id(node)])
        elif isinstance(node, Shuffled) and id(node) in codes:
            result = Merged(node, codes[id(node)][0][1])
        made[id(node)] = result
    return made[id(root)]
