"""The reduce side of a sort.

Where values are the very objects that they are sorted by, as in ``sortBy(lambda x: x)``, there is
one column, not two, and what is sorted is bare keys; else it is pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from operator import itemgetter
from typing import Any

from pyrite.core.context import TaskContext
from pyrite.lineage.dependency import Order
from pyrite.serial.frames import Columns
from pyrite.shuffle.numbers import places_in_order, sorted_numbers
from pyrite.shuffle.runs import KeyOf, Run, merge, write_run


def in_order(chunks: Iterable[Columns], order: Order, task: TaskContext) -> Iterator[Any]:
    """The records sorted by key, or their values alone, if that is the order; those of equal keys
    stay as they came."""
    held = _Held()
    runs: list[Run] = []
    watch = task.memory.watch()

    def spill() -> None:
        count, bare = len(held.keys), held.is_bare
        runs.append(write_run(_entries(held, order), task, bare=bare))
        held.clear()
        watch.released(count)

    for keys, values in chunks:
        held.add(keys, values)
        if watch.exceeded(len(held.keys)):
            spill()
    if not runs:
        return _in_memory(held, order)
    if held.keys:
        spill()
    return _merged(runs, order, task)


class _Held:
    """Two columns; they are one and the same list as long as all values are their keys."""

    def __init__(self) -> None:
        self.keys: list[Any] = []
        self.values = self.keys

    @property
    def is_bare(self) -> bool:
        return self.values is self.keys

    def add(self, keys: Iterable[Any], values: Iterable[Any]) -> None:
        if self.is_bare and values is not keys:
            self.values = self.keys.copy()
        self.keys += keys
        if not self.is_bare:
            self.values += values

    def clear(self) -> None:
        self.keys.clear()
        self.values = self.keys


def _in_memory(held: _Held, order: Order) -> Iterator[Any]:
    if held.is_bare or not order.values_only:
        return _records(_entries(held, order), held.is_bare, order)
    ranks = _ranks(held.keys, order)
    places = places_in_order(ranks, order.ascending, order.pieces)
    if places is not None:
        return map(held.values.__getitem__, places)
    _sort_by(held.values, ranks, order)
    return iter(held.values)


def _entries(held: _Held, order: Order) -> Iterable[Any]:
    """Bare keys or pairs, in order."""
    if held.is_bare and order.key_function is None:
        numbers = sorted_numbers(held.keys, order.ascending, order.pieces)
        if numbers is None:
            held.keys.sort(reverse=not order.ascending)
        return held.keys if numbers is None else numbers
    ranks = _ranks(held.keys, order)
    if held.is_bare:
        _sort_by(held.keys, ranks, order)
        return held.keys
    places = places_in_order(ranks, order.ascending, order.pieces)
    if places is not None:
        columns = (map(column.__getitem__, places) for column in (held.keys, held.values))
        return zip(*columns, strict=True)
    pairs = list(zip(held.keys, held.values, strict=True))
    _sort_by(pairs, ranks, order)
    return pairs


def _sort_by(items: list[Any], ranks: list[Any], order: Order) -> None:
    # One rank after another, whatever the item: a key function in C that sorts by a column.
    items.sort(key=partial(next, iter(ranks)), reverse=not order.ascending)


def _merged(runs: list[Run], order: Order, task: TaskContext) -> Iterator[Any]:
    bare = all(run.bare for run in runs)
    if not bare:
        runs = [_with_values(run, task) if run.bare else run for run in runs]
    key = _key_of(order, bare)
    chunks = merge(runs, key, task, reverse=not order.ascending)
    return chain.from_iterable(_records(chunk, bare, order) for chunk in chunks)


def _with_values(run: Run, task: TaskContext) -> Run:
    keys = chain.from_iterable(run.chunks())
    pairs = write_run(((key, key) for key in keys), task)
    run.remove()
    return pairs


def _records(entries: Iterable[Any], bare: bool, order: Order) -> Iterator[Any]:
    """What bare keys or pairs stand for."""
    if bare:
        return iter(entries) if order.values_only else ((key, key) for key in entries)
    return map(itemgetter(1), entries) if order.values_only else iter(entries)


def _ranks(keys: list[Any], order: Order) -> list[Any]:
    function = order.key_function
    return keys if function is None else [function(key) for key in keys]


def _key_of(order: Order, bare: bool) -> KeyOf | None:
    function: Callable[[Any], Any] | None = order.key_function
    if bare or function is None:
        return function if bare else itemgetter(0)
    return lambda pair: function(pair[0])
