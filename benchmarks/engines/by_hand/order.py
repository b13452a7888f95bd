"""Sorts, by hand: a sample tells where to cut, each process sorts what lies between two cuts."""

from __future__ import annotations

import os
from bisect import bisect_right
from itertools import islice, pairwise
from multiprocessing.pool import Pool
from typing import Any

from benchmarks.engines.by_hand.pieces import (
    CORES,
    Piece,
    exchanged,
    give,
    lines,
    pieces,
    ranges,
    take,
)
from benchmarks.jobs.agreed import MIXER, OUTPUT, PRIME
from benchmarks.jobs.programs import looked_through

_SAMPLE = 1_000


def cuts(sample: list[Any]) -> list[Any]:
    """The keys at which the shares of all but the first process begin."""
    sample.sort()
    return [sample[len(sample) * number // CORES] for number in range(1, CORES)]


def shares_of(records: list[Any], cuts: list[Any]) -> list[list[Any]]:
    shares: list[list[Any]] = [[] for _ in range(CORES)]
    for record in records:
        shares[bisect_right(cuts, record)].append(record)
    return shares


def taken(folder: str, taker: int) -> list[Any]:
    records = [record for share in take(folder, taker) for record in share]
    records.sort()
    return records


# -- of what is generated --------------------------------------------------------------------------


def sort_numbers(pool: Pool, size: int, source: str) -> Any:
    return sort(pool, size, number)


def sort_strings(pool: Pool, size: int, source: str) -> Any:
    return sort(pool, size, text)


def number(part: range) -> list[int]:
    return [i * i * MIXER % PRIME for i in part]


def text(part: range) -> list[str]:
    return [f"{i * i * MIXER % PRIME:x}" for i in part]


def sort(pool: Pool, size: int, made: Any) -> Any:
    """How many there are, the first, the last, how many are less than the one before."""
    where = cuts(made(range(0, size, size // _SAMPLE)))
    inputs = [(made, part, where) for part in ranges(size)]
    parts = exchanged(pool, give_sorted, inputs, take_sorted)
    disorder = sum(part[3] for part in parts)
    disorder += sum(later[1] < earlier[2] for earlier, later in pairwise(parts))
    return sum(part[0] for part in parts), parts[0][1], parts[-1][2], disorder


def give_sorted(task: tuple[str, int, Any]) -> None:
    folder, giver, (made, part, where) = task
    give(folder, giver, shares_of(made(part), where))


def take_sorted(task: tuple[str, int]) -> Any:
    return next(looked_through(iter(taken(*task))))


# -- of lines in a file ----------------------------------------------------------------------------


def terasort(pool: Pool, megabytes: int, source: str) -> None:
    """A line begins with its key, and no two keys are alike."""
    os.mkdir(OUTPUT)
    where = cuts(list(islice(lines(pieces(source)[0]), _SAMPLE)))
    exchanged(pool, give_lines, [(piece, where) for piece in pieces(source)], take_lines)


def give_lines(task: tuple[str, int, tuple[Piece, list[str]]]) -> None:
    folder, giver, (piece, where) = task
    give(folder, giver, shares_of(list(lines(piece)), where))


def take_lines(task: tuple[str, int]) -> None:
    with open(f"{OUTPUT}/part-{task[1]}", "w", encoding="ascii") as file:
        file.writelines(f"{line}\n" for line in taken(*task))
