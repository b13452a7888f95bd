"""The reduce side of an aggregation: combiners of one key become one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from pyrite.core.context import TaskContext
from pyrite.serial.frames import Columns
from pyrite.shuffle.overflow import FAN_OUT, MAX_DEPTH, Overflow
from pyrite.shuffle.write import RARE, drain

if TYPE_CHECKING:
    from pyrite.compile.bound import Bound


def aggregate(
    chunks: Iterable[Columns],
    merge_combiners: Callable[[Any, Any], Any],
    task: TaskContext,
    loop: Bound | None = None,
    depth: int = 0,
) -> Iterator[tuple[Any, Any]]:
    """``(key, combiner)`` for each key.

    Parameters:
        chunks: keys and combiners; of one key there may be many.
        merge_combiners: makes one combiner of an earlier and a later one.
        loop: does that for columns of them, in the place of this module's own.
        depth: how often the records have been divided for want of memory.
    """
    combiners: dict[Any, Any] = {}
    overflow: Overflow | None = None
    watch = task.memory.watch()
    merge = partial(_merge, merge_combiners) if loop is None else loop.run
    chunks, taken = iter(chunks), 0
    for keys, values in chunks:
        merge(zip(keys, values, strict=True), combiners)
        taken += len(keys)
        held = len(combiners)
        if depth < MAX_DEPTH and watch.exceeded(held):
            overflow = overflow or Overflow(depth, task)
            overflow.spill(drain(combiners))
            watch.released(held)
            if held > RARE * taken:  # the others can go without being looked up before
                overflow.spill(chain.from_iterable(map(_pairs, chunks)))
            taken = 0
    if overflow is None:
        return iter(combiners.items())
    held = len(combiners)
    overflow.spill(drain(combiners))
    watch.released(held)
    parts = map(overflow.part, range(FAN_OUT))
    return chain.from_iterable(
        aggregate(part, merge_combiners, task, loop, depth + 1) for part in parts
    )


def _pairs(chunk: Columns) -> Iterator[tuple[Any, Any]]:
    return zip(*chunk, strict=True)


def _merge(
    merge_combiners: Callable[[Any, Any], Any],
    pairs: Iterable[tuple[Any, Any]],
    combiners: dict[Any, Any],
) -> None:
    for key, combiner in pairs:
        if key in combiners:
            combiners[key] = merge_combiners(combiners[key], combiner)
        else:
            combiners[key] = combiner
