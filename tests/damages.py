"""What may happen to a file of the engine's: every reader has to notice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Damage = Callable[[Path], object]


def flip(path: Path, position: int) -> None:
    """Turn one bit over."""
    data = bytearray(path.read_bytes())
    data[position] ^= 0x10
    path.write_bytes(data)


TO_ANY_FILE: dict[str, Damage] = {
    "deleted": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "magic": lambda path: flip(path, 0),
    "end frame": lambda path: flip(path, path.stat().st_size - 3),
    "cut by a byte": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "cut in half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"x"),
    "another file": lambda path: path.write_text("a text, and no short one at that" * 9),
}
