"""k-means: each centre moves to the middle of the points that are nearer to it than to the others.

    python examples/kmeans.py [INPUT [K]]

INPUT holds a point in each line, numbers with blanks between them; without it, clouds of points are
made up. K is the number of centres (3). The points are kept in memory; the centres go to
the workers with each round. The method is Lloyd's ("Least Squares Quantization in PCM", 1982).
"""

import random
import sys
from math import dist, inf
from operator import add

from pyrite import RDD, Broadcast, SparkContext

Point = tuple[float, ...]
CLOUDS = [(0.0, 0.0), (6.0, 0.0), (3.0, 5.0)]
ROUNDS = 20


def made_up_point(seed: int) -> Point:
    chance = random.Random(seed)
    return tuple(chance.gauss(middle, 1) for middle in CLOUDS[seed % len(CLOUDS)])


def nearest(point: Point, centres: list[Point]) -> int:
    closest, least = 0, inf
    for number, centre in enumerate(centres):
        distance = dist(point, centre)
        if distance < least:
            closest, least = number, distance
    return closest


def moved(points: RDD[Point], centres: Broadcast) -> dict[int, Point]:
    """Where the centres go in a round, by number; one that is nearest to no point stays."""
    sums = (
        points.map(lambda point: (nearest(point, centres.value), (point, 1)))
        .reduceByKey(total)
        .collectAsMap()
    )
    return {
        number: tuple(coordinate / count for coordinate in point)
        for number, (point, count) in sums.items()
    }


def total(one: tuple[Point, int], other: tuple[Point, int]) -> tuple[Point, int]:
    """The sum of points, and how many they are."""
    return tuple(map(add, one[0], other[0])), one[1] + other[1]


source, clusters, *_ = [*sys.argv[1:], "", ""]
with SparkContext(appName="k-means") as sc:
    if source:
        points = sc.textFile(source).map(lambda line: tuple(map(float, line.split()))).cache()
    else:
        points = sc.range(30_000).map(made_up_point).cache()
    centres = points.takeSample(False, int(clusters or 3), seed=7)
    for _ in range(ROUNDS):
        known = sc.broadcast(centres)
        for number, centre in moved(points, known).items():
            centres[number] = centre
        known.destroy()
    for centre in sorted(centres):
        print(*(f"{number:.4f}" for number in centre))
