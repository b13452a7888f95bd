"""What k-means and logistic regression do with an array, on whichever engine."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
WIDTH = 10


def normal(seed: int, rows: int) -> Array:
    """So many points in ten dimensions."""
    return np.random.default_rng(seed).normal(size=(rows, WIDTH))


def sums(points: Array, centres: Array) -> Array:
    """A row for each centre: how many points are nearest to it, and the sum of these."""
    closest = np.argmin((centres**2).sum(axis=1) - 2 * points @ centres.T, axis=1)
    member = closest == np.arange(len(centres))[:, None]
    return np.column_stack([member.sum(axis=1), member @ points])


def means(found: Array) -> Array:
    """The new centres, from the sum of all `sums`."""
    return found[:, 1:] / found[:, :1]


def observed(seed: int, rows: int) -> tuple[Array, Array]:
    """1 or 0 for each row, and ten numbers that explain it."""
    explaining = normal(seed, rows)
    return (explaining.sum(axis=1) > 0).astype(float), explaining


def gradient(block: tuple[Array, Array], weights: Array) -> Array:
    found, explaining = block
    return (found - 1 / (1 + np.exp(-explaining @ weights))) @ explaining
