"""The reduce side of grouping and cogrouping: the values of one key, from each of several sides.

Every side has a table, key -> list of values. Under memory pressure all tables are written as
runs in the order of their keys' hashes, and merged at the end. A long list is written in pieces,
so that a key whose values alone are larger than memory passes through in pieces too, and ends in a
file of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any, TypeAlias

from pyrite.core.context import TaskContext
from pyrite.shuffle.fetch import Columns
from pyrite.shuffle.pairs import SOUND, check_pair
from pyrite.shuffle.portions import Portions
from pyrite.shuffle.runs import Run, RunWriter, merge
from pyrite.shuffle.values import Values, ValuesBuilder

Group: TypeAlias = tuple[Any, tuple[list[Any] | Values, ...]]
"""A key, and its values on each side."""

Piece: TypeAlias = tuple[int, Any, int, list[Any]]
"""What runs hold: hash of the key, key, side, some of the values."""

_hash_of = itemgetter(0)


class Groups:
    """Collects the values of each key.

    Parameters:
        sides: how many parents are grouped together.
        task: the attempt at work.
    """

    def __init__(self, sides: int, task: TaskContext) -> None:
        self._task = task
        self._tables: list[dict[Any, list[Any]]] = [{} for _ in range(sides)]
        self._runs: list[Run] = []
        self._held = 0

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
            if self._task.memory.exceeded(self._held):
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
                if self._task.memory.exceeded(self._held):
                    self._spill()
                    portions.spilled()
        except (TypeError, ValueError):
            check_pair(record)
            raise

    def finish(self) -> Iterator[Group]:
        """The groups, once all records have been added."""
        if not self._runs:
            return self._in_memory()
        if self._held:
            self._spill()
        return self._merged()

    def _in_memory(self) -> Iterator[Group]:
        for side, table in enumerate(self._tables):
            later = self._tables[side + 1 :]
            for key, values in table.items():
                group: list[list[Any] | Values] = [[] for _ in range(side)]
                group.append(values)
                group.extend([other.pop(key, []) for other in later])
                yield key, tuple(group)

    def _spill(self) -> None:
        for side, table in enumerate(self._tables):
            if table:
                with RunWriter(self._task) as writer:
                    writer.fill(_drain(table, side, writer), _weigh)
                    self._runs.append(writer.finish())
        self._task.memory.released(self._held)
        self._held = 0

    def _merged(self) -> Iterator[Group]:
        sides = range(len(self._tables))
        current = None
        groups: dict[Any, list[ValuesBuilder]] = {}
        for chunk in merge(self._runs, _hash_of, self._task, weigh=_weigh):
            for code, key, side, values in chunk:
                if code != current:
                    yield from _finished(groups)
                    groups.clear()
                    current = code
                if key not in groups:
                    groups[key] = [ValuesBuilder(self._task) for _ in sides]
                groups[key][side].extend(values)
        yield from _finished(groups)


def _finished(groups: dict[Any, list[ValuesBuilder]]) -> Iterator[Group]:
    for key, builders in groups.items():
        yield key, tuple(builder.finish() for builder in builders)


def _drain(table: dict[Any, list[Any]], side: int, writer: RunWriter) -> Iterator[Piece]:
    """Empty the table, by hash (see `pyrite.shuffle.aggregate`), in pieces of a chunk at most."""
    for key in sorted(table, key=hash):
        values = table.pop(key)
        start = 0
        while start < len(values):
            piece = values[start : start + writer.limit]
            start += len(piece)
            yield hash(key), key, side, piece
    table.clear()


def _weigh(piece: Piece) -> int:
    return len(piece[3])
