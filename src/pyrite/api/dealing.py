"""Where `repartition` puts records: as Spark deals them out, so that the layouts agree.

PySpark deals out batches of ten records, one partition after another. Where a partition begins to
deal is drawn at random, from its own number: of two that began alike, the same partitions would
get the longer hands.

Sources: Marsaglia, "Xorshift RNGs" (J. Stat. Software 8, 2003), seeded by MurmurHash3 (A. Appleby,
x86, 32 bit), drawn from as the documentation of ``java.util.Random.nextInt`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

_BATCH = 10
_WORD = (1 << 32) - 1
_LONG = (1 << 64) - 1
_ARRAY_SEED = 0x3C074A61  # with which Scala hashes arrays


def dealer(number: int) -> Callable[[int, Iterator[Any]], Iterator[tuple[int, list[Any]]]]:
    """A function of (partition, records) that gives batches, each with its place of ``number``.

    Example:
        >>> [(place, len(batch)) for place, batch in dealer(3)(7, iter(range(25)))]
        [(2, 10), (0, 10), (1, 5)]
    """

    def dealt(partition: int, records: Iterator[Any]) -> Iterator[tuple[int, list[Any]]]:
        place = first_draw(partition, number)
        while batch := list(islice(records, _BATCH)):
            place = (place + 1) % number
            yield place, batch

    return dealt


def first_draw(seed: int, bound: int) -> int:
    """The first number below ``bound`` of Spark's generator seeded with ``seed``."""
    state = _spread(seed)
    while True:
        state ^= state << 21 & _LONG
        state ^= state >> 35
        state ^= state << 4 & _LONG
        bits = state & 0x7FFFFFFF
        if bound & (bound - 1) == 0:
            return bound * bits >> 31
        if bits - bits % bound + bound <= 1 << 31:  # else the last numbers would come less often
            return bits % bound


def _spread(seed: int) -> int:
    data = seed.to_bytes(8, "big")
    low = _murmur3(data, _ARRAY_SEED)
    return _murmur3(data, low) << 32 | low


def _murmur3(data: bytes, seed: int) -> int:
    value = seed
    for start in range(0, len(data), 4):
        word = int.from_bytes(data[start : start + 4], "little") * 0xCC9E2D51 & _WORD
        value ^= _rotated(word, 15) * 0x1B873593 & _WORD
        value = _rotated(value, 13) * 5 + 0xE6546B64 & _WORD
    value ^= len(data)
    value = (value ^ value >> 16) * 0x85EBCA6B & _WORD
    value = (value ^ value >> 13) * 0xC2B2AE35 & _WORD
    return value ^ value >> 16


def _rotated(word: int, bits: int) -> int:
    return (word << bits | word >> (32 - bits)) & _WORD
