"""Files as bytes: whole, or cut into records of one length."""

from __future__ import annotations

import os
from collections.abc import Iterator

from pyrite.core.context import TaskContext
from pyrite.io.filesystem import Entry, uri
from pyrite.io.source import FileSource, read_range
from pyrite.io.splits import SPLIT_BYTES, FilePartition


class BinaryFileSource(FileSource):
    """Pairs of (path, content), one per file, as the bytes are: nothing is decompressed."""

    def read(self, split: FilePartition, task: TaskContext) -> Iterator[tuple[str, bytes]]:
        for part in split:
            task.position = lambda path=part.path: path
            with part.open() as file:
                chunks = read_range(file, part.path, 0, part.size, task.metrics)
                content = b"".join(chunks)
            task.metrics.records_read += 1
            yield uri(part.path), content
        task.position = None


class FixedLengthSource(FileSource):
    """The records of files that are nothing but records of one length.

    A split owns the records whose first byte lies in it.

    Parameters:
        address, min_partitions, split_bytes, side_by_side: as in `FileSource`.
        length: bytes in a record.

    Raises:
        ValueError: (when the partitions are first asked for) a file holds a part of a record.
    """

    def __init__(
        self,
        address: str | os.PathLike[str],
        length: int,
        min_partitions: int = 1,
        *,
        split_bytes: int = SPLIT_BYTES,
        side_by_side: int = 1,
    ) -> None:
        super().__init__(
            address, min_partitions, split_bytes=split_bytes, side_by_side=side_by_side
        )
        self.length = length

    def can_cut(self, path: str) -> bool:
        return True

    def check(self, file: Entry) -> None:
        if file.size % self.length:
            raise ValueError(
                f"{file.path} has {file.size} bytes, which are not whole records of "
                f"{self.length} bytes"
            )

    def read(self, split: FilePartition, task: TaskContext) -> Iterator[bytes]:
        length = self.length
        for part in split:
            first, end = (-(-edge // length) * length for edge in (part.start, part.end))
            rest = b""
            with part.open() as file:
                for chunk in read_range(file, part.path, first, end, task.metrics):
                    data = rest + chunk
                    whole = len(data) - len(data) % length
                    rest = data[whole:]
                    task.metrics.records_read += whole // length
                    for start in range(0, whole, length):
                        yield data[start : start + length]
