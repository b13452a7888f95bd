"""A stage's program: what each of its tasks runs. Pickled once, sent once to each worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeAlias

from pyrite.batch.counting import counted
from pyrite.batch.numbers import NumberSteps
from pyrite.batch.ranges import computed
from pyrite.batch.text import WordCount
from pyrite.compile.bound import Bound, bind
from pyrite.compile.ends import end_of, end_of_result, functions_of
from pyrite.compile.stage import StageCode
from pyrite.core.context import TaskContext
from pyrite.core.ids import NodeId
from pyrite.core.lean import value
from pyrite.core.outcome import Success
from pyrite.lineage.dependency import Shuffle
from pyrite.lineage.narrow import Combined, Fused
from pyrite.lineage.node import Node
from pyrite.lineage.ops import no_stop
from pyrite.lineage.terminals import Draw, Fold
from pyrite.serial.records import Parcel

Action: TypeAlias = Callable[[Iterator[Any], TaskContext], Any]
"""What a result task makes of its partition's records."""


class Tree:
    """The nodes that a stage's tasks compute, below ``root``.

    They are pickled as a list: a lineage may nest deeper than the pickler can follow.
    """

    def __init__(self, root: Node) -> None:
        self.root = root

    def __reduce__(self) -> tuple[Callable[[Any], Tree], tuple[Node | list[Node]]]:
        if type(self.root) is Fused and not isinstance(self.root.parents[0], Combined):
            return Tree, (self.root,)  # it nests no deeper, as most do not
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


@value
class MapProgram:
    """Compute a partition and write it for the shuffle's readers."""

    tree: Tree
    shuffle: Shuffle
    compiled: StageCode | None = None
    kernel: WordCount | None = None

    def run(self, partition: int, task: TaskContext) -> Success:
        functions = functions_of(end_of(self.shuffle))
        node, loop = _bound(self.tree.root, self.compiled, functions)
        counting = counted(self.kernel, node, loop, partition, task)
        if counting is not None:
            return Success(output=task.shuffle.write(self.shuffle, (), task, counting))
        records = node.compute(partition, task)
        with no_stop():
            return Success(output=task.shuffle.write(self.shuffle, records, task, loop))


@value
class ResultProgram:
    """Compute a partition and give what ``action`` makes of it to the driver."""

    tree: Tree
    action: Action
    compiled: StageCode | None = None
    kernel: NumberSteps | None = None

    def run(self, partition: int, task: TaskContext) -> Success:
        action = self.action
        end = end_of_result(action)
        functions = functions_of(end) if end else []
        if self.kernel is not None and isinstance(self.tree.root, Fused):
            zero = action.zero if isinstance(action, Fold) else None
            found = computed(self.kernel, self.tree.root, functions, zero, partition, task)
            if found is not None:
                return Success(result=Parcel.of(found))
        node, loop = _bound(self.tree.root, self.compiled, functions)
        records = node.compute(partition, task)
        if end is None:
            return Success(result=Parcel.of(action(records, task)))
        with no_stop():
            result = action(records, task) if loop is None else _run(loop, action, records, task)
        return Success(result=Parcel.of(result))


def _bound(root: Node, code: StageCode | None, functions: list[Any]) -> tuple[Node, Bound | None]:
    """What a stage's compiled part works on, and that part, if it can be used here."""
    if code is None:
        return root, None
    ops = root.ops if isinstance(root, Fused) else ()
    steps = ops[len(ops) - code.steps :]
    loop = bind(code, [*(step.function for step in steps), *functions])
    if loop is None or not isinstance(root, Fused):
        return root, loop
    return root.without_last(code.steps), loop


def _run(loop: Bound, action: Action, records: Iterator[Any], task: TaskContext) -> Any:
    match action:
        case Draw():
            return action(loop.run(records, []), task)
        case Fold():
            return loop.run(records, action.zero)
    return loop.run(records)
