"""The map side: records into partitions, combined first if the shuffle has an aggregator.

These loops see every record, so they are written out plainly: no call per record but the user's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import repeat, starmap
from typing import TYPE_CHECKING, Any

from pyrite.core.context import TaskContext
from pyrite.lineage.dependency import Aggregator
from pyrite.lineage.partitioner import HashPartitioner, Partitioner
from pyrite.serial.hashing import PLAIN_TYPES, stable_hash
from pyrite.shuffle.buckets import Buckets
from pyrite.shuffle.loops import Metered, most_between_looks, run_loop
from pyrite.shuffle.pairs import SOUND, check_pair, check_place
from pyrite.shuffle.portions import Portions

if TYPE_CHECKING:
    from pyrite.compile.bound import Bound

_SAMPLE = 1 << 15
"""Records that show whether keys come again."""

RARE = 0.9
"""Keys come again rarely if more than this share of records have keys of their own."""


def scatter(
    records: Iterable[Any],
    place: Callable[[Any], int],
    buckets: Buckets,
    task: TaskContext,
    loop: Bound | None = None,
) -> None:
    """Put each record into the bucket of its key; spill the buckets if memory runs short."""
    plain_hash = _is_plain(place)
    put = _put_by_hash if plain_hash else _put
    watch = task.memory.watch()
    portions = Portions(records, most_between_looks(task, loop))

    def look() -> bool:
        buckets.settle()
        held = buckets.held
        spill = watch.exceeded(held)
        if spill:
            buckets.spill()
            watch.released(held)
            portions.spilled()
        return spill

    metered = Metered(look, task.batch_size)
    for portion in portions:
        if loop is None:
            put(portion, place, buckets)
        else:
            keys = [keys.append for keys in buckets.keys]
            values = [values.append for values in buckets.values]
            arguments = (portion, keys, values, place, len(keys), metered)
            run_loop(loop, *arguments, place=None if plain_hash else place)
        look()


def combine(
    records: Iterable[Any],
    aggregator: Aggregator,
    partitioner: Partitioner,
    buckets: Buckets,
    task: TaskContext,
    loop: Bound | None = None,
) -> None:
    """Combine the values of each key, and put the combiners into the bucket of their key.

    Where keys turn out to come again rarely, a table of all of them would cost more than it saves,
    and is emptied after each portion.
    """
    combiners: dict[Any, Any] = {}
    watch = task.memory.watch()
    portions = Portions(records, most_between_looks(task, loop))
    may_begin_anew = aggregator.neutral and (loop is None or not loop.stage.flat)
    taken, enough = 0, _SAMPLE

    def look() -> bool:
        nonlocal taken
        held = len(combiners) + buckets.held
        spill = watch.exceeded(held)
        if spill:
            scatter(drain(combiners), partitioner, buckets, task)
            buckets.spill()
            watch.released(held)
            portions.spilled()
            taken = 0
        return spill

    metered = Metered(look, task.batch_size)
    for portion in portions:
        if loop is None:
            _merge(portion, aggregator, combiners)
        else:
            run_loop(loop, portion, combiners, metered)
        taken += portions.size
        if may_begin_anew and taken >= enough:
            may_begin_anew = len(combiners) > RARE * taken
            if may_begin_anew:
                _scatter_table(combiners, partitioner, buckets)
                taken, enough = 0, 1
        look()
    scatter(combiners.items(), partitioner, buckets, task)


def _scatter_table(combiners: dict[Any, Any], partitioner: Partitioner, buckets: Buckets) -> None:
    put = _put_by_hash if _is_plain(partitioner) else _put
    put(combiners.items(), partitioner, buckets)
    combiners.clear()
    buckets.settle()


def _merge(portion: Iterable[Any], aggregator: Aggregator, combiners: dict[Any, Any]) -> None:
    create, merge_value = aggregator.create, aggregator.merge_value
    record = SOUND
    try:
        for record in portion:
            key, value = record
            if key in combiners:
                combiners[key] = merge_value(combiners[key], value)
            else:
                combiners[key] = create(value)
    except (TypeError, ValueError):
        check_pair(record)
        raise


def drain(table: dict[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """Empty the dict item by item, so that its memory goes as that of frames comes."""
    return starmap(table.popitem, repeat((), len(table)))


def _put(portion: Iterable[Any], place: Callable[[Any], int], buckets: Buckets) -> None:
    add_key = [keys.append for keys in buckets.keys]
    add_value = [values.append for values in buckets.values]
    record = SOUND
    try:
        for record in portion:
            key, value = record
            partition = place(key)
            add_key[partition](key)
            add_value[partition](value)
    except (TypeError, ValueError):
        check_pair(record)
        check_place(place, record)
        raise


def _put_by_hash(portion: Iterable[Any], _: Callable[[Any], int], buckets: Buckets) -> None:
    """`_put` for the usual partitioner and the usual keys, without a call per record."""
    add_key = [keys.append for keys in buckets.keys]
    add_value = [values.append for values in buckets.values]
    count = len(add_key)
    plain = PLAIN_TYPES
    record = SOUND
    try:
        for record in portion:
            key, value = record
            partition = (hash(key) if type(key) in plain else stable_hash(key)) % count
            add_key[partition](key)
            add_value[partition](value)
    except (TypeError, ValueError):
        check_pair(record)
        raise


def _is_plain(place: Callable[[Any], int]) -> bool:
    return type(place) is HashPartitioner and place.function is stable_hash
