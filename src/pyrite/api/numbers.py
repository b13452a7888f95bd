"""Actions on numbers, and on whatever can be compared."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import reduce
from itertools import chain
from typing import Any, overload

from pyrite.api.actions import NOTHING_TO_REDUCE
from pyrite.api.dataset import Dataset, T_co
from pyrite.api.statcounter import StatCounter
from pyrite.lineage.terminals import Draw


class NumberActions(Dataset[T_co]):
    """Sums, extremes, statistics."""

    @overload
    def sum(self: Dataset[int]) -> int: ...
    @overload
    def sum(self: Dataset[float]) -> float: ...
    @overload
    def sum(self: Dataset[Any]) -> Any: ...
    def sum(self: Dataset[Any]) -> Any:
        """The sum of all records; 0 if there are none."""
        return sum(self._run(Draw(sum)))

    def max(self, key: Callable[[T_co], Any] | None = None) -> T_co:
        """The largest record.

        Raises:
            ValueError: there is none.
        """
        largest: T_co = self._extreme(max, key)
        return largest

    def min(self, key: Callable[[T_co], Any] | None = None) -> T_co:
        """The smallest record.

        Raises:
            ValueError: there is none.
        """
        smallest: T_co = self._extreme(min, key)
        return smallest

    def _extreme(self, choose: Callable[..., Any], key: Callable[[T_co], Any] | None) -> Any:
        def chosen(records: Iterator[T_co]) -> list[T_co]:
            return [choose(chain([first], records), key=key) for first in records]

        found = list(chain.from_iterable(self._run(Draw(chosen))))
        if not found:
            raise ValueError(NOTHING_TO_REDUCE)
        return choose(found, key=key)

    def stats(self) -> StatCounter:
        """Count, mean, variance, largest and smallest in one pass.

        Example:
            >>> sc.parallelize([1, 2, 3]).stats()
            (count: 3, mean: 2.0, stdev: 0.816496580927726, max: 3.0, min: 1.0)
        """
        parts = self._run(Draw(StatCounter))
        return reduce(StatCounter.mergeStats, parts, StatCounter())

    def mean(self) -> float:
        """The mean of all records; 0.0 if there are none."""
        return self.stats().mean()

    def variance(self) -> float:
        """The variance of the records as the whole population; NaN if there are none."""
        return self.stats().variance()

    def stdev(self) -> float:
        """The standard deviation: the square root of `variance`."""
        return self.stats().stdev()

    def sampleVariance(self) -> float:
        """The variance of the records as a sample, divided by their number less one; NaN if there
        are fewer than two."""
        return self.stats().sampleVariance()

    def sampleStdev(self) -> float:
        """The standard deviation as a sample: the square root of `sampleVariance`."""
        return self.stats().sampleStdev()

    def histogram(self, buckets: int | list[Any] | tuple[Any, ...]) -> tuple[Any, list[int]]:
        """How many records fall into each bucket.

        Parameters:
            buckets: how many buckets of equal width, from the smallest to the largest record;
                or the bounds, ascending. Each is open on the right, but the last is closed.

        Returns:
            The bounds (one more than there are buckets), and the counts.

        Example:
            >>> sc.range(51).histogram(2)
            ([0, 25, 50], [25, 26])
        """
        if isinstance(buckets, int):
            return self._even_histogram(buckets)
        if not isinstance(buckets, list | tuple):
            raise TypeError("buckets should be a list or tuple or number(int or long)")
        if len(buckets) < 2:
            raise ValueError("buckets should have more than one value")
        if not all(map(_is_usable, buckets)):
            raise ValueError("can not have None or NaN in buckets")
        if sorted(buckets) != list(buckets):
            raise ValueError("buckets should be sorted")
        if len(set(buckets)) != len(buckets):
            raise ValueError("buckets should not contain duplicated values")
        return buckets, self._bucket_counts(list(buckets))

    def _even_histogram(self, number: int) -> tuple[list[Any], list[int]]:
        if number < 1:
            raise ValueError("number of buckets must be >= 1")
        usable = self._rdd.filter(_is_usable)
        extremes = usable._run(_low_and_high)
        found = list(chain.from_iterable(extremes))
        if not found:
            raise ValueError("can not generate buckets from empty RDD")
        low, high = min(found), max(found)
        if low == high or number == 1:
            return [low, high], [usable.count()]
        try:
            step = (high - low) / number
        except TypeError:
            raise TypeError("Can not generate buckets with non-number in RDD") from None
        if math.isinf(step):
            raise ValueError("Can not generate buckets with infinite value")
        if int(step) * number == high - low:  # whole bounds stay whole
            step = int(step)
        bounds = [low + i * step for i in range(number)] + [high]
        return bounds, self._bucket_counts(bounds)

    def _bucket_counts(self, bounds: list[Any]) -> list[int]:
        def counted(records: Iterator[Any]) -> list[int]:
            counts = [0] * (len(bounds) - 1)
            for record in records:
                if _is_usable(record) and bounds[0] <= record <= bounds[-1]:
                    counts[min(bisect_right(bounds, record), len(counts)) - 1] += 1
            return counts

        nothing = [0] * (len(bounds) - 1)
        return [sum(column) for column in zip(nothing, *self._run(Draw(counted)), strict=True)]


def _low_and_high(records: Iterator[Any], task: Any) -> list[Any]:
    for first in records:
        low = high = first
        for record in records:
            if record < low:
                low = record
            elif record > high:
                high = record
        return [low, high]
    return []


def _is_usable(value: Any) -> bool:
    return value is not None and not (isinstance(value, float) and math.isnan(value))
