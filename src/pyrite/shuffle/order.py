"""The reduce side of a sort."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from operator import itemgetter
from typing import Any

from pyrite.core.context import TaskContext
from pyrite.lineage.dependency import Order
from pyrite.serial.frames import Columns
from pyrite.shuffle.runs import Run, merge, write_run


def in_order(
    chunks: Iterable[Columns], order: Order, task: TaskContext
) -> Iterator[tuple[Any, Any]]:
    """The records sorted by key; those of equal keys stay as they came."""
    key = _key_of(order)
    reverse = not order.ascending
    records: list[tuple[Any, Any]] = []
    runs: list[Run] = []
    watch = task.memory.watch()

    def spill() -> None:
        held = len(records)
        records.sort(key=key, reverse=reverse)
        runs.append(write_run(records, task))
        records.clear()
        watch.released(held)

    for keys, values in chunks:
        records.extend(zip(keys, values, strict=True))
        if watch.exceeded(len(records)):
            spill()
    if not runs:
        records.sort(key=key, reverse=reverse)
        return iter(records)
    if records:
        spill()
    return chain.from_iterable(merge(runs, key, task, reverse=reverse))


def _key_of(order: Order) -> Callable[[Any], Any]:
    key_function = order.key_function
    if key_function is None:
        return itemgetter(0)
    return lambda record: key_function(record[0])
