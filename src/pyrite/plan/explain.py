"""Lineage and stages as text, for people."""

from __future__ import annotations

from textwrap import indent
from typing import Any

from pyrite.compile.compiler import Compiler
from pyrite.compile.ends import End, end_of, functions_of
from pyrite.compile.tree import Part, parts
from pyrite.lineage.dependency import Aggregator, Grouping, Narrow, Order, Shuffle
from pyrite.lineage.narrow import Fused
from pyrite.lineage.node import Node
from pyrite.lineage.partitioner import HashPartitioner, RangePartitioner
from pyrite.lineage.terminals import Collect
from pyrite.plan.barrier import is_barrier
from pyrite.plan.edges import shuffles_read
from pyrite.plan.fuse import fuse
from pyrite.plan.kernels import number_kernel, word_kernel


def label(node: Node) -> str:
    """``"ShuffledRDD[3] at reduceByKey at app.py:7"``, as Spark writes it."""
    at = f" at {node.origin}" if node.origin else ""
    return f"{type(node).__name__}RDD[{node.id}]{at}"


def lineage_text(node: Node) -> str:
    """A line for each dataset, from ``node`` back to its sources; shuffles are indented, with
    the number of partitions where a stage begins.

    The format is that of Spark's ``toDebugString``.
    """
    lines: list[str] = []
    visits: list[tuple[Node, str, str]] = [(node, f"({node.num_partitions}) ", " |  ")]
    while visits:
        current, first, rest = visits.pop()
        lines.append(first + label(current))
        children: list[tuple[Node, str, str]] = []
        for edge in current.dependencies:
            if isinstance(edge, Narrow):
                children.append((edge.parent, rest, rest))
            elif edge.parent is not None:
                number = f"({edge.parent.num_partitions}) "
                indent = rest[:-3] + " " * 3
                children.append(
                    (
                        edge.parent,
                        f"{rest[:-3]}+-{number}",
                        indent + " " * (len(number) - 2) + "|  ",
                    )
                )
        visits.extend(reversed(children))
    return "\n".join(lines)


def stages_text(node: Node, compiler: Compiler | None = None) -> str:
    """The stages of an action on ``node``, last first: what each reads, does and writes; and,
    with a compiler, what it makes of them."""
    code = _code(node, Collect(), compiler)
    blocks = [f"Result stage, {_tasks(node)}:\n{_steps(node)}{code}"]
    seen: set[int] = set()
    pending = shuffles_read(node)
    while pending:
        shuffle = pending.pop(0)
        if shuffle.id in seen or shuffle.parent is None:
            continue
        seen.add(shuffle.id)
        blocks.append(
            f"Map stage of shuffle {shuffle.id} ({shuffle.origin}), {_tasks(shuffle.parent)}:\n"
            f"{_steps(shuffle.parent)}\n"
            f"  write  {_where(shuffle)}{_code(shuffle.parent, end_of(shuffle), compiler)}"
        )
        pending.extend(shuffles_read(shuffle.parent))
    return "\n\n".join(blocks)


def _code(node: Node, end: End, compiler: Compiler | None) -> str:
    """The generated functions of a stage, and what each calls."""
    if compiler is None:
        return ""
    tree = fuse(node)
    kernel = word_kernel(tree, end, compiler) or number_kernel(tree, end, compiler)
    batch = f"\n  batch  {kernel}" if kernel is not None else ""
    return batch + "".join(_part(each, compiler) for each in parts(tree, end) if _is_worth(each))


def _is_worth(part: Part) -> bool:
    """Whether there is anything that could be compiled."""
    return bool(part.steps or functions_of(part.end))


def _part(part: Part, compiler: Compiler) -> str:
    compiled = compiler.compile(part.steps, part.end)
    shown = indent(compiled.source, " " * 9).strip()
    if compiled.stage is None and compiled.reasons:
        shown += "\n         # not used: nothing is written out in it"
    called = [
        f"\n  call   {getattr(function, '__qualname__', repr(function))}: {reason}"
        for function, reason in compiled.reasons
        if reason
    ]
    return f"\n  code   {shown}{''.join(called)}"


def _tasks(node: Node) -> str:
    number = node.num_partitions
    together = " that start together" if is_barrier(fuse(node)) else ""
    return f"{number} task{'' if number == 1 else 's'}{together}"


def _steps(node: Node) -> str:
    """What a task does, first things first; the parents of a node stand above it, indented."""
    lines: list[str] = []
    visits: list[tuple[Node, int, bool]] = [(fuse(node), 1, False)]
    while visits:
        current, depth, parents_are_done = visits.pop()
        if parents_are_done:
            lines.append("  " * depth + _step(current))
            continue
        visits.append((current, depth, True))
        deeper = depth if isinstance(current, Fused) else depth + 1
        edges = reversed(current.dependencies)
        visits += [(edge.parent, deeper, False) for edge in edges if isinstance(edge, Narrow)]
    return "\n".join(lines)


def _step(node: Node) -> str:
    if isinstance(node, Fused):
        return "do     " + " -> ".join(type(op).__name__ for op in node.ops)
    shuffles = [str(edge.id) for edge in node.dependencies if isinstance(edge, Shuffle)]
    source = f" of shuffle {', '.join(shuffles)}" if shuffles else ""
    return f"read   {type(node).__name__} {node.origin}".rstrip() + source


def _where(shuffle: Shuffle) -> str:
    partitioner: Any = shuffle.partitioner
    rule = {HashPartitioner: "hash", RangePartitioner: "range"}.get(type(partitioner), "rule")
    made = {
        Aggregator: ", combined by key",
        Grouping: ", grouped by key",
        Order: ", sorted by key",
    }.get(type(shuffle.arrangement), "")
    return f"{partitioner.num_partitions} partitions by {rule}{made}"
