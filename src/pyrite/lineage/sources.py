"""Sources that need no storage: a collection of the driver's, and nothing at all."""

from __future__ import annotations

import operator
import pickle
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pickle import PickleBuffer
from typing import Any

from pyrite.core.context import TaskContext
from pyrite.lineage.node import Source
from pyrite.serial.records import Pickle, dumps_by_value, loads


class Collection(Source):
    """A sequence of the driver's, cut into partitions as PySpark cuts it.

    Records are pickled once, when the node is made: what happens to the list afterwards
    changes nothing. A range stays a range.

    Example:
        >>> Collection.of([10, 11, 12, 13, 14], 2).num_partitions
        2
    """

    @classmethod
    def of(cls, records: Sequence[Any], num_partitions: int) -> Collection:
        cut = _cut_range if isinstance(records, range) else _cut_list
        dumps = pickle.dumps if isinstance(records, range) else dumps_by_value
        length = len(records) if type(records) is range else 0
        return cls([dumps(part) for part in cut(records, num_partitions)], length)

    def __init__(self, splits: Sequence[bytes], length: int = 0) -> None:
        super().__init__(splits)
        self.length = length
        """How many records there are, if it is a range; then each partition is one, too."""

    def part(self, partition: int, task: TaskContext) -> range:
        """A partition of a range, to be computed in another way than record by record."""
        records: range = loads(task.splits[self.id, partition])
        return records

    def is_done(self, partition: int, task: TaskContext) -> None:
        """Count the records of such a partition as read."""
        split = task.splits[self.id, partition]
        task.metrics.records_read += len(loads(split))
        task.metrics.bytes_read += len(split)

    def split(self, partition: int) -> PickleBuffer:
        return PickleBuffer(self._splits[partition])  # not copied on its way, if it is large

    def read(self, split: Pickle, task: TaskContext) -> Iterator[Any]:
        records = loads(split)
        iterator: Iterator[Any] = iter(records)
        task.metrics.records_read += len(records)
        task.metrics.bytes_read += memoryview(split).nbytes

        def position() -> str:
            return f"record {len(records) - operator.length_hint(iterator) - 1} of the partition"

        task.position = position
        return iterator


def _cut_range(records: Sequence[Any], parts: int) -> list[Sequence[Any]]:
    bounds = [int(part * len(records) / parts) for part in range(parts + 1)]
    return [records[start:end] for start, end in pairwise(bounds)]


def _cut_list(records: Sequence[Any], parts: int) -> list[Sequence[Any]]:
    # PySpark pickles a list in batches and deals out whole batches, so we do too: results
    # that depend on the layout (glom, zipWithIndex) agree.
    batch = max(1, min(len(records) // parts, 1024))
    batches = -(-len(records) // batch)
    bounds = [part * batches // parts * batch for part in range(parts + 1)]
    return [records[start:end] for start, end in pairwise(bounds)]


class Empty(Source):
    """No partitions, no records."""

    def __init__(self) -> None:
        super().__init__(())

    def read(self, split: Any, task: TaskContext) -> Iterator[Any]:
        return iter(())
