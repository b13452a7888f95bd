"""Splits of one bzip2 file, so that several tasks may share it.

A bzip2 file is a row of blocks, each compressed on its own, of at most 900 kB of content. A
block begins with a 48-bit mark, at any bit; given a header and a trailer it is a bzip2 file
by itself. A split ``[start, end)`` owns the blocks whose marks begin in its bytes.

Lines do not care where blocks begin. A split takes the lines of its blocks but for the first
line, or what there is of it, and in turn the first line of what follows: the previous split's
last line. Whatever the line ends are, all splits then agree on the cuts.
"""

from __future__ import annotations

import bz2
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from pyrite.core.outcome import Metrics
from pyrite.io.compression import CorruptFileError
from pyrite.io.lines import first_line, whole_lines
from pyrite.io.splits import FileSplit

_BLOCK = 0x314159265359
_STREAM_END = 0x177245385090
_MARK_BITS = 48
_WINDOW = 1 << 20


def read_bzip2(file: BinaryIO, split: FileSplit, metrics: Metrics) -> Iterator[bytes]:
    """The content of one split: whole lines.

    Raises:
        CorruptFileError: a block is damaged or cut short.
    """
    lines = whole_lines(_content(_blocks(file, split, metrics), split.end))
    if split.start > 0:
        block = next(lines, b"")
        yield block[len(b"".join(first_line(iter((block,))))) :]
    yield from lines


def _content(blocks: Iterator[tuple[int, bytes]], end: int) -> Iterator[bytes]:
    """The blocks that begin before byte ``end``, and the first line of those after."""
    for start, block in blocks:
        if start >= end:
            yield from first_line(chain((block,), (block for _, block in blocks)))
            return
        yield block


def _blocks(file: BinaryIO, split: FileSplit, metrics: Metrics) -> Iterator[tuple[int, bytes]]:
    """The byte in which each block begins, from ``split.start`` on, and the block's content."""
    file.seek(0)
    header = file.read(10)
    if header[:3] != b"BZh" or header[4:] not in (_BLOCK.to_bytes(6), _STREAM_END.to_bytes(6)):
        raise CorruptFileError(f"{split.path}: not bzip2 data, or cut short")
    start = None
    for mark, bit in _marks(file, split.start, split.size):
        if start is not None:
            metrics.bytes_read += (bit - start) // 8
            yield start // 8, _decompress(file, start, bit, split.path)
        start = bit if mark == _BLOCK else None
        if mark == _STREAM_END and bit + _MARK_BITS + 32 > split.size * 8:
            raise CorruptFileError(f"{split.path}: the bzip2 data is cut short")
    if start is not None:
        raise CorruptFileError(f"{split.path}: the bzip2 data is cut short")


def _marks(file: BinaryIO, start: int, size: int) -> Iterator[tuple[int, int]]:
    """The marks that begin at or after byte ``start``, each with the bit it begins at."""
    while start < size:
        file.seek(start)
        window = file.read(_WINDOW + _MARK_BITS // 8)
        found = [
            (start * 8 + bit, mark)
            for mark in (_BLOCK, _STREAM_END)
            for bit in _find(window, mark)
            if bit < _WINDOW * 8
        ]
        yield from ((mark, bit) for bit, mark in sorted(found))
        start += _WINDOW


def _find(window: bytes, mark: int) -> Iterator[int]:
    """The bits at which ``mark`` begins."""
    for shift in range(8):
        # A mark that begins inside a byte touches seven bytes, and fills the five in between;
        # those can be searched for as bytes.
        pattern = mark << (8 - shift)
        mask = ((1 << _MARK_BITS) - 1) << (8 - shift)
        inner = pattern.to_bytes(7)[1:6]
        at = 0
        while (at := window.find(inner, at + 1)) > 0:
            seven = window[at - 1 : at + 6].ljust(7, b"\0")
            if int.from_bytes(seven) & mask == pattern:
                yield (at - 1) * 8 + shift


def _decompress(file: BinaryIO, start: int, end: int, path: str) -> bytes:
    """The content of the block in the bits ``[start, end)``."""
    file.seek(start // 8)
    raw = file.read((end + 7) // 8 - start // 8)
    length = end - start
    try:
        block = int.from_bytes(raw) >> (-end % 8) & ((1 << length) - 1)
        # After its mark comes its checksum, which is also that of a stream of one block.
        checksum = block >> (length - _MARK_BITS - 32) & 0xFFFFFFFF
        stream = (block << _MARK_BITS | _STREAM_END) << 32 | checksum
        bits = length + _MARK_BITS + 32
        # "9": room for the largest blocks, which serves smaller ones as well.
        return bz2.decompress(b"BZh9" + (stream << (-bits % 8)).to_bytes((bits + 7) // 8))
    except (OSError, ValueError) as error:
        raise CorruptFileError(
            f"{path}: the bzip2 block at byte {start // 8} is damaged: {error}"
        ) from error
