"""k-means on arrays: the same as `kmeans.py`, a block of points at a time; it needs NumPy.

    python examples/kmeans_numpy.py [INPUT [K]]

INPUT holds a point in each line, numbers with blanks between them; without it, clouds of points are
made up. K is the number of centres (3). Each partition keeps its points in memory as one array, so
that a round costs a few operations on arrays, not a few on every point.
"""

import sys
from collections.abc import Iterator
from operator import add

import numpy as np

from pyrite import RDD, Broadcast, SparkContext

CLOUDS = np.array([(0.0, 0.0), (6.0, 0.0), (3.0, 5.0)])
ROUNDS = 20


def made_up_block(seed: int) -> np.ndarray:
    chance = np.random.default_rng(seed)
    return CLOUDS[chance.integers(len(CLOUDS), size=50_000)] + chance.normal(size=(50_000, 2))


def block(lines: Iterator[str]) -> Iterator[np.ndarray]:
    """One array of a partition's points; none if there are no points."""
    if points := [line.split() for line in lines]:
        yield np.array(points, dtype=float)


def sums(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """For each centre the sum of the points that are nearest to it, and how many they are."""
    # |p - c|^2 = |p|^2 - 2pc + |c|^2, where |p|^2 is the same for all centres
    nearest = np.argmin((centres**2).sum(axis=1) - 2 * points @ centres.T, axis=1)
    columns = [np.ones(len(points)), *points.T]
    return np.stack([np.bincount(nearest, column, len(centres)) for column in columns], axis=1)


def moved(blocks: RDD[np.ndarray], centres: Broadcast) -> np.ndarray:
    """The centres after a round; one that is nearest to no point stays."""
    found = blocks.map(lambda points: sums(points, centres.value)).reduce(add)
    counts = found[:, :1]
    return np.where(counts, found[:, 1:] / np.maximum(counts, 1), centres.value)


source, clusters, *_ = [*sys.argv[1:], "", ""]
with SparkContext(appName="k-means on arrays") as sc:
    blocks = sc.textFile(source).mapPartitions(block) if source else sc.range(8).map(made_up_block)
    blocks.cache()
    centres = np.array(blocks.flatMap(list).takeSample(False, int(clusters or 3), seed=7))
    for _ in range(ROUNDS):
        known = sc.broadcast(centres)
        centres = moved(blocks, known)
        known.destroy()
    for centre in sorted(centres.tolist()):
        print(*(f"{number:.4f}" for number in centre))
