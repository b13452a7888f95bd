"""Input text of any size, the same on every machine.

A few megabytes are repeated: *War and Peace*, if the project's shared data lies beside the
checkout, else generated words whose frequencies fall as those of a language do (Zipf's law).
"""

from __future__ import annotations

import random
from itertools import accumulate
from pathlib import Path
from string import ascii_lowercase

ROOT = Path(__file__).resolve().parent.parent
NOVEL = ROOT.parent / "shared" / "data" / "text" / "war-and-peace.txt"

_VOCABULARY = 40_000
_WORDS = 600_000
_PER_LINE = 12
_SEED = 1869


def origin() -> str:
    """What the text is, for people."""
    return "War and Peace, repeated" if NOVEL.exists() else "generated words, repeated"


def text_file(folder: Path, megabytes: int) -> Path:
    """A file of at least so many million bytes of lines; made in ``folder`` if it is not there."""
    path = folder / f"{NOVEL.stem if NOVEL.exists() else 'generated'}-{megabytes}.txt"
    if not path.exists():
        block = NOVEL.read_bytes() if NOVEL.exists() else generated()
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            while file.tell() < megabytes * 1_000_000:
                file.write(block)
        unfinished.rename(path)
    return path


def generated() -> bytes:
    """About 4 MB of ASCII words in lines that end in LF."""
    source = random.Random(_SEED)
    vocabulary = [
        "".join(source.choices(ascii_lowercase, k=min(12, 2 + rank.bit_length() // 2)))
        for rank in range(1, _VOCABULARY + 1)
    ]
    weights = list(accumulate(1 / rank for rank in range(1, _VOCABULARY + 1)))
    words = source.choices(vocabulary, cum_weights=weights, k=_WORDS)
    lines = (" ".join(words[at : at + _PER_LINE]) for at in range(0, _WORDS, _PER_LINE))
    return "".join(f"{line}\n" for line in lines).encode("ascii")
