"""Broadcast values: written once per node, and mapped by all of its workers.

A file is a header, the pickled value, its buffers, and a table of the buffers::

    header   magic, length and checksum of the pickle, place and checksum of the table, checksum
    pickle   protocol 5, by value, without the buffers
    buffers  numpy's arrays, Arrow's columns and the like, each at a multiple of 64 bytes
    table    per buffer: offset, length, checksum

Buffers are not read but mapped, so that the workers of a node share the pages. They are read-only:
an array that comes out of a broadcast refuses to be written to, and is to be copied first. Values
without buffers, such as a dict, are unpickled in each worker; so are arrays that numpy does not
pickle as buffers: those of objects or of times, and those with gaps, such as every third element.
"""

from __future__ import annotations

import mmap
import os
import struct
from collections import OrderedDict
from collections.abc import Sequence
from pickle import PickleBuffer
from typing import IO, Any
from zlib import crc32

from pyrite.blocks.sizes import size_of
from pyrite.core.errors import BroadcastGone, CorruptBlockError
from pyrite.core.lean import value
from pyrite.serial.cached import pickler
from pyrite.serial.closures import explained
from pyrite.serial.records import loads_with

_MAGIC = b"PYRITEV1"
_HEADER = struct.Struct("<8sQIQQI")
_ENTRY = struct.Struct("<QQI")
_CHECK = struct.Struct("<I")
_HEADER_SIZE = _HEADER.size + _CHECK.size
_ALIGNMENT = 64


def write_broadcast(path: str, value: Any) -> int:
    """Write ``value`` to ``path``, which exists only when it is whole; return the file's bytes.

    Raises:
        SerializationError: the value cannot be pickled; the message says what in it is at fault.
        OSError: it cannot be written.
    """
    unfinished = f"{path}.{os.urandom(6).hex()}"
    try:
        with open(unfinished, "xb") as file:
            _write(file, value)
            size = file.seek(0, os.SEEK_END)
        os.replace(unfinished, path)
    except BaseException:
        if os.path.exists(unfinished):
            os.remove(unfinished)
        raise
    return size


def read_broadcast(path: str, *, check_buffers: bool = True) -> Any:
    """The value that was written to ``path``; its buffers stay in the file, mapped.

    Parameters:
        check_buffers: whether to compare their checksums, for which all pages have to be read.

    Raises:
        BroadcastGone: there is no such file.
        CorruptBlockError: the file is not what was written.
    """
    try:
        file = open(path, "rb")  # noqa: SIM115 - below
    except FileNotFoundError:
        raise BroadcastGone(f"the broadcast value in {path} was destroyed") from None
    with file:
        if os.fstat(file.fileno()).st_size < _HEADER_SIZE:
            raise CorruptBlockError(f"{path} is not a broadcast value")
        # The mapping needs the file no longer, and lasts as long as an array in it does.
        view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    _verify(view[: _HEADER.size], _CHECK.unpack_from(view, _HEADER.size)[0], "header")
    magic, length, check, offset, count, table_check = _HEADER.unpack_from(view)
    if magic != _MAGIC:
        raise CorruptBlockError(f"{path} is not a broadcast value of this version")
    if len(view) != offset + count * _ENTRY.size:
        raise CorruptBlockError(f"{path} does not have the length it was written with")
    table = view[offset:]
    _verify(table, table_check, "table of buffers")
    pickled = view[_HEADER_SIZE : _HEADER_SIZE + length]
    _verify(pickled, check, "value")
    buffers = []
    for start, size, buffer_check in _ENTRY.iter_unpack(table):
        buffer = view[start : start + size]
        if check_buffers:
            _verify(buffer, buffer_check, "buffer")
        buffers.append(buffer)
    return loads_with(pickled, buffers)


@value
class _Open:
    value: Any
    size: int


class Broadcasts:
    """The broadcast values that a worker has open.

    Parameters:
        budget: bytes that they may take before the least recently used is closed, to be opened
            again when asked for. The one asked for last stays, whatever its size.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._open: OrderedDict[int, _Open] = OrderedDict()
        self._checked: set[int] = set()

    def value(self, number: int, path: str) -> Any:
        """The value of broadcast ``number``, which lies at ``path``.

        Raises:
            BroadcastGone: it was destroyed.
            CorruptBlockError: its file is not what was written.
        """
        if (known := self._open.get(number)) is not None:
            self._open.move_to_end(number)
            return known.value
        try:
            value = read_broadcast(path, check_buffers=number not in self._checked)
        except BroadcastGone:
            raise BroadcastGone(
                f"broadcast {number} was destroyed: its value can no longer be used. Call "
                f"destroy() after the last job that uses it, or unpersist() to free memory only."
            ) from None
        self._checked.add(number)
        self._open[number] = _Open(value, max(os.path.getsize(path), size_of(value)))
        self._close_oldest()
        return value

    def forget(self, number: int) -> None:
        """Broadcast ``number`` is not used for now, or never again."""
        self._open.pop(number, None)
        self._checked.discard(number)

    def _close_oldest(self) -> None:
        while len(self._open) > 1 and sum(each.size for each in self._open.values()) > self._budget:
            self._open.popitem(last=False)


class _Checksummed:
    """A file to write to, and the checksum of what was written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.check = 0

    def write(self, data: bytes) -> int:
        self.check = crc32(data, self.check)
        return self._file.write(data)


def _write(file: IO[bytes], value: Any) -> None:
    buffers: list[PickleBuffer] = []
    file.seek(_HEADER_SIZE)
    pickled = _Checksummed(file)
    try:
        # Straight to the file: in memory it would be there twice.
        pickler()(pickled, protocol=5, buffer_callback=buffers.append).dump(value)
    except OSError:
        raise
    except Exception as error:
        raise explained(error, value, "a broadcast value") from error
    length = file.tell() - _HEADER_SIZE
    table = _write_buffers(file, buffers)
    offset = file.tell()
    file.write(table)
    file.seek(0)
    fields = _HEADER.pack(_MAGIC, length, pickled.check, offset, len(buffers), crc32(table))
    file.write(fields + _CHECK.pack(crc32(fields)))


def _write_buffers(file: IO[bytes], buffers: Sequence[PickleBuffer]) -> bytes:
    table = bytearray()
    for buffer in buffers:
        with buffer.raw() as data:
            file.write(bytes(-file.tell() % _ALIGNMENT))
            table += _ENTRY.pack(file.tell(), data.nbytes, crc32(data))
            file.write(data)
    return bytes(table)


def _verify(data: memoryview, check: int, what: str) -> None:
    if crc32(data) != check:
        raise CorruptBlockError(f"the checksum of the {what} of a broadcast value is wrong")
