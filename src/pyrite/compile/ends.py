"""What ends the run of ops that a stage compiles, and what becomes of it. Light to import: tasks
need no more of the compiler than this, and `pyrite.compile.bound`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from pyrite.compile.stage import StageCode
from pyrite.core.lean import value
from pyrite.lineage.dependency import Aggregator, Shuffle
from pyrite.lineage.ops import Op
from pyrite.lineage.partitioner import HashPartitioner
from pyrite.lineage.terminals import Collect, Count, Draw, Fold, ForEach, Reduce
from pyrite.serial.hashing import stable_hash

_MOST_STEPS = 100
"""Steps of one function. Each may be nested in the one before."""


@value
class Combine:
    """Into a dict, one combiner a key."""

    create: Any
    merge_value: Any


@value
class Merge:
    """Combiners, of a shuffle's reader, into a dict, one a key."""

    merge_combiners: Any


@value
class Yield:
    """One after another, to whoever draws them.

    Parameters:
        again: who draws them may do so again after an exception.
    """

    again: bool = True


@value
class Scatter:
    """Into columns, by the partition of the key.

    Parameters:
        plain: it is the usual hash of the key that places it.
    """

    plain: bool


End: TypeAlias = Collect | Count | Fold | ForEach | Reduce | Combine | Merge | Scatter | Yield


def functions_of(end: End) -> list[Any]:
    """The user's functions in what ends a run."""
    match end:
        case Combine(create, merge_value):
            return [create, merge_value]
        case Merge(merge_combiners):
            return [merge_combiners]
        case Fold() | ForEach() | Reduce():
            return [end.function]
    return []


def end_of(shuffle: Shuffle) -> End:
    """What writing a shuffle does with records."""
    if isinstance(shuffle.arrangement, Aggregator):
        return Combine(shuffle.arrangement.create, shuffle.arrangement.merge_value)
    place = shuffle.partitioner
    return Scatter(type(place) is HashPartitioner and place.function is stable_hash)


def end_of_result(action: object) -> End | None:
    """What a result task does with records, if it is known."""
    match action:
        case Draw():
            return Yield(again=False)
        case Collect() | Count() | Fold() | ForEach() | Reduce():
            return action
    return None


def runs(ops: Sequence[Op]) -> list[tuple[int, Sequence[Op]]]:
    """The runs of by-record ops, each with the number of its first; long ones in parts."""
    found: list[tuple[int, Sequence[Op]]] = []
    first = 0
    for number, op in enumerate([*ops, None]):
        is_over = op is None or not op.by_record
        if first < number and (is_over or number - first == _MOST_STEPS):
            found.append((first, ops[first:number]))
            first = number
        if is_over:
            first = number + 1
    return found


def trailing(ops: Sequence[Op]) -> Sequence[Op]:
    """The run of by-record ops that is not followed by any others."""
    last = runs(ops)[-1:]
    return last[0][1] if last and ops[-1].by_record else ()


@value
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
