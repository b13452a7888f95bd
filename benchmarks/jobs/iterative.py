"""The programs that come back to cached data: log mining, PageRank, k-means, logistic regression.

Each yields after every step (a search, a round), so that steps are timed apart; the last of what it
yields is its answer. Numbers are rounded, as the order of a sum is the engine's affair.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import dist, inf
from operator import add
from typing import Any

from benchmarks.jobs.agreed import CENTRES, PARTS, SPLITS

Steps = Iterator[Any]

# -- log mining: section 2.2.1 of Zaharia et al., "Resilient Distributed Datasets", NSDI 2012 ------


def log_mining(sc: Any, megabytes: int, source: str) -> Steps:
    """The first search reads the log; the others see the errors that it left in memory."""
    return searches(sc.textFile(source, SPLITS).filter(lambda line: " ERROR " in line).cache())


def log_mining_cold(sc: Any, megabytes: int, source: str) -> Steps:
    """Each search reads the log."""
    return searches(sc.textFile(source, SPLITS).filter(lambda line: " ERROR " in line))


def searches(errors: Any) -> Steps:
    """How many errors; how many of the allocator; the times of those with an exception."""
    found = errors.count()
    yield found
    allocator = errors.filter(lambda line: "Allocator" in line).count()
    yield allocator
    times = errors.filter(lambda line: "xception" in line).map(lambda line: line.split()[1])
    yield found, allocator, sorted(times.collect())[::1000]


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

Point = tuple[float, float]


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
    from benchmarks.jobs.kernels import means, normal, sums

    rows = size // PARTS
    blocks = sc.parallelize(range(PARTS), PARTS).map(lambda seed: normal(seed, rows)).cache()
    centres = blocks.map(lambda points: points[:4]).first()
    for _ in range(10):
        shared = sc.broadcast(centres)
        centres = means(blocks.map(lambda points: sums(points, shared.value)).reduce(add))  # noqa: B023
        yield centres.round(6).tolist()


# -- logistic regression ---------------------------------------------------------------------------


def logistic_regression(sc: Any, size: int, source: str) -> Steps:
    """``size`` rows of ten numbers, in one array for each partition."""
    import numpy as np

    from benchmarks.jobs.kernels import WIDTH, gradient, observed

    rows = size // PARTS
    blocks = sc.parallelize(range(PARTS), PARTS).map(lambda seed: observed(seed, rows)).cache()
    weights = np.zeros(WIDTH)
    for _ in range(20):
        slopes = blocks.map(lambda block: gradient(block, weights))  # noqa: B023
        weights = weights + slopes.treeReduce(add) / size
        yield weights.round(6).tolist()
