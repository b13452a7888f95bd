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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pyrite.core.ids import JobId, NodeId, ShuffleId, StageId
from pyrite.core.specs import JobSpec, StageProgram, StageSpec
from pyrite.lineage.dependency import Aggregator, Grouping, Narrow, Shuffle
from pyrite.lineage.narrow import Fused, Zipped
from pyrite.lineage.node import Node, Source
from pyrite.lineage.wide import CoGrouped
from pyrite.plan.edges import shuffles_read
from pyrite.plan.fuse import fuse
from pyrite.plan.program import Action, MapProgram, Program, ResultProgram
from pyrite.serial.closures import dumps_closure

Around: TypeAlias = Callable[[Program, NodeId], Program]
"""Gives the program that is to run in the place of one that computes a dataset."""


def plainly(program: Program, dataset: NodeId) -> Program:
    """Nothing around it."""
    return program


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage, ready to run.

    Parameters:
        spec: what the scheduler knows of it.
        tree: the fused nodes its tasks compute; kept in the driver for its sources' splits.
        program: its pickled code.
        parents: the map stages it reads from.
    """

    spec: StageSpec
    tree: Node
    program: StageProgram
    parents: tuple[Stage, ...]

    def splits(self, partition: int) -> dict[tuple[NodeId, int], Any]:
        """The source partitions that one task reads; they travel with the task alone."""
        return {
            (source.id, each): source.split(each) for source, each in _sources(self.tree, partition)
        }


@dataclass(frozen=True, eq=False)
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
        around: what to put around each stage's program.
    """

    def __init__(self, around: Around = plainly) -> None:
        self._around = around
        self._lock = threading.RLock()
        self._jobs = itertools.count()
        self._stage_ids = itertools.count()
        self._map_stages: weakref.WeakKeyDictionary[Shuffle, Stage] = weakref.WeakKeyDictionary()
        self._dropped: list[ShuffleId] = []

    def plan(self, node: Node, partitions: Sequence[int], action: Action, name: str) -> Plan:
        """The stages that compute ``action`` over some partitions of ``node``.

        Raises:
            SerializationError: a function or something it captures cannot be pickled.
        """
        with self._lock:
            tree = fuse(node)
            parents = self._parents(tree)
            stage_id = next(self._stage_ids)
            result = Stage(
                StageSpec(
                    stage_id,
                    partitions,
                    tuple(parent.spec.stage for parent in parents),
                    None,
                    name,
                    _preferences(tree, partitions),
                ),
                tree,
                _pickled(stage_id, self._around(ResultProgram(tree, action), node.id), name),
                parents,
            )
            return Plan(next(self._jobs), (*_ancestors(parents), result), name)

    def take_dropped(self) -> list[ShuffleId]:
        """Shuffles that the program can no longer reach since the last call."""
        dropped = []
        while self._dropped:
            dropped.append(self._dropped.pop())
        return dropped

    def _parents(self, tree: Node) -> tuple[Stage, ...]:
        """The map stages that ``tree`` reads, made (with all of theirs) if they are new."""
        pending = shuffles_read(tree)
        while pending:
            shuffle = pending[-1]
            if shuffle in self._map_stages:
                pending.pop()
                continue
            assert shuffle.parent is not None
            parent_tree = fuse(shuffle.parent)
            missing = [s for s in shuffles_read(parent_tree) if s not in self._map_stages]
            if missing:
                pending.extend(missing)
                continue
            self._map_stages[shuffle] = self._map_stage(shuffle, parent_tree)
            weakref.finalize(shuffle, self._dropped.append, shuffle.id).atexit = False
            pending.pop()
        return tuple(self._map_stages[each] for each in shuffles_read(tree))

    def _map_stage(self, shuffle: Shuffle, tree: Node) -> Stage:
        assert shuffle.parent is not None
        stage_id = next(self._stage_ids)
        parents = tuple(self._map_stages[each] for each in shuffles_read(tree))
        partitions = range(tree.num_partitions)
        name = shuffle.origin
        program = MapProgram(tree, shuffle)
        return Stage(
            StageSpec(
                stage_id,
                partitions,
                tuple(parent.spec.stage for parent in parents),
                shuffle.id,
                name,
                _preferences(tree, partitions),
                _is_by_position(tree),
            ),
            tree,
            _pickled(stage_id, self._around(program, shuffle.parent.id), name),
            parents,
        )


def _pickled(stage: StageId, program: Program, name: str) -> StageProgram:
    code, held = dumps_closure(program, name)
    return StageProgram(stage, code, tuple(sys.path), held)


def _ancestors(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """``stages`` and all they read from, each once, parents before children."""
    ordered: dict[StageId, Stage] = {}
    visits = [(stage, False) for stage in reversed(stages)]
    while visits:
        stage, parents_are_done = visits.pop()
        if stage.spec.stage in ordered:
            continue
        if parents_are_done or not stage.parents:
            ordered[stage.spec.stage] = stage
        else:
            visits.append((stage, True))
            visits.extend((parent, False) for parent in reversed(stage.parents))
    return tuple(ordered.values())


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


def _sources(tree: Node, partition: int) -> Iterator[tuple[Source, int]]:
    """The source partitions that partition ``partition`` of ``tree`` is computed from."""
    pending = [(tree, partition)]
    while pending:
        node, index = pending.pop()
        if isinstance(node, Source):
            yield node, index
            continue
        for edge in node.dependencies:
            if isinstance(edge, Narrow):
                pending.extend((edge.parent, each) for each in edge.parents_of(index))


def _preferences(tree: Node, partitions: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Where each task's first source partition with a preference lies."""
    preferences = {}
    for partition in partitions:
        for source, index in _sources(tree, partition):
            if locations := source.preferred_locations(index):
                preferences[partition] = locations
                break
    return preferences
