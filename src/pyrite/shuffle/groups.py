"""The reduce side of grouping and cogrouping: the values of one key, from each of several sides.

Every side has a table, key -> list of values. Under memory pressure the tables are written out,
divided by the hash of the key, and each part is grouped alone at the end. A key with so many
values that no division could make its part small gets a file of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from pyrite.core.context import TaskContext
from pyrite.serial.frames import Columns
from pyrite.shuffle.overflow import FAN_OUT, MAX_DEPTH, Overflow
from pyrite.shuffle.pairs import SOUND, check_pair
from pyrite.shuffle.portions import Portions
from pyrite.shuffle.values import SpilledValues, Values
from pyrite.shuffle.write import drain

Group: TypeAlias = tuple[Any, tuple[list[Any] | Values, ...]]
"""A key, and its values on each side."""

_HEAVY = 4
"""A key is heavy if it has more than one in so many of the values that are held."""


class Groups:
    """Collects the values of each key.

    Parameters:
        sides: how many parents are grouped together.
        task: the attempt at work.
        depth: how often the records have been divided for want of memory.
    """

    def __init__(self, sides: int, task: TaskContext, depth: int = 0) -> None:
        self._task = task
        self._depth = depth
        self._tables: list[dict[Any, list[Any]]] = [{} for _ in range(sides)]
        self._held = 0
        self._watch = task.memory.watch()
        self._overflows: list[Overflow] = []
        self._heavy: dict[Any, list[SpilledValues]] = {}

    def add_columns(self, side: int, chunks: Iterable[Columns]) -> None:
        """Add records of ``side`` that come in chunks."""
        table = self._tables[side]
        for keys, values in chunks:
            for key, value in zip(keys, values, strict=True):
                if key in table:
                    table[key].append(value)
                else:
                    table[key] = [value]
            self._held += len(keys)
            if self._short_of_memory():
                self._spill()

    def add_pairs(self, side: int, records: Iterable[Any]) -> None:
        """Add records of ``side`` that were not shuffled, hence not looked at before."""
        table = self._tables[side]
        portions = Portions(records, self._task.batch_size)
        record = SOUND
        try:
            for portion in portions:
                for record in portion:
                    key, value = record
                    if key in table:
                        table[key].append(value)
                    else:
                        table[key] = [value]
                self._held += portions.size
                if self._short_of_memory():
                    self._spill()
                    portions.spilled()
        except (TypeError, ValueError):
            check_pair(record)
            raise

    def finish(self) -> Iterator[Group]:
        """The groups, once all records have been added."""
        if not self._overflows:
            return self._in_memory()
        self._spill()
        return self._from_parts()

    def _in_memory(self) -> Iterator[Group]:
        for side, table in enumerate(self._tables):
            later = self._tables[side + 1 :]
            for key, values in table.items():
                group: list[list[Any] | Values] = [[] for _ in range(side)]
                group.append(values)
                group.extend([other.pop(key, []) for other in later])
                yield key, tuple(group)

    def _from_parts(self) -> Iterator[Group]:
        for key, sides in self._heavy.items():
            yield key, tuple(values.finish() for values in sides)
        for number in range(FAN_OUT):
            groups = Groups(len(self._tables), self._task, self._depth + 1)
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
                if key in table:
                    sides[side].extend(table.pop(key))
            overflow.spill((key, value) for key, values in drain(table) for value in values)
        self._watch.released(self._held)
        self._held = 0

    def _heavy_keys(self) -> dict[Any, list[SpilledValues]]:
        return {
            key: [SpilledValues(self._task) for _ in self._tables]
            for table in self._tables
            for key, values in table.items()
            if len(values) * _HEAVY > self._held
        }
