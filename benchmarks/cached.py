"""The programs that come back to cached data: log mining, PageRank, k-means, logistic regression.

Each yields after every step (a search, a round), so that steps are timed apart; what it yields is
compared between the engines. Numbers are rounded, as the order of a sum is the engine's affair.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import dist, inf
from operator import add
from typing import Any

import numpy as np

Steps = Iterator[Any]
PARTS = 4

# -- log mining: section 2.2.1 of Zaharia et al., "Resilient Distributed Datasets", NSDI 2012 ------


def log_mining(sc: Any, megabytes: int, source: str) -> Steps:
    """The first search reads the log; the others see the errors that it left in memory."""
    errors = sc.textFile(source, 8).filter(lambda line: " ERROR " in line).cache()
    yield errors.count()
    yield errors.filter(lambda line: "Allocator" in line).count()
    times = errors.filter(lambda line: "xception" in line).map(lambda line: line.split()[1])
    yield sorted(times.collect())[::1000]


# -- PageRank: links and ranks are divided alike, so that their join moves nothing -----------------


def pagerank(sc: Any, copies: int, source: str) -> Steps:
    links = (
        sc.textFile(source, PARTS)
        .map(lambda line: tuple(line.split()))
        .flatMap(lambda link: [(link[0], link[1]), (link[1], None)])
        .groupByKey(PARTS)
        .mapValues(lambda others: [other for other in others if other is not None])
        .cache()
    )
    pages = links.count()
    ranks = links.mapValues(lambda others: 1 / pages)
    for _ in range(10):
        given = links.join(ranks, PARTS).flatMap(shares).reduceByKey(add, PARTS)
        ranks = given.mapValues(lambda share: 0.15 / pages + 0.85 * share)
    best = ranks.takeOrdered(5, key=lambda page: (-round(page[1], 12), page[0]))
    yield pages, [(name, round(rank, 12)) for name, rank in best]


def shares(page: tuple[str, tuple[list[str], float]]) -> Iterator[tuple[str, float]]:
    """What a page gives in a round; nothing to itself, lest a page without links to it be lost."""
    name, (others, rank) = page
    yield name, 0.0
    if others:
        share = rank / len(others)
        for other in others:
            yield other, share


# -- k-means, on tuples and on arrays --------------------------------------------------------------

Point = tuple[float, ...]
CENTRES = [(1.0, 1.0), (1.0, 9.0), (9.0, 1.0), (9.0, 9.0)]


def kmeans(sc: Any, size: int, source: str) -> Steps:
    points = sc.parallelize(range(size), PARTS).map(point).cache()
    centres = CENTRES
    for _ in range(10):
        centres = moved(points, sc.broadcast(centres))
        yield [[round(number, 6) for number in centre] for centre in centres]


def moved(points: Any, centres: Any) -> list[Point]:
    sums = (
        points.map(lambda point: (nearest(point, centres.value), (point, 1)))
        .reduceByKey(total, PARTS)
        .collectAsMap()
    )
    return [(x / count, y / count) for _, ((x, y), count) in sorted(sums.items())]


def point(number: int) -> Point:
    """Points scattered over a square, without chance."""
    return number * 0.618033988749895 % 10, number * 0.7548776662466927 % 10


def nearest(point: Point, centres: list[Point]) -> int:
    closest, least = 0, inf
    for number, centre in enumerate(centres):
        distance = dist(point, centre)
        if distance < least:
            closest, least = number, distance
    return closest


def total(one: tuple[Point, int], other: tuple[Point, int]) -> tuple[Point, int]:
    (a, b), count = one
    (x, y), more = other
    return (a + x, b + y), count + more


def kmeans_arrays(sc: Any, size: int, source: str) -> Steps:
    """``size`` points in ten dimensions, one array in each partition."""
    blocks = sc.parallelize(range(PARTS), PARTS).map(lambda seed: normal(seed, size, 10)).cache()
    centres = blocks.map(lambda points: points[:4]).first()
    for _ in range(10):
        centres = moved_arrays(blocks, sc.broadcast(centres))
        yield centres.round(6).tolist()


def moved_arrays(blocks: Any, centres: Any) -> np.ndarray:
    found = blocks.map(lambda points: sums(points, centres.value)).reduce(add)
    return found[:, 1:] / found[:, :1]


def normal(seed: int, size: int, width: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(size // PARTS, width))


def sums(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """For each centre, how many points are nearest to it and their sum."""
    closest = np.argmin((centres**2).sum(axis=1) - 2 * points @ centres.T, axis=1)
    member = closest == np.arange(len(centres))[:, None]
    return np.column_stack([member.sum(axis=1), member @ points])


# -- logistic regression ---------------------------------------------------------------------------


def logistic_regression(sc: Any, size: int, source: str) -> Steps:
    """``size`` observations of ten numbers, in one array for each partition."""
    blocks = sc.parallelize(range(PARTS), PARTS).map(lambda seed: observed(seed, size)).cache()
    weights = np.zeros(10)
    for _ in range(20):
        weights = weights + slope(blocks, weights) / size
        yield weights.round(6).tolist()


def slope(blocks: Any, weights: np.ndarray) -> np.ndarray:
    return blocks.map(lambda block: gradient(*block, weights)).treeReduce(add)


def observed(seed: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """1 or 0 for each observation, and what explains it."""
    explaining = normal(seed, size, 10)
    return (explaining.sum(axis=1) > 0).astype(float), explaining


def gradient(observed: np.ndarray, explaining: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return (observed - 1 / (1 + np.exp(-explaining @ weights))) @ explaining
