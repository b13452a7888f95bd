"""Random samples of partitions, drawn as PySpark draws them: the same seed, the same records."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from typing import Any


def sampler(
    with_replacement: bool, fraction: float, seed: int
) -> Callable[[int, Iterator[Any]], Iterator[Any]]:
    """A function of (partition number, records) that keeps about ``fraction`` of them."""
    draw = _poisson if with_replacement else _bernoulli
    return lambda partition, records: draw(fraction, seed, partition, records)


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


def reservoir(
    size: int, seed: int, records: Iterator[Any], key: Callable[[Any], Any]
) -> tuple[int, list[Any]]:
    """How many records there are, and ``key`` of ``size`` of them at random (Vitter's R)."""
    generator = random.Random(seed)
    chosen: list[Any] = []
    count = 0
    for record in records:
        count += 1
        if count <= size:
            chosen.append(key(record))
        elif (place := int(generator.random() * count)) < size:
            chosen[place] = key(record)
    return count, chosen


def range_bounds(samples: list[tuple[int, list[Any]]], parts: int) -> list[Any]:
    """Keys that cut the data into ``parts`` ranges of about equal weight.

    Parameters:
        samples: for each partition, its number of records and some of their keys.
    """
    weighted = sorted(
        ((key, count / len(keys)) for count, keys in samples for key in keys),
        key=lambda pair: pair[0],
    )
    step = sum(weight for _, weight in weighted) / parts
    bounds: list[Any] = []
    passed = 0.0
    for key, weight in weighted:
        passed += weight
        while len(bounds) < parts - 1 and passed >= step * (len(bounds) + 1):
            bounds.append(key)
    return bounds
