"""The file of one map output: a header, an index, and one block of frames per partition.

A reader of one partition reads the header, one index entry and one contiguous block::

    header   magic, version, partitions, length of the file, checksum
    index    partitions x (offset, length, checksum)
    blocks   partitions x (frames, end frame)

The file is made under a temporary name and renamed when it is whole, so that a name that exists
is a file that was finished. It is not synced: a machine that loses power loses its outputs, and
they are computed again.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterable
from zlib import crc32

from pyrite.core.errors import CorruptBlockError
from pyrite.core.specs import MapOutput
from pyrite.serial.frames import Stream

MAGIC = b"PYRITESH"
VERSION = 2
_HEADER = struct.Struct("<8sIIQ")
_ENTRY = struct.Struct("<QQ")
_CHECK = struct.Struct("<I")
HEADER_SIZE = _HEADER.size + _CHECK.size
ENTRY_SIZE = _ENTRY.size + _CHECK.size


def write_blocks(path: str, blocks: Iterable[Iterable[bytes | memoryview]], count: int) -> int:
    """Write a map output of ``count`` blocks, each given in pieces; return the file's bytes."""
    unfinished = f"{path}.unfinished"
    index = bytearray()
    try:
        with open(unfinished, "wb") as file:
            file.seek(HEADER_SIZE + count * ENTRY_SIZE)
            for partition, block in enumerate(blocks):
                start = file.tell()
                file.writelines(block)
                index += _entry(partition, start, file.tell() - start)
            size = file.tell()
            file.seek(0)
            file.write(_checked(_HEADER.pack(MAGIC, VERSION, count, size)))
            file.write(index)
        os.replace(unfinished, path)
    except BaseException:
        if os.path.exists(unfinished):
            os.remove(unfinished)
        raise
    return size


def open_block(output: MapOutput, partition: int) -> Stream:
    """Open one partition of a map output that lies on this machine, at its first frame.

    Raises:
        OSError: the file is not there or cannot be read.
        CorruptBlockError: it is not a map output, or not whole.
    """
    file = open(output.path, "rb")  # noqa: SIM115 - the caller closes it
    try:
        offset, _ = locate(file, partition)
        file.seek(offset)
    except BaseException:
        file.close()
        raise
    return file


def locate(file: io.BufferedReader, partition: int) -> tuple[int, int]:
    """Where in an open map output the block of ``partition`` lies: its offset and length."""
    header = file.read(HEADER_SIZE)
    if header[: len(MAGIC)] != MAGIC:
        raise CorruptBlockError("this is not a map output file")
    _verify(header, 0, HEADER_SIZE, "header")
    _, version, count, size = _HEADER.unpack_from(header)
    if version != VERSION:
        raise CorruptBlockError(f"format version {version}, where {VERSION} is understood")
    actual = os.fstat(file.fileno()).st_size
    if actual != size:
        raise CorruptBlockError(f"{size} bytes were written, {actual} are there")
    if not 0 <= partition < count:
        raise CorruptBlockError(f"partition {partition} was asked of a file with {count}")
    file.seek(HEADER_SIZE + partition * ENTRY_SIZE)
    entry = file.read(ENTRY_SIZE)
    _verify(entry, partition, ENTRY_SIZE, "index")
    offset, length = _ENTRY.unpack_from(entry)
    return offset, length


def _entry(partition: int, offset: int, length: int) -> bytes:
    # Seeded with the partition, an entry found in another's place is noticed.
    return _checked(_ENTRY.pack(offset, length), partition)


def _checked(data: bytes, seed: int = 0) -> bytes:
    return data + _CHECK.pack(crc32(data, seed))


def _verify(data: bytes, seed: int, size: int, what: str) -> None:
    body = size - _CHECK.size
    if len(data) != size or crc32(data[:body], seed) != _CHECK.unpack_from(data, body)[0]:
        raise CorruptBlockError(f"the checksum of the {what} is wrong")
