"""A stage's program: what each of its tasks runs. Pickled once, sent once to each worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from pyrite.core.context import TaskContext
from pyrite.core.outcome import Success
from pyrite.lineage.dependency import Shuffle
from pyrite.lineage.node import Node
from pyrite.serial.records import dumps

Action: TypeAlias = Callable[[Iterator[Any], TaskContext], Any]
"""What a result task makes of its partition's records."""


class Program(Protocol):
    """The code of a stage."""

    def run(self, partition: int, task: TaskContext) -> Success:
        """Compute one partition."""
        ...


@dataclass(frozen=True)
class MapProgram:
    """Compute a partition and write it for the shuffle's readers."""

    node: Node
    shuffle: Shuffle

    def run(self, partition: int, task: TaskContext) -> Success:
        records = self.node.compute(partition, task)
        return Success(output=task.shuffle.write(self.shuffle, records, task))


@dataclass(frozen=True)
class ResultProgram:
    """Compute a partition and give what ``action`` makes of it to the driver."""

    node: Node
    action: Action

    def run(self, partition: int, task: TaskContext) -> Success:
        records = self.node.compute(partition, task)
        return Success(result=dumps(self.action(records, task)))
