"""Text files cut into partitions as Spark's file sources cut them."""

from __future__ import annotations

from collections.abc import Sequence

from pyrite.io.filesystem import Entry
from pyrite.io.splits import FilePartition, FileSplit, file_each
from pyrite.io.text import TextSource

_MOST_BYTES = 128 << 20
"""In a partition, at most: Spark's ``spark.sql.files.maxPartitionBytes``."""
_OPEN_BYTES = 4 << 20
"""What opening a file costs, as bytes that could be read meanwhile:
``spark.sql.files.openCostInBytes``."""


class PackedTextSource(TextSource):
    """The lines of text files; small files share partitions, the largest pieces come first."""

    def cut(self, files: Sequence[Entry]) -> list[FilePartition]:
        whole = [split for partition in file_each(files) for split in partition]
        total = sum(split.size + _OPEN_BYTES for split in whole)
        most = min(_MOST_BYTES, max(_OPEN_BYTES, total // self.side_by_side))
        pieces = [piece for split in whole for piece in self._pieces(split, most)]
        partitions: list[FilePartition] = []
        taken = 0
        for piece in sorted(pieces, key=_length, reverse=True):
            if partitions and taken + _length(piece) <= most:
                partitions[-1] += (piece,)
            else:
                partitions.append((piece,))
                taken = 0
            taken += _length(piece) + _OPEN_BYTES
        return partitions

    def _pieces(self, split: FileSplit, most: int) -> list[FileSplit]:
        if split.content is not None or not self.can_cut(split.path):
            return [split]
        starts = range(0, max(1, split.size), most)
        return [
            FileSplit(split.path, start, min(start + most, split.size), split.size)
            for start in starts
        ]


def _length(split: FileSplit) -> int:
    return split.end - split.start
