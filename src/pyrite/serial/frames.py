"""Chunks of records as checked frames, the one form that records have on disk.

A frame is a header (payload length, records, checksum of the payload, checksum of the header)
and a payload: in a shuffle the columns of a chunk (`pyrite.serial.columns`), for pairs one of keys
and one of values, which pickle and load faster than as many pairs; in a cached block the pickled
and compressed chunk. The header has its own checksum so that a damaged length is never believed. An
end frame, whose length is 0 and which counts the records before it, closes a sequence of frames:
wherever a sequence is cut short, that is noticed. So frames may be copied, concatenated and sent
without being understood; whoever sends them to another node may compress each payload on the way.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeAlias
from zlib import crc32

from pyrite.core.errors import CorruptBlockError
from pyrite.serial.columns import dumps_columns, loads_columns

Columns: TypeAlias = tuple[Sequence[Any], Sequence[Any]]
"""A chunk of pairs: their keys, and their values."""

_FIELDS = struct.Struct("<QII")
_CHECK = struct.Struct("<I")
_HEADER_SIZE = _FIELDS.size + _CHECK.size

CHUNK_BYTES = 1 << 17
"""Chunks of large records hold fewer of them, to be about this many bytes at most: so the records
are still in the processor's cache when they are pickled, and buffers are used again by malloc."""

FIRST_LIMIT = 64
"""Records of a first chunk, whose size is not known yet."""


class Stream(Protocol):
    """The part of a binary file that reading needs."""

    def read(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


def encode(columns: Sequence[Any]) -> bytes:
    """One chunk as a frame. ``columns`` are of equal length."""
    return framed(dumps_columns(columns), len(columns[0]))


def framed(payload: bytes, records: int) -> bytes:
    """A frame around ``payload``, which stands for ``records`` records and is not empty."""
    return _header(len(payload), records, crc32(payload)) + payload


def end_frame(records: int) -> bytes:
    """The frame that closes a sequence of frames with ``records`` records in all."""
    # Only the low half of the count: enough to tell a missing frame, and any count fits.
    return _header(0, records & 0xFFFFFFFF, 0)


def decode(stream: Stream) -> Iterator[Any]:
    """The columns of each chunk, up to the end frame; raises as `payloads` does."""
    return map(loads_columns, payloads(stream))


def payloads(stream: Stream) -> Iterator[bytes]:
    """The payload of each frame, known to be undamaged, up to the end frame.

    Raises:
        CorruptBlockError: the stream ends too early, or a checksum or count is wrong.
    """
    total = 0
    while True:
        header = _exactly(stream, _HEADER_SIZE)
        length, records, check = _FIELDS.unpack_from(header)
        if crc32(header[: _FIELDS.size]) != _CHECK.unpack_from(header, _FIELDS.size)[0]:
            raise CorruptBlockError("the checksum of a frame's header is wrong")
        if not length:
            if records != total & 0xFFFFFFFF:
                raise CorruptBlockError(f"{total} records were read where {records} were written")
            return
        payload = _exactly(stream, length)
        if crc32(payload) != check:
            raise CorruptBlockError("the checksum of a frame is wrong")
        yield payload
        total += records


def next_limit(records: int, size: int, most: int) -> int:
    """How many records the next chunk should have, when this one's came to ``size`` bytes."""
    return max(1, min(most, 2 * records, records * CHUNK_BYTES // size))


def _header(length: int, records: int, check: int) -> bytes:
    fields = _FIELDS.pack(length, records, check)
    return fields + _CHECK.pack(crc32(fields))


def _exactly(stream: Stream, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise CorruptBlockError(f"{size} bytes were expected, {len(data)} are left")
    return data
