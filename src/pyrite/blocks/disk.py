"""The blocks on a node's disk: a file each, shared by the workers of the node.

A file is a header that names the block, checked frames of packed records, and the end frame
(`pyrite.serial.frames`). It is made under a name of its own and renamed when it is whole. It is
not synced: a machine that loses power loses its blocks, and they are computed again.
"""

from __future__ import annotations

import io
import os
import shutil
import struct
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import IO
from zlib import crc32

from pyrite.blocks.batches import Batch, NotKept
from pyrite.core.errors import CorruptBlockError
from pyrite.core.ids import BlockId, NodeId
from pyrite.serial.frames import end_frame, framed, payloads

_FIELDS = struct.Struct("<8sQQ")
_CHECK = struct.Struct("<I")
_MAGIC = b"PYRITEB1"
_SUFFIX = ".block"


class DiskBlocks:
    """The block files of a node, one folder per dataset.

    Parameters:
        folder: the node's folder, shared by its workers; blocks lie in ``blocks`` within it.
    """

    def __init__(self, folder: str) -> None:
        self._folder = os.path.join(folder, "blocks")

    def __iter__(self) -> Iterator[tuple[BlockId, int]]:
        """The blocks there are, with the bytes of their files."""
        for node in _names(self._folder):
            folder = os.path.join(self._folder, node)
            for name in _names(folder):
                if name.endswith(_SUFFIX):
                    block = BlockId(int(node), int(name.removesuffix(_SUFFIX)))
                    yield block, os.path.getsize(os.path.join(folder, name))

    def datasets(self) -> list[NodeId]:
        """Those of which there is a folder."""
        return [int(node) for node in _names(self._folder)]

    def has(self, block: BlockId) -> bool:
        """Whether there is a file of the block, be it damaged."""
        return os.path.exists(self._path(block))

    def _path(self, block: BlockId) -> str:
        return os.path.join(self._folder, str(block.node), f"{block.partition}{_SUFFIX}")

    def write(self, block: BlockId) -> BlockWriter:
        """Begin to write a block, in place of one that is there. Raises NotKept."""
        return BlockWriter(self._path(block), block)

    def read(self, block: BlockId) -> Iterator[bytes] | None:
        """The payloads of a block's batches, None if it is not there.

        The whole file has been checked before the first is given out.

        Raises:
            CorruptBlockError: the file is damaged.
            OSError: it cannot be read.
        """
        try:
            file = open(self._path(block), "rb")  # noqa: SIM115 - closed by `_payloads`
        except FileNotFoundError:
            return None
        try:
            if file.read(_FIELDS.size + _CHECK.size) != _header(block):
                raise CorruptBlockError("this is not a file of the block")
            start = file.tell()
            deque(payloads(file), maxlen=0)
            if file.read(1):
                raise CorruptBlockError("the file is longer than what was written")
            file.seek(start)
        except BaseException:
            file.close()
            raise
        return _payloads(file)

    def remove(self, block: BlockId) -> bool:
        """Remove a block's file; whether there was one."""
        try:
            os.unlink(self._path(block))
        except OSError:
            return False
        return True

    def remove_all(self, node: NodeId) -> None:
        """Remove the files of a dataset, unfinished ones too."""
        shutil.rmtree(os.path.join(self._folder, str(node)), ignore_errors=True)


class BlockWriter:
    """A block's file on its way. Unless it was finished, nothing is left of it at the end of the
    ``with`` statement; what it holds can be read back even then.

    Raises:
        NotKept: from all methods, if the disk is full or refuses for another reason.
    """

    def __init__(self, path: str, block: BlockId) -> None:
        self._path = path
        self._unfinished = f"{path}.{os.urandom(6).hex()}"
        self._batches = 0
        self._records = 0
        self._file: io.FileIO | None = None
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            # Unbuffered: what was said to be written is there, and closing has nothing to add.
            self._file = open(self._unfinished, "xb+", buffering=0)  # noqa: SIM115
            self._write(_header(block))
        except OSError as error:
            self._remove()
            raise NotKept(_reason(error)) from error
        except BaseException:
            self._remove()
            raise

    def append(self, batch: Batch) -> None:
        """Write one more batch."""
        try:
            self._write(framed(*batch))
        except OSError as error:
            raise NotKept(_reason(error)) from error
        self._batches += 1
        self._records += batch.records

    def finish(self) -> int:
        """Make it the block's file; return its bytes."""
        assert self._file is not None
        try:
            self._write(end_frame(self._records))
            size = self._file.tell()
            os.replace(self._unfinished, self._path)
        except OSError as error:
            raise NotKept(_reason(error)) from error
        return size

    def read_back(self) -> Iterator[bytes]:
        """The payloads of all batches that were written; to be called once, at last."""
        file, self._file = self._file, None
        assert file is not None
        file.seek(_FIELDS.size + _CHECK.size)
        return _payloads(io.BufferedReader(file), self._batches)

    def __enter__(self) -> BlockWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._remove()

    def _remove(self) -> None:
        try:
            os.unlink(self._unfinished)
        except OSError:  # finished, or removed with all of its dataset
            pass
        if self._file is not None:
            self._file.close()

    def _write(self, data: bytes) -> None:
        assert self._file is not None
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]


def _payloads(file: IO[bytes], count: int | None = None) -> Iterator[bytes]:
    """The payloads of an open file, which is closed at the end, also if none is ever drawn."""

    def draw() -> Iterator[bytes]:
        with file:
            yield b""
            yield from islice(payloads(file), count)

    drawn = draw()
    next(drawn)  # only one that has begun is closed when it is dropped
    return drawn


def _header(block: BlockId) -> bytes:
    fields = _FIELDS.pack(_MAGIC, *block)
    return fields + _CHECK.pack(crc32(fields))


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
