"""Nodes of a stage's tree that run what was compiled for them. Light to import: tasks do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from pyrite.compile.bound import Bound, Left, bind
from pyrite.compile.stage import StageCode
from pyrite.core.context import TaskContext
from pyrite.lineage.dependency import Aggregator
from pyrite.lineage.narrow import Fused
from pyrite.lineage.ops import Op, apply_ops, no_stop
from pyrite.lineage.terminals import Fold, PerPartition, Reduce
from pyrite.lineage.wide import Shuffled


class Generated(Fused):
    """Ops of which some runs are done by generated functions.

    Attributes:
        codes: of each of these runs, the number of its first op, and its code.
    """

    codes: tuple[tuple[int, StageCode], ...]

    @classmethod
    def of(cls, fused: Fused, codes: Sequence[tuple[int, StageCode]]) -> Generated:
        """The same ops, with code for some."""
        made = object.__new__(cls)
        made.__dict__.update(fused.__dict__, codes=tuple(codes))
        return made

    def finish(self, partition: int, records: Iterator[Any], task: TaskContext) -> Iterator[Any]:
        ops, done = self.ops, 0
        for first, code in self.codes:
            after = first + code.steps
            steps = ops[first:after]
            ends = [op for op in ops[after : after + 1] if isinstance(op, PerPartition)]
            loop = bind(code, [step.function for step in (*steps, *ends)])
            if loop is not None:
                records = apply_ops(ops[done:first], partition, records)
                if ends:
                    records = _made_of_all(loop, ends[0].terminal, records)
                else:
                    records = drawn(loop, steps, partition, records)
                done = after + len(ends)
        return apply_ops(ops[done:], partition, records)


def _made_of_all(loop: Bound, terminal: Fold | Reduce, records: Iterator[Any]) -> Iterator[Any]:
    """What `PerPartition` makes of records."""
    with no_stop():
        made = loop.run(records, *([terminal.zero] if isinstance(terminal, Fold) else []))
    yield made


def drawn(
    loop: Bound, steps: Sequence[Op], partition: int, records: Iterator[Any]
) -> Iterator[Any]:
    """What a generator makes of records.

    Whoever draws them may catch an exception and go on, as ``map`` and its like let them. The
    generator is at its end then, so the steps are run as they are on what is left.
    """
    left: list[Left] = []
    records = iter(records)  # of which the rest is left

    def rest() -> Iterator[Iterator[Any]]:
        if left:
            yield resumed(steps, partition, left)

    return chain(loop.run(records, left), chain.from_iterable(rest()))


def resumed(steps: Sequence[Op], partition: int, left: Sequence[Left]) -> Iterator[Any]:
    """What is left, run through the steps as they are."""
    (done, records, _), *loops = left
    ops: list[Op] = []
    for step, items, pair in loops:
        ops += [*steps[done:step], _Before(items if pair is None else _keyed(pair, items))]
        done = step
    return apply_ops([*ops, *steps[done:]], partition, records)


class _Before:
    """Records that go before those that come."""

    by_record = True

    def __init__(self, items: Iterator[Any]) -> None:
        self._items = items

    def function(self) -> None:
        """There is none."""

    def apply(self, partition: int, records: Iterator[Any]) -> Iterator[Any]:
        return chain(self._items, records)


def _keyed(pair: Any, items: Iterator[Any]) -> Iterator[Any]:
    return ((pair[0], item) for item in items)


class Merged(Shuffled):
    """Combiners of a shuffle, merged by a generated function.

    Parameters:
        code: merges columns of keys and combiners into a dict.
    """

    def __init__(self, node: Shuffled, code: StageCode) -> None:
        self.__dict__.update(node.__dict__)
        self.code = code

    def compute(self, partition: int, task: TaskContext) -> Iterator[Any]:
        aggregator = self.shuffle.arrangement
        assert isinstance(aggregator, Aggregator)
        loop = bind(self.code, [aggregator.merge_combiners])
        return task.shuffle.read(self.shuffle, partition, task, loop)
