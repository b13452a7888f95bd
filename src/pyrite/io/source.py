"""A source that reads files: resolves its address when its partitions are first needed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from pyrite.core.outcome import Metrics
from pyrite.io.compression import codec_of
from pyrite.io.filesystem import Entry
from pyrite.io.paths import resolve
from pyrite.io.splits import SPLIT_BYTES, FilePartition, FileSplit, partition_files
from pyrite.lineage.node import Source

_CHUNK = 1 << 16
"""Bytes per read: enough to be fast, few enough to stay in cache and to decompress."""


class FileSource(Source):
    """Base of the sources whose partitions are tuples of `FileSplit`.

    Parameters:
        address: what to read, as in `pyrite.io.paths`.
        min_partitions: make at least this many, where the files allow.
        split_bytes: bytes of input per partition, at most, where the files allow.
        side_by_side: tasks that run at once.

    Raises:
        FileNotFoundError: (when the partitions are first asked for) there is no such input.
    """

    def __init__(
        self,
        address: str | os.PathLike[str],
        min_partitions: int = 1,
        *,
        split_bytes: int = SPLIT_BYTES,
        side_by_side: int = 1,
    ) -> None:
        super().__init__(())
        self.address = os.fspath(address)
        self.min_partitions = min_partitions
        self.split_bytes = split_bytes
        self.side_by_side = side_by_side
        self._resolved = False

    @property
    def num_partitions(self) -> int:
        self._resolve()
        return self._num_partitions

    def split(self, partition: int) -> FilePartition:
        self._resolve()
        split: FilePartition = self._splits[partition]
        return split

    def can_cut(self, path: str) -> bool:
        """May several tasks share the file?"""
        return False

    def cut(self, files: Sequence[Entry]) -> list[FilePartition]:
        """What each partition reads."""
        return partition_files(
            files,
            self.min_partitions,
            split_bytes=self.split_bytes,
            side_by_side=self.side_by_side,
            can_cut=self.can_cut,
        )

    def check(self, file: Entry) -> None:
        """Refuse a file that cannot be read, before any task runs."""

    def _resolve(self) -> None:
        if not self._resolved:
            files = resolve(self.address)
            for file in files:
                self.check(file)
            self._splits = self.cut(files)
            self._num_partitions = len(self._splits)
            self._resolved = True

    def __getstate__(self) -> dict[str, Any]:
        self._resolve()  # in the driver: a worker may not see what the driver sees
        return super().__getstate__()


def read_range(
    file: BinaryIO, path: str, start: int, end: int, metrics: Metrics
) -> Iterator[bytes]:
    """The bytes ``[start, end)`` of a file, in chunks.

    Raises:
        OSError: the file ends before ``end``.
    """
    file.seek(start)
    while start < end:
        chunk = file.read(min(_CHUNK, end - start))
        if not chunk:
            raise OSError(f"{path}: became shorter while it was read: it ends at byte {start}")
        start += len(chunk)
        metrics.bytes_read += len(chunk)
        yield chunk


def read_whole(file: BinaryIO, split: FileSplit, metrics: Metrics) -> Iterator[bytes]:
    """The content of a file, in chunks, decompressed as its extension tells."""
    content = read_range(file, split.path, 0, split.size, metrics)
    codec = codec_of(split.path)
    return content if codec is None else codec.decompress(content, split.path)
