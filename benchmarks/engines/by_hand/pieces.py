"""How the programs by hand divide work and pass it between processes.

Input is divided evenly among the processes: files by ranges of bytes, numbers by ranges. Between
two passes over the data, each process leaves a file for each process of the next.
"""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, pairwise
from multiprocessing.pool import Pool
from typing import Any, TypeAlias

CORES = 2
_BLOCK = 1 << 20

Piece: TypeAlias = tuple[str, int, int]
"""A file, and from where to where in it: the lines that begin there."""


def ranges(size: int) -> list[range]:
    cuts = [size * number // CORES for number in range(CORES + 1)]
    return [range(first, last) for first, last in pairwise(cuts)]


def pieces(path: str) -> list[Piece]:
    return [(path, part.start, part.stop) for part in ranges(os.path.getsize(path))]


def blocks(piece: Piece) -> Iterator[str]:
    """The lines that begin in a piece, about a megabyte of them at once."""
    path, first, last = piece
    with open(path, "rb") as file:
        if first:
            file.seek(first - 1)
            file.readline()
        while (here := file.tell()) < last:
            block = file.read(min(_BLOCK, last - here) - 1)
            yield (block + file.readline()).decode()


def lines(piece: Piece) -> Iterator[str]:
    return chain.from_iterable(block.splitlines() for block in blocks(piece))


@contextmanager
def exchange() -> Iterator[str]:
    """A folder for what the processes pass to each other."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        yield os.path.abspath(folder)


def give(folder: str, giver: int, shares: Iterable[Any]) -> None:
    """Leave a share for each process."""
    for taker, share in enumerate(shares):
        with open(f"{folder}/{giver}-{taker}", "wb") as file:
            pickle.dump(share, file, pickle.HIGHEST_PROTOCOL)


def take(folder: str, taker: int) -> Iterator[Any]:
    """What each process left for this one, in order."""
    for giver in range(CORES):
        with open(f"{folder}/{giver}-{taker}", "rb") as file:
            yield pickle.load(file)


def exchanged(
    pool: Pool,
    give_all: Callable[[tuple[str, int, Any]], None],
    inputs: list[Any],
    take_all: Callable[[tuple[str, int]], Any],
) -> list[Any]:
    """Two passes: ``give_all`` (folder, process, input) leaves shares, ``take_all`` (folder,
    process) returns what comes of them."""
    with exchange() as folder:
        pool.map(give_all, [(folder, number, each) for number, each in enumerate(inputs)])
        return pool.map(take_all, [(folder, number) for number in range(CORES)])
