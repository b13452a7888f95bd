"""What can be said of a whole dataset when only some of its partitions have been seen.

The partitions seen are taken for a simple random sample of all: clusters of records, drawn without
replacement. Sources: Cochran, "Sampling Techniques" (3rd ed., 1977), sections 2.5 (totals), 2.8
(confidence limits) and 6.4 (ratios); Student's t from Abramowitz and Stegun, "Handbook of
Mathematical Functions" (1964), 26.7.3 and 26.7.4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

_NEARLY_NORMAL = 100
"""Degrees of freedom from which on Student's t is taken for normal."""


class BoundedFloat(float):
    """An estimate, and where the true value probably lies.

    Attributes:
        mean: the estimate, as the number itself.
        confidence: with what probability the true value lies between the bounds.
        low, high: the bounds.

    Example:
        >>> about = BoundedFloat(100.0, 0.95, 95.0, 105.0)
        >>> about / 2, about.confidence, about.high
        (50.0, 0.95, 105.0)
    """

    confidence: float
    low: float
    high: float

    def __new__(cls, mean: float, confidence: float, low: float, high: float) -> BoundedFloat:
        self = float.__new__(cls, mean)
        self.confidence = confidence
        self.low = low
        self.high = high
        return self

    def __reduce__(self) -> tuple[type[BoundedFloat], tuple[float, float, float, float]]:
        return BoundedFloat, (float(self), self.confidence, self.low, self.high)

    @property
    def mean(self) -> float:
        return float(self)


class Portion(NamedTuple):
    """How many numbers a partition has, and their sum."""

    records: int
    sum: float


NOTHING_KNOWN = (0.0, 0.0, -math.inf, math.inf)


def estimated_total(sums: Sequence[float], of: int, confidence: float) -> BoundedFloat:
    """The sum over ``of`` partitions, of which some have the sums ``sums``.

    Example:
        >>> total = estimated_total([9.0, 10.0, 11.0], 4, 0.95)
        >>> float(total), round(total.low, 2), round(total.high, 2)
        (40.0, 35.03, 44.97)
    """
    seen = len(sums)
    if seen == of:
        total = sum(sums)
        return BoundedFloat(total, 1.0, total, total)
    if not seen:
        return BoundedFloat(*NOTHING_KNOWN)
    total = sum(sums) * of / seen
    spread = of * math.sqrt(_error(sums, of)) if seen > 1 else math.inf
    return _bounded(total, spread, seen, confidence)


def estimated_mean(portions: Sequence[Portion], of: int, confidence: float) -> BoundedFloat:
    """The mean over ``of`` partitions, of which some are ``portions``: a ratio of two sums."""
    seen = len(portions)
    count = sum(portion.records for portion in portions)
    mean = sum(portion.sum for portion in portions) / count if count else 0.0
    if seen == of:
        return BoundedFloat(mean, 1.0, mean, mean)
    if not count:
        return BoundedFloat(*NOTHING_KNOWN)
    if seen == 1:
        return _bounded(mean, math.inf, seen, confidence)
    residuals = [portion.sum - mean * portion.records for portion in portions]
    spread = math.sqrt(_error(residuals, of)) / (count / seen)
    return _bounded(mean, spread, seen, confidence)


def _error(values: Sequence[float], of: int) -> float:
    """The variance of the mean of some of ``of`` values."""
    seen = len(values)
    mean = sum(values) / seen
    variance = sum((value - mean) * (value - mean) for value in values) / (seen - 1)
    return (1 - seen / of) * variance / seen


def _bounded(mean: float, spread: float, seen: int, confidence: float) -> BoundedFloat:
    reach = math.inf if math.isinf(spread) else spread * two_sided_t(seen - 1, confidence)
    return BoundedFloat(mean, confidence, mean - reach, mean + reach)


def two_sided_t(freedom: int, confidence: float) -> float:
    """The t within which Student's distribution has the probability ``confidence``.

    Parameters:
        freedom: degrees of freedom, at least 1.

    Example:
        >>> round(two_sided_t(10, 0.95), 3)
        2.228
    """
    if confidence >= 1:
        return math.inf
    if freedom > _NEARLY_NORMAL:
        from statistics import NormalDist

        return NormalDist().inv_cdf((1 + confidence) / 2)
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        if _probability_within(middle, freedom) < confidence:
            low = middle
        else:
            high = middle
    return math.tan(low) * math.sqrt(freedom)


def _probability_within(angle: float, freedom: int) -> float:
    """Of Student's t to lie within ``tan(angle) * sqrt(freedom)`` of 0."""
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term, total = (cosine if odd else 1.0), 0.0
    for power in range(odd, freedom - 1, 2):
        total += term
        term *= cosine * cosine * (power + 1) / (power + 2)
    return 2 / math.pi * (angle + sine * total) if odd else sine * total
