"""The reduce side of grouping, cogrouping and joining: the values of one key, from each of several
sides.

Every side has a table. Under memory pressure the tables are written out, divided by the hash of the
key, and each part is grouped alone at the end. A key with so many values that no division could
make its part small gets a file of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from pyrite.core.context import TaskContext
from pyrite.lineage.dependency import Join
from pyrite.serial.frames import Columns
from pyrite.shuffle.joins import joined
from pyrite.shuffle.overflow import FAN_OUT, MAX_DEPTH, Overflow
from pyrite.shuffle.pairs import SOUND, check_pair
from pyrite.shuffle.portions import Portions
from pyrite.shuffle.tables import Table
from pyrite.shuffle.values import SpilledValues, Values
from pyrite.shuffle.write import drain

Group: TypeAlias = tuple[Any, tuple[list[Any] | Values, ...]]
"""A key, and its values on each side."""

_HEAVY = 4
"""A key is heavy if it has more than one in so many of the values that are held."""

_KEYS_ONLY = {Join.COMMON_KEYS: (0, 1), Join.WITHOUT: (1,), Join.KEYS_WITHOUT: (1,)}
"""Sides of which a join needs the keys alone."""


class Groups:
    """Collects the values of each key.

    Parameters:
        sides: how many parents are grouped together.
        task: the attempt at work.
        join: what to make of the two sides, or None for groups.
        depth: how often the records have been divided for want of memory.
    """

    def __init__(
        self, sides: int, task: TaskContext, join: Join | None = None, depth: int = 0
    ) -> None:
        self._task = task
        self._join = join
        self._depth = depth
        keys_only = _KEYS_ONLY.get(join, ()) if join else ()
        self._tables = [Table(side in keys_only) for side in range(sides)]
        self._held = 0
        self._watch = task.memory.watch()
        self._overflows: list[Overflow] = []
        self._heavy: dict[Any, list[SpilledValues]] = {}

    def add_columns(self, side: int, chunks: Iterable[Columns]) -> None:
        """Add records of ``side`` that come in chunks."""
        table = self._tables[side]
        for keys, values in chunks:
            table.add(keys, values)
            self._held += len(keys)
            if self._short_of_memory():
                self._spill()

    def add_pairs(self, side: int, records: Iterable[Any]) -> None:
        """Add records of ``side`` that were not shuffled, hence not looked at before."""
        table = self._tables[side]
        portions = Portions(records, self._task.batch_size)
        for portion in portions:
            keys: list[Any] = []
            values: list[Any] = []
            record = SOUND
            try:
                for record in portion:
                    key, value = record
                    keys.append(key)
                    values.append(value)
                table.add(keys, values)
            except (TypeError, ValueError):
                check_pair(record)
                for pair in zip(keys, values, strict=True):
                    check_pair(pair)
                raise
            self._held += len(keys)
            if self._short_of_memory():
                self._spill()
                portions.spilled()

    def finish(self) -> Iterator[Any]:
        """The groups, or the rows of the join, once all records have been added."""
        if not self._overflows:
            return _outcome(self._join, self._tables)
        self._spill()
        return self._from_parts()

    def _from_parts(self) -> Iterator[Any]:
        heavy = [Table() for _ in self._tables]
        for key, sides in self._heavy.items():
            for table, values in zip(heavy, sides, strict=True):
                table.put(key, values.finish())
        yield from _outcome(self._join, heavy)
        for number in range(FAN_OUT):
            groups = Groups(len(self._tables), self._task, self._join, self._depth + 1)
            for side, overflow in enumerate(self._overflows):
                groups.add_columns(side, overflow.part(number))
            yield from groups.finish()

    def _short_of_memory(self) -> bool:
        return self._depth < MAX_DEPTH and self._watch.exceeded(self._held)

    def _spill(self) -> None:
        if not self._overflows:
            self._overflows = [Overflow(self._depth, self._task) for _ in self._tables]
            # Only now, when no values of theirs are among the parts yet.
            self._heavy = self._heavy_keys()
        for side, (table, overflow) in enumerate(zip(self._tables, self._overflows, strict=True)):
            for key, sides in self._heavy.items():
                sides[side].extend(table.take(key))
            spill = overflow.spill if table.single else overflow.spill_groups
            spill(drain(table.empty()))
        self._watch.released(self._held)
        self._held = 0

    def _heavy_keys(self) -> dict[Any, list[SpilledValues]]:
        heavy = {
            key
            for table in self._tables
            if not table.single
            for key, values in table.by_key.items()
            if len(values) * _HEAVY > self._held
        }
        # Of equal keys that are not the same, such as 0 and False, the first side's stands for all.
        first = {key: None for table in self._tables for key in table.by_key if key in heavy}
        return {key: [SpilledValues(self._task) for _ in self._tables] for key in first}


def _outcome(join: Join | None, tables: list[Table]) -> Iterator[Any]:
    if join is None:
        return _grouped(tables)
    left, right = tables
    return joined(join, left, right)


def _grouped(tables: list[Table]) -> Iterator[Group]:
    for side, table in enumerate(tables):
        later = tables[side + 1 :]
        for key, values in table.groups():
            group: list[list[Any] | Values] = [[] for _ in range(side)]
            group.append(values)
            group.extend([other.take(key) for other in later])
            yield key, tuple(group)
