"""Random samples of partitions, drawn as PySpark draws them: the same seed, the same records."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any


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
    """About ``size`` keys of a dataset, drawn in one pass: those that `sampler` would draw with the
    seed 1 and the fraction that ``size`` is of the records, once they have been counted.

    Parameters:
        size: of the sample, of all partitions together.
        key: of a record.
    """

    def __init__(self, size: float, key: Callable[[Any], Any]) -> None:
        self._size = size
        self._key = key

    def of_partition(self, partition: int, records: Iterator[Any]) -> tuple[int, list[Any]]:
        """How many records there are, and the keys that may be wanted, with what was drawn for
        each. The more records have been seen, the lower is the fraction that there can be."""
        uniform = _generator(1, partition).random
        key = self._key
        drawn: list[tuple[float, Any]] = []
        count, limit, room = 0, 1.0, 2 * self._size
        for record in records:
            count += 1
            if (draw := uniform()) < limit:
                drawn.append((draw, key(record)))
                if len(drawn) > room:
                    limit = min(1.0, self._size / count)
                    drawn = [each for each in drawn if each[0] < limit]
                    room = len(drawn) + 2 * self._size
        return count, drawn

    def of_all(self, parts: list[tuple[int, list[Any]]]) -> list[Any]:
        """The sample, of what `of_partition` gave."""
        fraction = min(self._size / max(1, sum(count for count, _ in parts)), 1.0)
        return [key for _, drawn in parts for draw, key in drawn if draw < fraction]


def range_bounds(keys: list[Any], parts: int) -> tuple[Any, ...]:
    """Keys that cut the data into ``parts`` ranges of about equal weight.

    Parameters:
        keys: some of the data's, at least one.
    """
    ordered = sorted(keys)
    return tuple(ordered[int(len(ordered) * (i + 1) / parts)] for i in range(parts - 1))
