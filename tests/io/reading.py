"""Reads a source as an executor would, one task per partition."""

import pickle
from typing import Any

from pyrite.core.context import TaskContext
from pyrite.core.ids import AttemptId
from pyrite.io.source import FileSource


def task_for(source: FileSource, partition: int) -> TaskContext:
    split = pickle.loads(pickle.dumps(source.split(partition)))
    no_service: Any = None
    return TaskContext(
        attempt=AttemptId(0, partition, 0),
        splits={(source.id, partition): split},
        shuffle=no_service,
        memory=no_service,
        broadcasts=no_service,
        blocks=no_service,
        scratch="",
    )


def read(source: FileSource) -> list[list[Any]]:
    """The records of each partition."""
    sent = pickle.loads(pickle.dumps(source))
    partitions = []
    for partition in range(source.num_partitions):
        task = task_for(source, partition)
        partitions.append(list(sent.compute(partition, task)))
        assert task.position is None
        task.close()
    return partitions


def read_all(source: FileSource) -> list[Any]:
    """The records of all partitions, in order."""
    return [record for partition in read(source) for record in partition]
