"""Records of a task by partition of their key, on their way to a file.

Each partition collects a column of keys and one of values; a full chunk becomes a frame at once,
which is far smaller than the objects. Under memory pressure all frames go to a spill file. From
there they are copied into the map output as they are, or read back a partition at a time: nothing
is merged, since whoever reads a partition merges.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import is_
from typing import Any

from pyrite.core.context import TaskContext
from pyrite.serial.frames import FIRST_LIMIT, Columns, decode, encode, end_frame, next_limit
from pyrite.shuffle.files import write_blocks
from pyrite.shuffle.scratch import count_spill, scratch_path

_COPY_BYTES = 1 << 20


class Buckets:
    """Columns of keys and values, one pair of them per partition.

    Attributes:
        keys, values: the columns that are filling. Append to both, then call `settle`.
        held: records in memory, as objects or as frames, as of the last `settle`.
    """

    def __init__(self, count: int, task: TaskContext) -> None:
        self.keys: list[list[Any]] = [[] for _ in range(count)]
        self.values: list[list[Any]] = [[] for _ in range(count)]
        self.held = 0
        self._task = task
        self._limits = [min(FIRST_LIMIT, task.batch_size)] * count
        self._frames: list[list[bytes]] = [[] for _ in range(count)]
        self._framed = [0] * count
        self._spilled = [0] * count
        self._spans: list[list[tuple[int, int]]] = [[] for _ in range(count)]
        self._spill_path = ""

    def settle(self) -> None:
        """Turn full chunks into frames."""
        filling = 0
        for partition, keys in enumerate(self.keys):
            while len(keys) >= self._limits[partition]:
                self._frame(partition)
            filling += len(keys)
        self.held = filling + sum(self._framed)

    def spill(self) -> None:
        """Write all records that are held to the spill file."""
        self._settle_all()
        self._spill_path = self._spill_path or scratch_path(self._task, "buckets")
        with open(self._spill_path, "ab") as file:
            before = file.tell()
            for partition, frames in enumerate(self._frames):
                if frames:
                    start = file.tell()
                    file.writelines(frames)
                    self._spans[partition].append((start, file.tell() - start))
                    file.write(end_frame(self._framed[partition]))
                    frames.clear()
                    self._spilled[partition] += self._framed[partition]
                    self._framed[partition] = 0
            count_spill(self._task, file.tell() - before)
        self.held = 0

    def spilled(self, partition: int) -> Iterator[Columns]:
        """The records of a partition that were spilled, in chunks, in the order they came."""
        spans = self._spans[partition]
        if spans:
            with open(self._spill_path, "rb") as file:
                for start, _ in spans:
                    file.seek(start)
                    yield from decode(file)

    def write(self, path: str, *, backward: bool = False) -> tuple[int, int]:
        """Write everything to the map output ``path``; return its bytes and records.

        Parameters:
            backward: the last partition comes first.
        """
        self._settle_all()
        count = len(self.keys)
        numbers = range(count)[:: -1 if backward else 1]
        size = write_blocks(path, map(self._block, numbers), count)
        return size, sum(self._spilled) + sum(self._framed)

    def _settle_all(self) -> None:
        for partition, keys in enumerate(self.keys):
            while keys:
                self._frame(partition)

    def _frame(self, partition: int) -> None:
        keys, values = self.keys[partition], self.values[partition]
        limit = self._limits[partition]
        taken = keys[:limit], values[:limit]
        if all(map(is_, *taken)):  # as when sorting by the records themselves: the same column
            taken = taken[0], taken[0]
        frame = encode(taken)
        records = len(taken[0])
        # In place: the loops that fill the columns hold on to their append methods.
        del keys[:limit], values[:limit]
        self._frames[partition].append(frame)
        self._framed[partition] += records
        self._limits[partition] = next_limit(records, len(frame), self._task.batch_size)

    def _block(self, partition: int) -> Iterator[bytes]:
        if self._spans[partition]:
            with open(self._spill_path, "rb") as file:
                for start, length in self._spans[partition]:
                    file.seek(start)
                    for left in range(length, 0, -_COPY_BYTES):
                        yield file.read(min(left, _COPY_BYTES))
        yield from self._frames[partition]
        self._frames[partition].clear()
        yield end_frame(self._spilled[partition] + self._framed[partition])
