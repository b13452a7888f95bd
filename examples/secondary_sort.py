"""Visits from clicks: the engine sorts by user and then time, so that one pass finds the pauses.

    python examples/secondary_sort.py [INPUT]

INPUT holds lines of ``user,second``, both whole numbers, in any order; without it, some are made
up. Clicks of one user less than half an hour apart belong to one visit. Partitions are chosen by
user and sorted by (user, second) on the way: no user's clicks need to fit in memory.
"""

import random
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby

from pyrite import SparkContext

PAUSE = 30 * 60  # seconds


def made_up_clicks(visits: int) -> list[str]:
    """A month of short visits, shuffled."""
    chance = random.Random(7)
    lines = []
    for _ in range(visits):
        user, second = chance.randrange(500), chance.randrange(30 * 24 * 3600)
        for _ in range(chance.randrange(1, 20)):
            lines.append(f"{user},{second}")
            second += chance.randrange(1, 300)
    chance.shuffle(lines)
    return lines


def visits(clicks: Iterable[tuple[tuple[int, int], None]]) -> Iterator[tuple[int, int, int]]:
    """(user, clicks, seconds) of each visit, from clicks in order of user and time."""
    for user, of_user in groupby((key for key, _ in clicks), key=lambda key: key[0]):
        seconds = (second for _, second in of_user)
        first = last = next(seconds)
        count = 1
        for second in seconds:
            if second - last >= PAUSE:
                yield user, count, last - first
                first, count = second, 0
            last, count = second, count + 1
        yield user, count, last - first


with SparkContext(appName="secondary sort") as sc:
    lines = sc.textFile(sys.argv[1]) if sys.argv[1:] else sc.parallelize(made_up_clicks(5_000))
    found = (
        lines.map(lambda line: (tuple(map(int, line.split(","))), None))
        .repartitionAndSortWithinPartitions(4, partitionFunc=lambda key: key[0])
        .mapPartitions(visits)
    )
    print(f"{found.count():,} visits")
    print(f"{found.map(lambda visit: visit[1]).mean():.1f} clicks in a visit, on average")
    for user, clicks, seconds in found.top(3, key=lambda visit: (visit[2], visit)):
        print(f"user {user}: {clicks} clicks in {seconds / 60:.0f} minutes")
