"""Answers that are read from files after the clock has stopped."""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

KEY = 10


def sorted_files(folder: Path) -> tuple[int, str, str, int, int]:
    """Of sorted lines in files that follow each other by name: how many there are, the first key
    and the last, how many keys are less than the one before, and a checksum of all lines that does
    not depend on their order."""
    first, last, count, disorder, checksum = "", "", 0, 0, 0
    for path in sorted(path for path in folder.iterdir() if path.name[0] not in "._"):
        with path.open("rb") as lines:
            for line in lines:
                key = line[:KEY].decode()
                first = first or key
                disorder += key < last
                last = key
                count += 1
                checksum += crc32(line.rstrip(b"\r\n"))
    return count, first, last, disorder, checksum
