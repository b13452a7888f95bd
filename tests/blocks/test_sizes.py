"""Estimated sizes against those of all objects, counted one by one."""

from __future__ import annotations

import gc
import sys
from array import array
from collections import namedtuple
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from pyrite.blocks.sizes import SizeEstimate, size_of

COUNT = 20_000
Point = namedtuple("Point", "x y")
TABLE = {number: str(number) * 5 for number in range(5_000)}
LABELS = [f"label {number}" for number in range(30)]


@dataclass
class Visit:
    number: int
    page: str


class Node:
    def __init__(self, number: int) -> None:
        self.number = number
        self.self = self


RECORDS: dict[str, Callable[[], Iterator[Any]]] = {
    "ints": lambda: iter(range(COUNT)),
    "floats": lambda: (number / 7 for number in range(COUNT)),
    "pairs": lambda: ((number % 100, str(number)) for number in range(COUNT)),
    "an object twice": lambda: ((number + 1000.5,) * 2 for number in range(COUNT)),
    "one text for all": lambda: ("all the same" for _ in range(COUNT)),
    "a few texts": lambda: (LABELS[number % 30] for number in range(COUNT)),
    "a table for all": lambda: ((number, TABLE) for number in range(COUNT)),
    "named tuples": lambda: (Point(number, number / 2) for number in range(COUNT)),
    "instances": lambda: (Visit(number, str(number)) for number in range(COUNT)),
    "cycles": lambda: (Node(number) for number in range(COUNT)),
    "dicts": lambda: ({"id": number, "name": str(number)} for number in range(COUNT)),
    "sets": lambda: ({number * each for each in range(1, 40)} for number in range(300, 900)),
    "long lists": lambda: ([each / 3 for each in range(5_000)] for _ in range(20)),
    "long dicts": lambda: ({each: str(each) for each in range(5_000)} for _ in range(20)),
    "long lists of one text": lambda: (["the one"] * 50_000 for _ in range(20)),
    "growing texts": lambda: ("x" * number for number in range(COUNT // 4)),
    "shrinking lists": lambda: ([0.5] * (2_000 - number) for number in range(2_000)),
}


def counted(records: list[Any]) -> int:
    """Bytes of all that is reachable, each object once."""
    seen: set[int] = set()
    total = 0
    stack: list[Any] = [records]
    while stack:
        item = stack.pop()
        if id(item) not in seen and not isinstance(item, type):
            seen.add(id(item))
            total += sys.getsizeof(item)
            stack += gc.get_referents(item)
    return total


def estimated(records: Iterator[Any]) -> tuple[int, list[Any]]:
    taken: list[Any] = []
    estimate = SizeEstimate()
    for record in records:
        taken.append(record)
        start = len(taken) - 1
        for each, _ in zip(records, range(start // 8), strict=False):
            taken.append(each)
        estimate.grown(taken, start)
    return estimate.bytes(taken), taken


@pytest.mark.parametrize("kind", RECORDS)
def test_estimates_are_close(kind: str) -> None:
    size, records = estimated(RECORDS[kind]())
    assert 0.85 < size / counted(records) < 1.15


def test_arrays_count_with_their_buffers() -> None:
    assert size_of(np.zeros(1_000_000)) >= 8_000_000
    assert size_of(np.zeros((1000, 1000))[::2]) >= 4_000_000  # a view
    assert size_of({"weights": [np.zeros(1000)] * 3}) < 17_000
    assert size_of(array("d", bytes(80_000))) >= 80_000
    texts = np.array([str(number) * 20 for number in range(1000)], dtype=object)
    assert 0.9 < size_of(texts) / (texts.nbytes + sum(map(sys.getsizeof, texts))) < 1.1


def test_odd_objects_are_no_trouble() -> None:
    class Odd(list[int]):
        def __sizeof__(self) -> int:
            raise RuntimeError("do not ask")

        def __len__(self) -> int:
            raise RuntimeError("nor this")

    class Lying:
        nbytes = "many"

    for odd in (Odd(), Lying(), int, len, sys, estimated, (each for each in "ab"), Ellipsis):
        assert 0 < size_of([odd]) < 10_000
