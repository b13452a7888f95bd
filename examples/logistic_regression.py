"""Logistic regression by gradient descent, on data that stays in memory; it needs NumPy.

    python examples/logistic_regression.py [INPUT]

INPUT holds an observation in each line, numbers with blanks between them: first 1 or 0 for what
was observed, then what may explain it; without it, some are made up. Printed are the weights, the
constant first, and the share of the observations that they tell rightly. Only the first round reads
the data and turns it into arrays, one for each partition; the others find them in memory.
"""

import sys
from collections.abc import Iterator
from operator import add

import numpy as np

from pyrite import RDD, SparkContext

ROUNDS, STEP = 200, 2.0
TRUE_WEIGHTS = np.array([-1.0, 2.0, -3.0, 0.5])

Block = tuple[np.ndarray, np.ndarray]  # observed: n; explaining: n rows, the first number is 1


def made_up_block(seed: int) -> Block:
    random = np.random.default_rng(seed)
    explaining = np.column_stack([np.ones(20_000), random.normal(size=(20_000, 3))])
    return random.random(20_000) < chances(explaining, TRUE_WEIGHTS), explaining


def block(lines: Iterator[str]) -> Iterator[Block]:
    if numbers := [line.split() for line in lines]:
        data = np.array(numbers, dtype=float)
        observed = data[:, 0].copy()
        data[:, 0] = 1
        yield observed, data


def chances(explaining: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-explaining @ weights))


def gradient(observed: np.ndarray, explaining: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Of the likelihood's logarithm, by each weight."""
    return (observed - chances(explaining, weights)) @ explaining


def slope(blocks: RDD[Block], weights: np.ndarray) -> np.ndarray:
    return blocks.map(lambda block: gradient(*block, weights)).reduce(add)


def told(observed: np.ndarray, explaining: np.ndarray, weights: np.ndarray) -> int:
    return int(np.sum((chances(explaining, weights) > 0.5) == observed))


with SparkContext(appName="logistic regression") as sc:
    if sys.argv[1:]:
        blocks = sc.textFile(sys.argv[1]).mapPartitions(block).cache()
    else:
        blocks = sc.range(8).map(made_up_block).cache()
    weights = np.zeros(blocks.first()[1].shape[1])
    count = blocks.map(lambda data: len(data[0])).sum()
    for _ in range(ROUNDS):
        weights = weights + STEP / count * slope(blocks, weights)
    right = blocks.map(lambda data: told(*data, weights)).sum()
    print("weights:", *(f"{weight:.4f}" for weight in weights))
    print(f"{right / count:.1%} of {count:,} observations told rightly")
