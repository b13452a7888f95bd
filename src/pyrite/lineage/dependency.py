"""Edges of the lineage graph: narrow or shuffle. All that planning needs to know.

A narrow dependency is computed in the same task as its child; a shuffle dependency ends a
stage: its parent's records are written by map tasks, by partition of their key, and read by
the tasks of the child.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias

from pyrite.core.ids import ShuffleId
from pyrite.core.lean import value
from pyrite.serial.closures import Frozen

if TYPE_CHECKING:
    from pyrite.lineage.node import Node
    from pyrite.lineage.partitioner import Partitioner

_shuffle_ids = itertools.count()


@value
class Narrow:
    """Each child partition needs a few whole partitions of the parent.

    Parameters:
        parent: the dataset depended on.
        parents_of: child partition -> the parent's partitions it reads.
    """

    parent: Node
    parents_of: Callable[[int], Sequence[int]]


@value
class Aggregator:
    """How the values of one key become one combiner.

    Parameters:
        create: value -> combiner, for the first value of a key.
        merge_value: (combiner, value) -> combiner.
        merge_combiners: (combiner, combiner) -> combiner.
        neutral: ``create`` adds nothing to the value, so that it does not show how often a key was
            begun anew.
    """

    create: Callable[[Any], Any]
    merge_value: Callable[[Any, Any], Any]
    merge_combiners: Callable[[Any, Any], Any]
    neutral: bool = False


@value
class Grouping:
    """All values of a key, in a sequence that may lie partly on disk."""


@value
class Order:
    """Each partition's records in order of their keys (the sort is stable).

    Parameters:
        key_function: applied to a key before comparing, or None.
        ascending: False for the largest first.
        values_only: what is read is no pairs, but their values.
        pieces: how many ranges of keys a partition is written in, which follow each other, so that
            each is sorted alone: in the processor's cache, and within the worker's memory.
        piece_of: where in all pieces of all partitions a key belongs, if these are several.
    """

    key_function: Callable[[Any], Any] | None = None
    ascending: bool = True
    values_only: bool = False
    pieces: int = 1
    piece_of: Partitioner | None = None


Arrangement: TypeAlias = Aggregator | Grouping | Order | None
"""What the reading side makes of a partition's ``(key, value)`` records: one combiner a key,
one group a key, records in order, or the records as they come."""


class Join(Enum):
    """What is made of the values of each key on two sides, in place of a group.

    Rows ``(key, (value, value of the other side))`` of the first four; the others tell on which
    sides a key has to be, and give its values or, for each of these, the key alone.
    """

    INNER = "join"
    LEFT = "leftOuterJoin"
    RIGHT = "rightOuterJoin"
    FULL = "fullOuterJoin"
    WITHOUT = "subtractByKey"
    KEYS_WITHOUT = "subtract"
    COMMON_KEYS = "intersection"  # once each


class Shuffle:
    """The records of ``parent``, moved to where ``partitioner`` says their key belongs.

    Parameters:
        parent: a dataset of ``(key, value)`` pairs.
        partitioner: where each key goes.
        arrangement: what the reader makes of the records. With an `Aggregator`, map tasks
            combine before they write.
        origin: the call that needs it, for people: ``"reduceByKey at app.py:7"``.
    """

    def __init__(
        self,
        parent: Node,
        partitioner: Partitioner,
        arrangement: Arrangement = None,
        origin: str = "",
    ) -> None:
        self.id: ShuffleId = next(_shuffle_ids)
        self.parent: Node | None = parent
        self.partitioner = partitioner
        self.arrangement = arrangement
        self.origin = origin
        self._rule = Frozen((partitioner, arrangement), origin)

    @property
    def writer(self) -> Partitioner:
        """What tells the block of a key in a map output: of a partition, or of a piece of one."""
        if isinstance(self.arrangement, Order) and self.arrangement.piece_of is not None:
            return self.arrangement.piece_of
        return self.partitioner

    def renumber(self) -> None:
        """Take a new number; what was written under the old one is given up."""
        self.id = next(_shuffle_ids)

    def __reduce__(self) -> tuple[Any, ...]:
        # The reading side needs no parent: leaving it out ends the pickled graph at the stage.
        return _received, (self.id, self.origin, self._rule)


def _received(
    number: ShuffleId, origin: str, rule: Frozen[tuple[Partitioner, Arrangement]]
) -> Shuffle:
    """A shuffle as workers know it."""
    shuffle = object.__new__(Shuffle)
    shuffle.id, shuffle.origin, shuffle.parent = number, origin, None
    shuffle.partitioner, shuffle.arrangement = rule.value
    return shuffle


Dependency: TypeAlias = Narrow | Shuffle
