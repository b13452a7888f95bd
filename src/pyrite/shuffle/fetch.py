"""Reading the blocks of one reduce partition, a chunk at a time, map output after map output."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from pyrite.core.context import TaskContext
from pyrite.core.errors import CorruptBlockError
from pyrite.core.ids import ShuffleId
from pyrite.core.specs import MapOutput
from pyrite.serial.columns import loads_columns
from pyrite.serial.frames import Columns, Stream, payloads
from pyrite.shuffle.errors import FetchError

OpenBlock: TypeAlias = Callable[[MapOutput, int], Stream]
"""Opens the block of a partition of a map output, wherever it lies, at its first frame. Raises
OSError or CorruptBlockError."""

_OWN_TROUBLES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})
"""Errors of reading that tell of this process, not of the map output."""


def fetch(
    shuffle: ShuffleId,
    outputs: Sequence[MapOutput],
    partition: int,
    open_block: OpenBlock,
    task: TaskContext,
) -> Iterator[Columns]:
    """The records of ``partition`` in all map outputs, in the order of the map tasks.

    Raises:
        FetchError: one of the outputs could not be read.
    """
    for map_partition, output in enumerate(outputs):
        block = _payloads(output, partition, open_block, task)
        while True:
            try:
                payload = next(block, None)
            except (OSError, CorruptBlockError) as error:
                if _own_trouble(error):
                    raise
                raise FetchError(shuffle, map_partition, output, _reason(error)) from error
            if payload is None:
                break
            # Undamaged: if it does not load, the fault lies in the records' own classes.
            keys, values = loads_columns(payload)
            task.metrics.records_read += len(keys)
            yield keys, values


def unreadable(
    outputs: Sequence[MapOutput],
    first: int,
    partition: int,
    open_block: OpenBlock,
    task: TaskContext,
) -> dict[int, MapOutput]:
    """The map outputs, from that of map task ``first`` on, whose block cannot be read."""
    found = {}
    for map_partition, output in enumerate(outputs[first:], first):
        try:
            for _ in _payloads(output, partition, open_block, task):
                pass
        except (OSError, CorruptBlockError) as error:
            if not _own_trouble(error):
                found[map_partition] = output
    return found


def _payloads(
    output: MapOutput, partition: int, open_block: OpenBlock, task: TaskContext
) -> Iterator[bytes]:
    stream = open_block(output, partition)
    try:
        for payload in payloads(stream):
            task.metrics.shuffle_bytes_read += len(payload)
            yield payload
    finally:
        stream.close()


def _own_trouble(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in _OWN_TROUBLES


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "the file is not there"
    return str(error) or type(error).__name__
