"""Files of pickled records, each batch with its length and checksum.

A file begins with ``MAGIC``. Then come batches: a header of 16 bytes (in little-endian order a
checksum, the number of records, and the length of what follows) and a pickled list. A batch of no
records and no bytes ends the file, so that one that was cut short is noticed. The checksum is the
CRC-32 of the rest of the header and of the pickle.

Unpickling runs code that the file names: read only what you trust.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from operator import length_hint
from typing import Any, BinaryIO

from pyrite.core.context import TaskContext
from pyrite.core.errors import CorruptBlockError, UnsupportedError
from pyrite.io.filesystem import Entry
from pyrite.io.source import FileSource
from pyrite.io.splits import FilePartition, file_each
from pyrite.serial.records import dumps_by_value, loads

MAGIC = b"Pyrite pickles 1\n"
_HADOOP_MAGIC = b"SEQ"
_CHECKSUM = struct.Struct("<I")
_SIZES = struct.Struct("<IQ")
_HEADER_BYTES = _CHECKSUM.size + _SIZES.size
_BATCH_BYTES = 1 << 16


def pickled_blocks(records: Iterable[Any], batch_size: int) -> Iterator[tuple[int, bytes]]:
    """The content of a file of ``records``, block by block: how many records, and their bytes.

    Parameters:
        batch_size: records in a batch; 0 for as many as make 64 to 128 KiB.
    """
    yield 0, MAGIC
    records = iter(records)
    size = batch_size or 1
    while batch := list(islice(records, size)):
        data = dumps_by_value(batch)
        yield len(batch), _framed(len(batch), data)
        if not batch_size:
            small = len(data) < _BATCH_BYTES
            size = 2 * size if small else max(1, size * _BATCH_BYTES // len(data))
    yield 0, _framed(0, b"")


def _framed(records: int, data: bytes) -> bytes:
    sizes = _SIZES.pack(records, len(data))
    return _CHECKSUM.pack(zlib.crc32(data, zlib.crc32(sizes))) + sizes + data


class PickleSource(FileSource):
    """The records of files that `pickled_blocks` made. Each file is read by one task.

    Raises:
        UnsupportedError: (when read) a file is a sequence file of Hadoop's.
        ValueError: (when read) a file is none of these files.
        CorruptBlockError: (when read) a file is damaged, or cut short.
    """

    def read(self, split: FilePartition, task: TaskContext) -> Iterator[Any]:
        return chain.from_iterable(self._batches(split, task))

    def _batches(self, partition: FilePartition, task: TaskContext) -> Iterator[Iterator[Any]]:
        for split in partition:
            with split.open() as file:
                _check_kind(file, split.path)
                for number, batch in enumerate(_batches(file, split.path, split.size)):
                    task.metrics.records_read += len(batch)
                    left = iter(batch)
                    task.position = _Place(split.path, number, len(batch), left)
                    yield left
                task.metrics.bytes_read += split.size
        task.position = None


class PickledParts(PickleSource):
    """The parts of one folder, a partition each: a dataset as it was when it was saved."""

    def cut(self, files: Sequence[Entry]) -> list[FilePartition]:
        return file_each(files)


def _check_kind(file: BinaryIO, path: str) -> None:
    start = file.read(len(MAGIC))
    if start == MAGIC:
        return
    if start.startswith(_HADOOP_MAGIC):
        raise UnsupportedError(
            f"{path} is a Hadoop sequence file, as PySpark's saveAsPickleFile writes them. They "
            f"come with the MapReduce layer; until then, save the data with PySpark's "
            f"saveAsTextFile, for example as JSON"
        )
    raise ValueError(
        f"{path} was not written by Pyrite's saveAsPickleFile: it begins with {start!r}; "
        f"use textFile for text and binaryFiles for other files"
    )


def _batches(file: BinaryIO, path: str, file_size: int) -> Iterator[list[Any]]:
    offset = len(MAGIC)
    while True:
        header = file.read(_HEADER_BYTES)
        offset += _HEADER_BYTES
        if offset > file_size or len(header) < _HEADER_BYTES:
            raise CorruptBlockError(f"{path} was cut short: its last batch is not there")
        checksum, sizes = header[: _CHECKSUM.size], header[_CHECKSUM.size :]
        records, length = _SIZES.unpack(sizes)
        data = file.read(min(length, file_size - offset))
        if _CHECKSUM.pack(zlib.crc32(data, zlib.crc32(sizes))) != checksum:
            raise CorruptBlockError(f"{path} is damaged or cut short in the batch at byte {offset}")
        if not records:
            return
        offset += length
        yield loads(data)


class _Place:
    """Which record of a file is at hand."""

    def __init__(self, path: str, batch: int, records: int, left: Iterator[Any]) -> None:
        self._path, self._batch, self._records, self._left = path, batch, records, left

    def __call__(self) -> str:
        taken = self._records - length_hint(self._left)
        return f"record {max(0, taken - 1)} of batch {self._batch} of {self._path}"
