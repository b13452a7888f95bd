"""Random samples of partitions, drawn as PySpark draws them: the same seed, the same records."""

from __future__ import annotations

import math
import random
import re
import struct
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, count, islice
from typing import Any

from pyrite.lineage.ops import Map, Op, apply_ops

LARGEST_FRACTION = 1 / 4096
"""Of the records that a `KeySample` keeps the keys, though its size is less."""

_FIRST_AHEAD, _MOST_AHEAD = 64, 4096
_ZERO = re.compile(b"\0")
_TWO_WORDS = struct.Struct("<II")


def sampler(
    with_replacement: bool, fraction: float, seed: int
) -> Callable[[int, Iterator[Any]], Iterator[Any]]:
    """A function of (partition number, records) that keeps about ``fraction`` of them."""
    draw = _poisson if with_replacement else _bernoulli
    return lambda partition, records: draw(fraction, seed, partition, records)


def range_sampler(
    low: float, high: float, seed: int
) -> Callable[[int, Iterator[Any]], Iterator[Any]]:
    """A function of (partition number, records) that keeps those for which a number in
    ``[low, high)`` is drawn. With one seed, a record is in one range of those that share bounds."""

    def draw(partition: int, records: Iterator[Any]) -> Iterator[Any]:
        uniform = _generator(seed, partition).random
        return (record for record in records if low <= uniform() < high)

    return draw


def stratified_sampler(
    with_replacement: bool, fractions: Mapping[Any, float], seed: int
) -> Callable[[int, Iterator[Any]], Iterator[Any]]:
    """As `sampler` for pairs, with a fraction for each key."""

    def bernoulli(partition: int, pairs: Iterator[Any]) -> Iterator[Any]:
        uniform = _generator(seed, partition).random
        return ((key, value) for key, value in pairs if uniform() < fractions[key])

    def poisson(partition: int, pairs: Iterator[Any]) -> Iterator[Any]:
        generator = _generator(seed, partition)
        return (
            (key, value)
            for key, value in pairs
            for _ in range(_poisson_draw(fractions[key], generator))
        )

    return poisson if with_replacement else bernoulli


def _generator(seed: int, partition: int) -> random.Random:
    generator = random.Random(seed ^ partition)
    for _ in range(10):  # neighbouring seeds begin alike
        generator.randint(0, 1)
    return generator


def _bernoulli(fraction: float, seed: int, partition: int, records: Iterator[Any]) -> Iterator[Any]:
    uniform = _generator(seed, partition).random
    return (record for record in records if uniform() < fraction)


def _poisson(fraction: float, seed: int, partition: int, records: Iterator[Any]) -> Iterator[Any]:
    generator = _generator(seed, partition)
    return (record for record in records for _ in range(_poisson_draw(fraction, generator)))


def _poisson_draw(mean: float, generator: random.Random) -> int:
    """A Poisson number: Knuth, TAOCP vol. 2, 3.4.1 F; by waiting times where exp(-mean) is tiny."""
    if mean < 20.0:
        limit = math.exp(-mean)
        product, count = generator.random(), 0
        while product > limit:
            product *= generator.random()
            count += 1
        return count
    waited, count = generator.expovariate(mean), 0
    while waited < 1.0:
        waited += generator.expovariate(mean)
        count += 1
    return count


class KeySample:
    """About ``size`` keys of pairs, drawn in one pass: those that `sampler` would draw with the
    seed 1 and the fraction that ``size`` is of the records, once they have been counted.

    Parameters:
        size: of the sample, of all partitions together.
        key_function: applied to a key, or None.
    """

    def __init__(self, size: float, key_function: Callable[[Any], Any] | None = None) -> None:
        self._size = size
        self._key_ops = [Map(_key)] if key_function is None else [Map(_key), Map(key_function)]

    def of_partition(
        self, partition: int, records: Iterator[Any], ops: Sequence[Op] = ()
    ) -> tuple[int, list[tuple[float, Any]]]:
        """How many records there are, and the keys that may be wanted, with what was drawn for
        each. The more records have been seen, the lower is the fraction that there can be.

        Parameters:
            ops: make pairs of those of the records that are chosen.
        """
        chosen = _Chosen(self._size, partition)
        for key in apply_ops([*ops, *self._key_ops], partition, chosen.of(records)):
            chosen.drawn.append((chosen.draw, key))
        return chosen.count, chosen.drawn

    def of_all(
        self, parts: list[tuple[int, list[tuple[float, Any]]]], fraction: float = 0.0
    ) -> list[Any]:
        """The sample, of what `of_partition` gave.

        Parameters:
            fraction: of the records, to be drawn even if that is more; up to `LARGEST_FRACTION`.
        """
        wanted = max(fraction, self._size / max(1, sum(count for count, _ in parts)))
        return [key for _, drawn in parts for draw, key in drawn if draw < wanted]


class _Chosen:
    """Chooses records by drawing a number for each.

    Attributes:
        draw: what was drawn for the record that came last.
        drawn: to be added to for each record that comes, before the next is asked for. It loses
            what turns out not to be wanted.
        count: of all records, when they have come to an end.
    """

    def __init__(self, size: float, partition: int) -> None:
        self._size = size
        self._generator = _generator(1, partition)
        self.draw = 0.0
        self.drawn: list[tuple[float, Any]] = []
        self.count = 0

    def of(self, records: Iterator[Any]) -> Iterator[Any]:
        """Those that may be wanted."""
        limit, room, ahead = 1.0, 2 * self._size, _FIRST_AHEAD
        numbers = count()
        counted = zip(records, numbers, strict=False)
        for first in counted:
            if len(self.drawn) > room:
                limit = min(1.0, max(LARGEST_FRACTION, self._size / self.count))
                self.drawn = [each for each in self.drawn if each[0] < limit]
                room = len(self.drawn) + 2 * self._size
            # Drawn ahead, so that C can pass over the records between those chosen.
            batch = chain((first,), islice(counted, ahead - 1))
            passed = 0
            for place, draw in _drawn_below(limit, ahead, self._generator):
                self.draw = draw
                for record, _ in islice(batch, place - passed, place - passed + 1):
                    yield record
                passed = place + 1
            deque(batch, maxlen=0)
            self.count += ahead
            ahead = min(2 * ahead, _MOST_AHEAD)
        self.count = next(numbers)


def _drawn_below(limit: float, number: int, generator: random.Random) -> list[tuple[int, float]]:
    """Which of ``number`` calls of ``generator.random()`` give less than ``limit``, and what.

    If these are few, all is drawn in one go: `random.Random.random` makes a number of the upper
    27 bits of 32 and the upper 26 of the next 32, which `getrandbits` gives in the same order. Of
    those below 1/256 the first byte is 0, which leaves few to look at.
    """
    if limit > 1 / 256:
        uniform = generator.random
        return [(place, draw) for place in range(number) if (draw := uniform()) < limit]
    words = generator.getrandbits(64 * number).to_bytes(8 * number, "little")
    found = []
    for zero in _ZERO.finditer(words[3::8]):
        place = zero.start()
        upper, lower = _TWO_WORDS.unpack_from(words, 8 * place)
        draw = ((upper >> 5) * (1 << 26) + (lower >> 6)) / (1 << 53)
        if draw < limit:
            found.append((place, draw))
    return found


def _key(pair: tuple[Any, Any]) -> Any:
    return pair[0]
