"""Pi, from the share of random points in a square that fall within its circle.

    python examples/pi.py [PARTITIONS]

Nothing is read: all of the time goes to the user's own function, on every core.
"""

import random
import sys

from pyrite import SparkContext

POINTS = 200_000  # in each partition


def inside(seed: int) -> int:
    """How many of the points fall within; the seed makes every run the same."""
    chance = random.Random(seed)
    return sum(chance.random() ** 2 + chance.random() ** 2 < 1 for _ in range(POINTS))


with SparkContext(appName="pi") as sc:
    partitions = int(sys.argv[1]) if sys.argv[1:] else 10
    within = sc.range(partitions, numSlices=partitions).map(inside).sum()
    print(f"Pi is about {4 * within / (POINTS * partitions):.4f}")
