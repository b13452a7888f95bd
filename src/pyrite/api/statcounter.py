"""Count, mean, variance and extremes of numbers or arrays, in one pass and mergeable."""

from __future__ import annotations

import math
from collections.abc import Iterable


class StatCounter:
    """Running statistics. Those of NumPy's arrays are arrays, item by item.

    Welford's update (Technometrics 1962); two counters are merged as in Chan, Golub and
    LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances" (1979).

    Example:
        >>> stats = StatCounter([1, 2, 3, 4])
        >>> stats.count(), stats.mean(), stats.variance(), stats.max()
        (4, 2.5, 1.25, 4.0)
    """

    def __init__(self, values: Iterable[float] | None = None) -> None:
        self.n = 0
        self.mu = 0.0
        self.m2 = 0.0
        self.maxValue = -math.inf
        self.minValue = math.inf
        for value in values or ():
            self.merge(value)

    def merge(self, value: float) -> StatCounter:
        """Add a number."""
        delta = value - self.mu
        self.n += 1
        self.mu += delta / self.n
        self.m2 += delta * (value - self.mu)
        self._stretch(value, value)
        return self

    def mergeStats(self, other: StatCounter) -> StatCounter:
        """Add all that another counter has seen."""
        if not isinstance(other, StatCounter):
            raise TypeError(f"mergeStats() needs a StatCounter, not {type(other).__name__}")
        if other.n:
            total = self.n + other.n
            delta = other.mu - self.mu
            self.m2 += other.m2 + delta * delta * self.n * other.n / total
            self.mu = _merged_mean(self, other, total)
            self.n = total
            self._stretch(other.minValue, other.maxValue)
        return self

    def _stretch(self, low: float, high: float) -> None:
        try:
            self.minValue, self.maxValue = min(self.minValue, low), max(self.maxValue, high)
        except ValueError:  # these are arrays
            import numpy

            self.minValue = numpy.minimum(self.minValue, low)
            self.maxValue = numpy.maximum(self.maxValue, high)

    def copy(self) -> StatCounter:
        """Another counter that has seen the same."""
        return StatCounter().mergeStats(self)

    def count(self) -> int:
        """How many numbers it has seen."""
        return int(self.n)

    def mean(self) -> float:
        """Their mean; 0.0 if there are none."""
        return _plain(self.mu)

    def sum(self) -> float:
        """Their sum."""
        return _plain(self.n * self.mu)

    def min(self) -> float:
        """The smallest; infinity if there are none."""
        return _plain(self.minValue)

    def max(self) -> float:
        """The largest; minus infinity if there are none."""
        return _plain(self.maxValue)

    def variance(self) -> float:
        """Of the numbers as the whole population. NaN if there are none."""
        return _plain(self.m2 / self.n) if self.n else math.nan

    def sampleVariance(self) -> float:
        """Of the numbers as a sample. NaN if there are fewer than two."""
        return _plain(self.m2 / (self.n - 1)) if self.n > 1 else math.nan

    def stdev(self) -> float:
        """The square root of `variance`."""
        return _plain(self.variance() ** 0.5)

    def sampleStdev(self) -> float:
        """The square root of `sampleVariance`."""
        return _plain(self.sampleVariance() ** 0.5)

    def asDict(self, sample: bool = False) -> dict[str, float]:
        """All of them by name.

        Deviation and variance are those of a sample, and with ``sample`` those of the whole
        population: it reads the wrong way round, but is what PySpark documents.
        """
        return {
            "count": self.count(),
            "mean": self.mean(),
            "sum": self.sum(),
            "min": self.min(),
            "max": self.max(),
            "stdev": self.stdev() if sample else self.sampleStdev(),
            "variance": self.variance() if sample else self.sampleVariance(),
        }

    def __repr__(self) -> str:
        return (
            f"(count: {self.count()}, mean: {self.mean()}, stdev: {self.stdev()}, "
            f"max: {self.max()}, min: {self.min()})"
        )


def _merged_mean(one: StatCounter, other: StatCounter, total: int) -> float:
    """Of many and few, the mean of the many, moved; else what is nearer to the truth, their
    weighted mean (Chan et al., section 2)."""
    many, few = (one, other) if one.n > other.n else (other, one)
    if few.n * 10 >= many.n:
        return (one.mu * one.n + other.mu * other.n) / total
    return many.mu + (few.mu - many.mu) * few.n / total


def _plain(value: float) -> float:
    """A number as a float; an array as it is."""
    return value if getattr(value, "ndim", 0) else float(value)
