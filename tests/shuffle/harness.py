"""A shuffle without an engine: every map task, then every reduce task, in this process."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from types import SimpleNamespace
from typing import Any

from pyrite.blocks.store import BlockStore
from pyrite.core.context import MemoryGuard, MemoryWatch, TaskContext
from pyrite.core.ids import AttemptId
from pyrite.core.specs import MapOutput
from pyrite.lineage.dependency import Arrangement, Shuffle
from pyrite.lineage.partitioner import HashPartitioner, Partitioner
from pyrite.shuffle.service import FileShuffle


class Roomy:
    """Memory that never runs short; its own watch."""

    def watch(self) -> MemoryWatch:
        return self

    def exceeded(self, held: int) -> bool:
        return False

    def released(self, held: int) -> None:
        pass


class Starved(Roomy):
    """Memory that is short at every look."""

    def exceeded(self, held: int) -> bool:
        return held > 0


class Fitful(Roomy):
    """Memory that is short now and then, by a seeded coin."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def exceeded(self, held: int) -> bool:
        return held > 0 and self._random.random() < 0.3


def shuffle_of(
    maps: int, partitioner: Partitioner | None = None, arrangement: Arrangement = None
) -> Shuffle:
    """A dependency on a parent of ``maps`` partitions."""
    parent: Any = SimpleNamespace(num_partitions=maps)
    return Shuffle(parent, partitioner or HashPartitioner(3), arrangement)


@dataclass
class Sandbox:
    """A node's folder, and tasks that work in it."""

    folder: str
    memory: MemoryGuard = field(default_factory=Roomy)
    batch_size: int = 4096
    tasks: list[TaskContext] = field(default_factory=list)
    _attempts: Iterator[int] = field(default_factory=count)

    def task(self, partition: int = 0) -> TaskContext:
        attempt = AttemptId(0, partition, next(self._attempts))
        scratch = os.path.join(self.folder, "scratch-" + "-".join(map(str, attempt)))
        shuffle = FileShuffle(self.folder, "here", {})
        no_service: Any = None  # broadcasts are not what is tested
        task = TaskContext(
            attempt,
            splits={},
            shuffle=shuffle,
            memory=self.memory,
            broadcasts=no_service,
            blocks=BlockStore(self.folder, "worker", "here", budget=0),
            scratch=scratch,
            batch_size=self.batch_size,
        )
        self.tasks.append(task)
        return task

    def service(self, shuffle: Shuffle, outputs: Sequence[MapOutput]) -> FileShuffle:
        return FileShuffle(self.folder, "here", {shuffle.id: outputs})

    def write(self, shuffle: Shuffle, partitions: Iterable[Iterable[Any]]) -> list[MapOutput]:
        service = FileShuffle(self.folder, "here", {})
        return [
            service.write(shuffle, iter(records), self.task(number))
            for number, records in enumerate(partitions)
        ]

    def read(self, shuffle: Shuffle, outputs: Sequence[MapOutput]) -> list[list[Any]]:
        service = self.service(shuffle, outputs)
        return [
            list(service.read(shuffle, partition, self.task(partition)))
            for partition in range(shuffle.partitioner.num_partitions)
        ]

    def run(self, shuffle: Shuffle, partitions: Iterable[Iterable[Any]]) -> list[list[Any]]:
        return self.read(shuffle, self.write(shuffle, partitions))

    @property
    def spills(self) -> int:
        return sum(task.metrics.spills for task in self.tasks)


@contextmanager
def sandbox(memory: MemoryGuard | None = None, batch_size: int = 4096) -> Iterator[Sandbox]:
    """A sandbox that closes its tasks and removes its files."""
    with tempfile.TemporaryDirectory() as folder:
        box = Sandbox(folder, memory or Roomy(), batch_size)
        try:
            yield box
        finally:
            for task in box.tasks:
                task.close()


def cut(records: Sequence[Any], pieces: int) -> list[Sequence[Any]]:
    """Deal records into ``pieces`` map partitions, in stretches."""
    size = -(-len(records) // pieces) or 1
    return [records[start * size : (start + 1) * size] for start in range(pieces)]
