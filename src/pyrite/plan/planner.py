"""Cut a dataset's lineage into stages.

A stage is everything that can run in one task: it starts at sources and shuffles, and ends
where the next shuffle is written or the action's result is made (Zaharia et al., NSDI 2012,
section 5.1).
"""

from __future__ import annotations

import itertools
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from pyrite.compile.compiler import Compiler
from pyrite.compile.ends import End, end_of, end_of_result
from pyrite.compile.stage import StageCode
from pyrite.compile.tree import compiled_tree
from pyrite.core.ids import JobId, NodeId, ShuffleId, StageId
from pyrite.core.lean import entity
from pyrite.core.specs import JobSpec, StageProgram, StageSpec
from pyrite.lineage.dependency import Aggregator, Grouping, Narrow, Shuffle
from pyrite.lineage.kept import truncate
from pyrite.lineage.narrow import Fused, Zipped
from pyrite.lineage.node import Node
from pyrite.lineage.terminals import Choose
from pyrite.lineage.wide import CoGrouped
from pyrite.plan.barrier import check_barrier, is_barrier, make_whole
from pyrite.plan.edges import blocks_read, shuffles_behind, shuffles_read
from pyrite.plan.fuse import freeze, fuse
from pyrite.plan.kernels import number_kernel, word_kernel
from pyrite.plan.persisted import Persisted
from pyrite.plan.placement import Placement, placement, sources
from pyrite.plan.program import Action, MapProgram, Program, ResultProgram, Tree
from pyrite.serial.closures import dumps_closure

Around: TypeAlias = Callable[[Program, NodeId], Program]
"""Gives the program that is to run in the place of one that computes a dataset."""


def plainly(program: Program, dataset: NodeId) -> Program:
    """Nothing around it."""
    return program


@entity
class Stage:
    """One stage, ready to run.

    Parameters:
        spec: what the scheduler knows of it.
        tree: the fused nodes its tasks compute; kept in the driver for its sources' splits.
        program: its pickled code.
        reads: the shuffles it reads.
        blocks: the datasets whose blocks it takes to be there, all of them.
    """

    spec: StageSpec
    tree: Node
    program: StageProgram
    reads: tuple[Shuffle, ...]
    blocks: frozenset[NodeId]

    def splits(self, partition: int) -> dict[tuple[NodeId, int], Any]:
        """The source partitions that one task reads; they travel with the task alone."""
        return {
            (source.id, each): source.split(each) for source, each in sources(self.tree, partition)
        }


@entity
class Plan:
    """The stages of one job, parents first; the last one makes the result."""

    job: JobId
    stages: tuple[Stage, ...]
    name: str

    @property
    def spec(self) -> JobSpec:
        return JobSpec(self.job, tuple(stage.spec for stage in self.stages), self.name)


class Planner:
    """Makes plans. A shuffle keeps its stage for as long as the program can reach it, so that
    a later job finds its output.

    Parameters:
        persisted: which datasets are kept, and where their blocks are.
        around: what to put around each stage's program.
        compiler: makes the code of stages, or None to run their ops as they are.
    """

    def __init__(
        self,
        persisted: Persisted,
        around: Around = plainly,
        compiler: Compiler | None = None,
    ) -> None:
        self.persisted = persisted
        self._around = around
        self._compiler = compiler
        self._lock = threading.RLock()
        self._jobs = itertools.count()
        self._stage_ids = itertools.count()
        self._map_stages: weakref.WeakKeyDictionary[Shuffle, Stage] = weakref.WeakKeyDictionary()
        self._map_stage_ids: weakref.WeakKeyDictionary[Shuffle, StageId] = (
            weakref.WeakKeyDictionary()
        )
        self._readers: dict[NodeId, weakref.WeakSet[Shuffle]] = {}
        self._dropped: list[ShuffleId] = []

    def plan(
        self,
        node: Node,
        partitions: Sequence[int],
        action: Action,
        name: str,
        job: JobId | None = None,
    ) -> Plan:
        """The stages that compute ``action`` over some partitions of ``node``.

        Parameters:
            job: the number of a job that is planned again.

        Raises:
            SerializationError: a function or something it captures cannot be pickled.
            UnsupportedError: a barrier stage cannot be made so.
        """
        with self._lock:
            tree, where, barrier = self._tree(node, partitions, name)
            if isinstance(action, Choose):
                tree, action = action.of(tree)
            reads = tuple(shuffles_read(tree))
            ancestors = self._ancestors(reads)
            stage_id = next(self._stage_ids)  # after theirs: stages are numbered as they run
            compiled, code = self._compiled(tree, end_of_result(action))
            kernel = None if self._compiler is None else number_kernel(tree, action, self._compiler)
            program = ResultProgram(Tree(compiled), action, code, kernel)
            result = Stage(
                StageSpec(
                    stage_id,
                    partitions,
                    tuple(self._map_stage_ids[each] for each in reads),
                    None,
                    name,
                    where.preferred,
                    pinned=where.pinned,
                    barrier=barrier,
                ),
                tree,
                _pickled(stage_id, self._around(program, node.id), name, barrier),
                reads,
                blocks_read(tree),
            )
            return Plan(next(self._jobs) if job is None else job, (*ancestors, result), name)

    def is_together(self, node: Node) -> bool:
        """Whether partitions of a dataset would be computed in a barrier stage: all, or none."""
        return is_barrier(fuse(node, self.persisted))

    def take_dropped(self) -> list[ShuffleId]:
        """Shuffles that the program can no longer reach since the last call."""
        dropped = []
        while self._dropped:
            dropped.append(self._dropped.pop())
        return dropped

    def expire(self, dataset: NodeId) -> None:
        """Not all blocks of a dataset are there any more: stages that take them to be are to be
        made again, under their old numbers, when next they are needed."""
        with self._lock:
            for shuffle in self._readers.pop(dataset, ()):
                self._map_stages.pop(shuffle, None)

    def forget_shuffles(self, node: Node) -> list[ShuffleId]:
        """Give up what was shuffled on the way to ``node`` or to what it is made from, as far as
        the nearest persisted datasets; the numbers of these shuffles. When they are next needed
        they are made anew, under other numbers: nobody can mistake what is left of the old."""
        with self._lock:
            behind = [
                each
                for each in shuffles_behind(node, lambda each: self.persisted.level(each.id))
                if each in self._map_stage_ids
            ]
            given_up = [shuffle.id for shuffle in behind]
            for shuffle in behind:
                del self._map_stage_ids[shuffle]
                self._map_stages.pop(shuffle, None)
                shuffle.renumber()
            for shuffle, stage in list(self._map_stages.items()):
                if not set(behind).isdisjoint(stage.reads):
                    del self._map_stages[shuffle]  # its program reads the old numbers
            return given_up

    def freeze(self, node: Node) -> None:
        """Have a dataset's functions count as they are now.

        Raises:
            SerializationError: they cannot be sent to workers.
        """
        with self._lock:
            freeze(node, self.persisted)

    def truncate(self, node: Node, saved: Node) -> None:
        """From now on ``node`` is read from ``saved``."""
        with self._lock:
            truncate(node, saved)

    def _tree(
        self, node: Node, partitions: Sequence[int], name: str
    ) -> tuple[Node, Placement, bool]:
        """What runs in the tasks of a stage, where, and whether it is a barrier stage."""
        made: set[NodeId] = set()
        while True:
            tree = fuse(node, self.persisted, made)
            if barrier := is_barrier(tree):
                check_barrier(tree, len(partitions), name)
                make_whole(tree)
            where = placement(tree, partitions, self.persisted.home)
            if not where.apart:
                return tree, where, barrier
            made |= where.apart

    def _compiled(self, tree: Node, end: End | None) -> tuple[Node, StageCode | None]:
        """A stage's tree with what is compiled of it, and the code of what ends it."""
        return compiled_tree(tree, end, self._compiler) if self._compiler else (tree, None)

    def _ancestors(self, reads: Sequence[Shuffle]) -> tuple[Stage, ...]:
        """The stages that write ``reads`` and all they read from, each once, parents first."""
        ordered: dict[Shuffle, Stage] = {}
        visits = [(shuffle, False) for shuffle in reversed(reads)]
        while visits:
            shuffle, parents_are_done = visits.pop()
            if shuffle in ordered:
                continue
            stage = self._map_stages.get(shuffle) or self._map_stage(shuffle)
            if parents_are_done or not stage.reads:
                ordered[shuffle] = stage
            else:
                visits.append((shuffle, True))
                visits.extend((parent, False) for parent in reversed(stage.reads))
        return tuple(ordered.values())

    def _number(self, shuffle: Shuffle) -> StageId:
        """The number of the stage that writes a shuffle."""
        number = self._map_stage_ids.get(shuffle)
        if number is None:
            number = self._map_stage_ids[shuffle] = next(self._stage_ids)
            weakref.finalize(shuffle, self._dropped.append, shuffle.id).atexit = False
        return number

    def _map_stage(self, shuffle: Shuffle) -> Stage:
        assert shuffle.parent is not None
        stage_id = self._number(shuffle)
        partitions = range(shuffle.parent.num_partitions)
        name = shuffle.origin
        tree, where, barrier = self._tree(shuffle.parent, partitions, name)
        reads = tuple(shuffles_read(tree))
        end = end_of(shuffle)
        kernel = None if self._compiler is None else word_kernel(tree, end, self._compiler)
        compiled, code = self._compiled(tree, end)
        program = MapProgram(Tree(compiled), shuffle, code, kernel)
        stage = self._map_stages[shuffle] = Stage(
            StageSpec(
                stage_id,
                partitions,
                tuple(self._number(each) for each in reads),
                shuffle.id,
                name,
                where.preferred,
                pinned=where.pinned,
                barrier=barrier,
                by_position=_is_by_position(tree),
            ),
            tree,
            _pickled(stage_id, self._around(program, shuffle.parent.id), name, barrier),
            reads,
            blocks_read(tree),
        )
        for dataset in stage.blocks:
            self._readers.setdefault(dataset, weakref.WeakSet()).add(shuffle)
        return stage


def _pickled(stage: StageId, program: Program, name: str, barrier: bool) -> StageProgram:
    code, held = dumps_closure(program, name)
    return StageProgram(stage, code, tuple(sys.path), barrier, held)


def _is_by_position(tree: Node) -> bool:
    """Whether the stage makes something of its records' places after a shuffle that does not
    promise an order: a reader that spills gives its keys in another order than one that does not.
    """
    pending: list[tuple[Node, bool]] = [(tree, False)]
    seen: set[tuple[int, bool]] = set()
    while pending:
        node, above = pending.pop()
        if (node.id, above) in seen:
            continue
        seen.add((node.id, above))
        if isinstance(node, Fused):
            above = above or any(getattr(op, "by_position", False) for op in node.ops)
        above = above or isinstance(node, Zipped)
        for edge in node.dependencies:
            if isinstance(edge, Narrow):
                pending.append((edge.parent, above))
            elif above and _keeps_no_order(node, edge):
                return True
    return False


def _keeps_no_order(reader: Node, shuffle: Shuffle) -> bool:
    grouped = isinstance(shuffle.arrangement, Aggregator | Grouping)
    return grouped or isinstance(reader, CoGrouped)
