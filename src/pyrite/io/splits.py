"""From files to partitions: large files cut, small files packed, all bytes once and in order.

A large file is cut evenly, so that no task is left with a crumb. Small files that follow each
other share a partition, so that ten thousand small files do not make ten thousand tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO, TypeAlias

from pyrite.io.filesystem import Entry, filesystem

SPLIT_BYTES = 64 << 20
"""How many bytes of input one task reads, at most, where the files allow."""


@dataclass(frozen=True, slots=True)
class FileSplit:
    """The bytes ``[start, end)`` of a file of ``size`` bytes.

    ``content`` is the whole file, for a store whose files no other process can see.
    """

    path: str
    start: int
    end: int
    size: int
    content: bytes | None = field(default=None, repr=False)

    def open(self) -> BinaryIO:
        """The file (all of it), for reading."""
        if self.content is not None:
            return BytesIO(self.content)
        return filesystem(self.path).open(self.path)


FilePartition: TypeAlias = tuple[FileSplit, ...]
"""What one task reads, in order."""


def partition_files(
    files: Sequence[Entry],
    min_partitions: int = 1,
    *,
    split_bytes: int = SPLIT_BYTES,
    side_by_side: int = 1,
    can_cut: Callable[[str], bool] = lambda path: True,
) -> list[FilePartition]:
    """Share files out over partitions.

    Parameters:
        files: in the order in which they are to be read.
        min_partitions: make this many, if there are bytes enough and files that can be cut.
        split_bytes: bytes in a partition, at most, where files can be cut or packed to it.
        side_by_side: tasks that run at once. If the bytes make more than ``min_partitions``,
            then a multiple of it, so that no worker is idle during the last tasks.
        can_cut: may the file at this path be read from the middle?
    """
    # Counted in fractions of a byte, one for each wanted partition: whole numbers, so exact.
    total = sum(file.size for file in files)
    scale = max(1, min_partitions)
    if total > split_bytes * scale:
        scale = -(-total // (split_bytes * side_by_side)) * side_by_side
    target = max(scale, total)
    partitions: list[list[FileSplit]] = []
    room = 0
    for file in files:
        pieces = -(-file.size * scale // target) if can_cut(file.path) else 1
        for split in _cut(file, pieces):
            length = (split.end - split.start) * scale
            if partitions and length <= max(room, 0):
                partitions[-1].append(split)
            else:
                partitions.append([split])
                room = target
            room -= length
    return [tuple(splits) for splits in partitions]


def file_each(files: Sequence[Entry]) -> list[FilePartition]:
    """A partition for each file."""
    return [tuple(_cut(file, 1)) for file in files]


def _cut(file: Entry, pieces: int) -> Iterator[FileSplit]:
    store = filesystem(file.path)
    if store.one_process:
        with store.open(file.path) as opened:
            yield FileSplit(file.path, 0, file.size, file.size, opened.read())
        return
    pieces = max(1, pieces)  # an empty file is a piece too
    for i in range(pieces):
        start, end = file.size * i // pieces, file.size * (i + 1) // pieces
        yield FileSplit(file.path, start, end, file.size)
