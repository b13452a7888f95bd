"""The reduce side of an aggregation: combiners of one key become one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from pyrite.core.context import TaskContext
from pyrite.serial.frames import Columns
from pyrite.shuffle.overflow import FAN_OUT, MAX_DEPTH, Overflow
from pyrite.shuffle.write import drain


def aggregate(
    chunks: Iterable[Columns],
    merge_combiners: Callable[[Any, Any], Any],
    task: TaskContext,
    depth: int = 0,
) -> Iterator[tuple[Any, Any]]:
    """``(key, combiner)`` for each key.

    Parameters:
        chunks: keys and combiners; of one key there may be many.
        merge_combiners: makes one combiner of an earlier and a later one.
        depth: how often the records have been divided for want of memory.
    """
    combiners: dict[Any, Any] = {}
    overflow: Overflow | None = None
    watch = task.memory.watch()
    for keys, values in chunks:
        for key, combiner in zip(keys, values, strict=True):
            if key in combiners:
                combiners[key] = merge_combiners(combiners[key], combiner)
            else:
                combiners[key] = combiner
        held = len(combiners)
        if depth < MAX_DEPTH and watch.exceeded(held):
            overflow = overflow or Overflow(depth, task)
            overflow.spill(drain(combiners))
            watch.released(held)
    if overflow is None:
        return iter(combiners.items())
    held = len(combiners)
    overflow.spill(drain(combiners))
    watch.released(held)
    parts = map(overflow.part, range(FAN_OUT))
    return chain.from_iterable(aggregate(part, merge_combiners, task, depth + 1) for part in parts)
