"""Lines in streams of bytes: LF, CR and CRLF end them, as in `bytes.splitlines`.

Never `str.splitlines`, which also cuts at U+2028, U+0085, form feed and others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

_OTHER_LINE_ENDS = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"
"""Where `str.splitlines` cuts and a text file's lines go on."""
_LINE_END = re.compile(rb"\r\n?|\n")
_PROBE = 1 << 14


def line_start(file: BinaryIO, at: int, size: int) -> int:
    """The first offset at or after ``at`` where a line begins; ``size`` if none does."""
    if at <= 0:
        return 0
    position = at - 1
    file.seek(position)
    while position < size and (chunk := file.read(_PROBE)):
        if end := _LINE_END.search(chunk):
            after = position + end.end()
            if end[0] == b"\r":  # perhaps half of a CRLF that the chunk's end cuts
                file.seek(after)
                after += file.read(1) == b"\n"
            return min(after, size)
        position += len(chunk)
    return size


def whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, regrouped so that lines end where blocks end.

    A CR at the end of a chunk is held back: the next chunk may begin with its LF.
    """
    held: list[bytes] = []
    for chunk in chunks:
        newline = chunk.rfind(b"\n")
        cut = max(newline, chunk.rfind(b"\r", newline + 1, -1)) + 1
        if cut:
            held.append(chunk[:cut])
            yield b"".join(held)
            held = [chunk[cut:]]
        else:
            held.append(chunk)
    if rest := b"".join(held):
        yield rest


def joined(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in chunks of ``size`` or more, but for the last."""
    held: list[bytes] = []
    length = 0
    for chunk in chunks:
        held.append(chunk)
        length += len(chunk)
        if length >= size:
            yield b"".join(held)
            held, length = [], 0
    if held:
        yield b"".join(held)


def count_lines(block: bytes) -> int:
    """How many lines a block has."""
    ends = block.count(b"\n")
    if b"\r" in block:
        ends += block.count(b"\r") - block.count(b"\r\n")
    return ends if block.endswith((b"\n", b"\r")) or not block else ends + 1


def first_line(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The bytes up to and with the first line end. No chunk may be empty."""
    for chunk in chunks:
        if end := _LINE_END.search(chunk):
            yield chunk[: end.end()]
            cut_short = end[0] == b"\r" and end.end() == len(chunk)
            if cut_short and next(chunks, b"").startswith(b"\n"):
                yield b"\n"
            return
        yield chunk


def split_lines(block: bytes, encoding: str, errors: str) -> list[str]:
    """The lines of a block, decoded, without their ends.

    Decoding the block at once and then cutting is several times faster than line by line. It
    comes to the same, as in the encodings read this way no other character has a byte CR or LF.
    """
    ended = block.endswith((b"\n", b"\r"))
    if b"\r" in block:
        text = _decoded(block, encoding, errors) if ended else None
        if text is not None and not any(other in text for other in _OTHER_LINE_ENDS):
            return text.splitlines()  # safe here, and twice as fast as what follows
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = block.decode(encoding, errors).split("\n")
    if ended or not block:
        lines.pop()
    return lines


def _decoded(block: bytes, encoding: str, errors: str) -> str | None:
    """The text of a block that is in ``encoding`` throughout. None if it is not, and other
    ``errors`` than strict would have it: they may drop what parts a CR from an LF."""
    try:
        return block.decode(encoding)
    except UnicodeDecodeError:
        if errors == "strict":
            raise
        return None
