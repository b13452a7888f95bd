"""Count, mean, variance and extremes of numbers, in one pass and mergeable."""

from __future__ import annotations

import math
from collections.abc import Iterable


class StatCounter:
    """Running statistics.

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
        self.maxValue = max(self.maxValue, value)
        self.minValue = min(self.minValue, value)
        return self

    def mergeStats(self, other: StatCounter) -> StatCounter:
        """Add all that another counter has seen."""
        if not isinstance(other, StatCounter):
            raise TypeError(f"mergeStats() needs a StatCounter, not {type(other).__name__}")
        if other.n:
            total = self.n + other.n
            delta = other.mu - self.mu
            self.m2 += other.m2 + delta * delta * self.n * other.n / total
            self.mu += delta * other.n / total
            self.n = total
            self.maxValue = max(self.maxValue, other.maxValue)
            self.minValue = min(self.minValue, other.minValue)
        return self

    def copy(self) -> StatCounter:
        """Another counter that has seen the same."""
        return StatCounter().mergeStats(self)

    def count(self) -> int:
        """How many numbers it has seen."""
        return int(self.n)

    def mean(self) -> float:
        """Their mean; 0.0 if there are none."""
        return float(self.mu)

    def sum(self) -> float:
        """Their sum."""
        return float(self.n * self.mu)

    def min(self) -> float:
        """The smallest; infinity if there are none."""
        return float(self.minValue)

    def max(self) -> float:
        """The largest; minus infinity if there are none."""
        return float(self.maxValue)

    def variance(self) -> float:
        """Of the numbers as the whole population. NaN if there are none."""
        return float(self.m2 / self.n) if self.n else math.nan

    def sampleVariance(self) -> float:
        """Of the numbers as a sample. NaN if there are fewer than two."""
        return float(self.m2 / (self.n - 1)) if self.n > 1 else math.nan

    def stdev(self) -> float:
        """The square root of `variance`."""
        return math.sqrt(self.variance())

    def sampleStdev(self) -> float:
        """The square root of `sampleVariance`."""
        return math.sqrt(self.sampleVariance())

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
