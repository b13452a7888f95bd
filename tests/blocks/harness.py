"""Stores without an engine, and what may happen to their files."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.damages import TO_ANY_FILE, Damage, flip

from pyrite.blocks.level import StorageLevel
from pyrite.blocks.store import BlockStore
from pyrite.core.ids import BlockId

LEVELS = {name: getattr(StorageLevel, name) for name in dir(StorageLevel) if name.isupper()}
NODE = "node"


class Roomy:
    """A watch on memory that never runs short."""

    def exceeded(self, held: int) -> bool:
        return False

    def released(self, held: int) -> None:
        pass


class Starved(Roomy):
    """Memory that is short as soon as a few records are held."""

    def exceeded(self, held: int) -> bool:
        return held > 10


def store(folder: Path, budget: int = 1 << 30, place: str = "worker 0") -> BlockStore:
    return BlockStore(str(folder), place, NODE, budget)


def keep(
    blocks: BlockStore, block: BlockId, level: StorageLevel, records: list[Any]
) -> Iterator[Any]:
    return blocks.compute(block, level, iter(records), Roomy())


def forms(blocks: BlockStore) -> dict[BlockId, set[str]]:
    """Where each block is: in memory as objects or bytes, on disk."""
    found: dict[BlockId, set[str]] = {}
    for block, form, _ in blocks.held():
        found.setdefault(block, set()).add(form)
    return found


def files(folder: Path) -> list[Path]:
    """All files of blocks, finished or not."""
    return sorted(path for path in Path(folder, "blocks").rglob("*") if path.is_file())


DAMAGES: dict[str, Damage] = {
    **TO_ANY_FILE,
    "name": lambda path: flip(path, 10),
    "header checksum": lambda path: flip(path, 25),
    "frame header": lambda path: flip(path, 30),
    "data": lambda path: flip(path, 80),
}


@contextmanager
def small_disk(size: int) -> Iterator[None]:
    """No file can grow beyond ``size`` bytes, as on a disk that is full by then."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
