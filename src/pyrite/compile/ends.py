"""What ends the run of ops that a stage compiles, and what becomes of it. Light to import: tasks
need no more of the compiler than this, and `pyrite.compile.bound`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pyrite.compile.stage import StageCode
from pyrite.lineage.dependency import Aggregator, Shuffle
from pyrite.lineage.ops import MapPartitions, Op
from pyrite.lineage.partitioner import HashPartitioner
from pyrite.lineage.terminals import Collect, Count, Draw, Fold, ForEach, Reduce
from pyrite.serial.hashing import stable_hash


@dataclass(frozen=True)
class Combine:
    """Into a dict, one combiner a key."""

    create: Any
    merge_value: Any


@dataclass(frozen=True)
class Scatter:
    """Into columns, by the partition of the key.

    Parameters:
        plain: it is the usual hash of the key that places it.
    """

    plain: bool


End: TypeAlias = Collect | Count | Draw | Fold | ForEach | Reduce | Combine | Scatter


def functions_of(end: End) -> list[Any]:
    """The user's functions in what ends a run."""
    match end:
        case Combine(create, merge_value):
            return [create, merge_value]
        case Fold() | ForEach() | Reduce():
            return [end.function]
    return []


def end_of(shuffle: Shuffle) -> End:
    """What writing a shuffle does with records."""
    if isinstance(shuffle.arrangement, Aggregator):
        return Combine(shuffle.arrangement.create, shuffle.arrangement.merge_value)
    place = shuffle.partitioner
    return Scatter(type(place) is HashPartitioner and place.function is stable_hash)


def trailing(ops: Sequence[Op]) -> Sequence[Op]:
    """The run of by-record ops at the end."""
    first = len(ops)
    while first and not isinstance(ops[first - 1], MapPartitions):
        first -= 1
    return ops[first:]


@dataclass(frozen=True)
class Compiled:
    """What became of a run of ops.

    Parameters:
        stage: its code, or None if it is better run as it is.
        source: the generated function, for people.
        reasons: for each function, why it is called and not written out, or "".
    """

    stage: StageCode | None
    source: str
    reasons: tuple[tuple[Any, str], ...]
