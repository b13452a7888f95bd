"""Writing one task's output: a file that no other attempt writes and no reader sees yet."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

from pyrite.core.errors import UnsupportedError
from pyrite.core.outcome import Metrics
from pyrite.io.compression import codec_of
from pyrite.io.filesystem import filesystem

Blocks: TypeAlias = Callable[[Iterable[Any]], Iterator[tuple[int, bytes]]]
"""Makes bytes of records, block by block: how many records, and their bytes."""

_BLOCK_BYTES = 1 << 18
_MIN_RECORDS, _MAX_RECORDS = 16, 4096


@dataclass(frozen=True, slots=True)
class PartFile:
    """What one attempt wrote.

    Parameters:
        partition: which part of the output it is.
        path: where it waits to be accepted.
        bytes: its size.
        records: how many records are in it.
    """

    partition: int
    path: str
    bytes: int
    records: int


@dataclass(frozen=True, slots=True)
class PartWriter:
    """Writes the records of attempts to files.

    Made by a committer in the driver, used inside tasks.

    Parameters:
        folder: where attempts put their files; it exists.
        blocks: makes the content of a file of its records.
        extension: ``".gz"`` or another of `pyrite.io.compression`, or none.
        process: the only process that can write there, if not all can.
    """

    folder: str
    blocks: Blocks
    extension: str = ""
    process: int | None = None

    def write(
        self, partition: int, attempt: int, records: Iterable[Any], metrics: Metrics
    ) -> PartFile:
        """Write all records of one attempt. If that fails, nothing is left of it.

        Raises:
            OSError: the file cannot be written (no space, no such folder); names it.
            UnsupportedError: the files would not be seen by any other process.
        """
        if self.process not in (None, os.getpid()):
            raise UnsupportedError(
                f"{self.folder} lives in one process, and tasks run in others: write to a "
                "folder that all processes see, or use master 'local'"
            )
        store = filesystem(self.folder)
        path = f"{self.folder}/part-{partition:05d}-{attempt}{self.extension}"
        codec = codec_of(path)
        with _naming(path):
            file = store.create(path)
        out = codec.writer(file) if codec else file
        count = 0
        try:
            for number, data in self.blocks(records):
                with _naming(path):
                    out.write(data)
                count += number
                metrics.records_written += number
            with _naming(path):
                if out is not file:
                    out.close()
                size = file.tell()
                file.close()
        except BaseException:
            for opened in (out, file):
                with suppress(OSError, ValueError):
                    opened.close()
            store.remove(path)
            raise
        metrics.bytes_written += size
        return PartFile(partition, path, size, count)


@contextmanager
def _naming(path: str) -> Iterator[None]:
    """Say which file could not be written; a full disk's error does not tell."""
    try:
        yield
    except OSError as error:
        if error.errno is None or error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror, path) from error


def text_blocks(records: Iterable[Any]) -> Iterator[tuple[int, bytes]]:
    """Records as lines of text, many at a time: how many, and their bytes. A line is
    ``str(record)``, bytes as they are, ended by LF."""
    records = iter(records)
    size = _MIN_RECORDS
    while batch := list(islice(records, size)):
        data = _as_lines(batch)
        yield len(batch), data
        # Records of any size: hold about as many as make a block.
        size = min(_MAX_RECORDS, max(1, size * _BLOCK_BYTES // len(data)))


def _as_lines(batch: list[Any]) -> bytes:
    try:
        return ("\n".join(batch) + "\n").encode()
    except TypeError:  # not all are str
        lines = [x if isinstance(x, bytes) else str(x).encode() for x in batch]
        return b"\n".join(lines) + b"\n"
