"""Texts that are hard to cut: as bytes, in UTF-8 or not quite."""

from __future__ import annotations

import random

SPACES = [chr(code) for code in range(0x110000) if chr(code).isspace()]
NASTY = [
    b"\n", b"\r", b"\r\n", b"\n\n", b"\r\r\n", b" ", b"  ", b",", b",,", b"\t", b"\v", b"\f",
    b"\x1c", b"\x1d", b"\x1e", b"\x1f", b"\0", b"\x01", b"\x1b", b"\x7f", b"a", b"A", b"word",
    b"eightchr", b"ninechars", b"sixteencharacter", b"seventeencharact", b"longer than sixteen bytes",
    b"\xc3\x85ngstr\xc3\xb6m", "ʼn İ ſ".encode(), "日本語のことば".encode(), "😀".encode(),
    b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"ERROR", b"x" * 300,
    *(space.encode() for space in SPACES if not space.isascii()),
]  # fmt: skip
TAME = [b" ", b" ", b"\n", b"\r\n", b",", b"a", b"of", b"the", b"eightchr", b"ninechars", b"A"]


def text(seed: int) -> bytes:
    """A text; of mostly tame parts, or of one sort of nasty ones, or of all."""
    source = random.Random(seed)
    parts = TAME
    kind = source.random()
    if kind < 0.6:
        parts = [*TAME * 3, *source.sample(NASTY, 2)]
    elif kind < 0.7:
        parts = NASTY
    made = b"".join(source.choices(parts, k=source.choice([0, 1, 3, 30, 300])))
    return source.choice([b"", b"", b"", b"\xef\xbb\xbf"]) + made
