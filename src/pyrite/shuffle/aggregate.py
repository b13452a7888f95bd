"""The reduce side of an aggregation: combiners of one key become one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import Any

from pyrite.core.context import TaskContext
from pyrite.shuffle.fetch import Columns
from pyrite.shuffle.runs import Run, merge, write_run

_hash_of = itemgetter(0)


def aggregate(
    chunks: Iterable[Columns], merge_combiners: Callable[[Any, Any], Any], task: TaskContext
) -> Iterator[tuple[Any, Any]]:
    """``(key, combiner)`` for each key.

    Under memory pressure the combiners so far are written as a run, in the order of their keys'
    hashes, since keys need not have an order of their own.
    """
    combiners: dict[Any, Any] = {}
    runs: list[Run] = []

    def spill() -> None:
        held = len(combiners)
        runs.append(write_run(_drain(combiners), task))
        task.memory.released(held)

    for keys, values in chunks:
        for key, combiner in zip(keys, values, strict=True):
            if key in combiners:
                combiners[key] = merge_combiners(combiners[key], combiner)
            else:
                combiners[key] = combiner
        if task.memory.exceeded(len(combiners)):
            spill()
    if not runs:
        return iter(combiners.items())
    if combiners:
        spill()
    return _merged(merge(runs, _hash_of, task), merge_combiners)


def _drain(combiners: dict[Any, Any]) -> Iterator[tuple[int, Any, Any]]:
    """Empty the dict, by hash. The hash goes along, for a key that is not equal to itself (NaN)
    hashes by its address, and has another once it is read back."""
    for key in sorted(combiners, key=hash):
        yield hash(key), key, combiners.pop(key)
    combiners.clear()


def _merged(
    chunks: Iterable[list[tuple[Any, ...]]], merge_combiners: Callable[[Any, Any], Any]
) -> Iterator[tuple[Any, Any]]:
    current = None
    combiners: dict[Any, Any] = {}
    for chunk in chunks:
        for code, key, combiner in chunk:
            if code != current:
                yield from combiners.items()
                combiners.clear()
                current = code
            if key in combiners:
                combiners[key] = merge_combiners(combiners[key], combiner)
            else:
                combiners[key] = combiner
    yield from combiners.items()
