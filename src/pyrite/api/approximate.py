"""Actions that would rather be quick, or small, than exact."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import reduce
from typing import Any

from pyrite.api.callsite import public_call
from pyrite.api.dataset import Dataset, T_co
from pyrite.api.estimates import BoundedFloat, Portion, estimated_mean, estimated_total
from pyrite.api.hyperloglog import HyperLogLog
from pyrite.core.context import TaskContext
from pyrite.core.errors import JobCancelled, UnsupportedError
from pyrite.plan.program import Action

_LEAST_DEVIATION = 0.000017
_MOST_PRECISION = 24


class ApproximateActions(Dataset[T_co]):
    """Estimates from the partitions that are done in time, and counts of different records.

    An estimate takes the partitions that were done first for a random sample of all. It misleads
    where the time that a partition takes has to do with what is estimated: small partitions are
    done first.
    """

    def countApprox(self, timeout: int, confidence: float = 0.95) -> int:
        """About how many records there are: exact, if all partitions are counted in time.

        Parameters:
            timeout: milliseconds after which the job is cancelled. With master ``local``, the
                running task is finished first.
            confidence: as for `sumApprox`, which gives bounds where this gives none.
        """
        sums = self._done_in_time(_counted, timeout, confidence)
        return int(estimated_total(sums, self._node.num_partitions, confidence))

    def sumApprox(self, timeout: int, confidence: float = 0.95) -> BoundedFloat:
        """About the sum of all records: exact, if all partitions are summed up in time.

        Parameters:
            timeout: milliseconds after which the job is cancelled. With master ``local``, the
                running task is finished first.
            confidence: with what probability the sum shall lie between the bounds of the result,
                0 to 1. The bounds are infinite if there was time for less than two partitions.

        Returns:
            A float with ``mean``, ``confidence``, ``low`` and ``high``. An exact sum has the
            confidence 1; of no partition at all, the estimate is 0, with the confidence 0.

        Example:
            >>> sc.range(1000).sumApprox(60_000)
            499500.0
        """
        sums = self._done_in_time(_summed, timeout, confidence)
        return estimated_total(sums, self._node.num_partitions, confidence)

    def meanApprox(self, timeout: int, confidence: float = 0.95) -> BoundedFloat:
        """About the mean of all records; parameters and result as for `sumApprox`.

        Example:
            >>> mean = sc.range(1000).meanApprox(60_000)
            >>> mean, mean.low, mean.confidence
            (499.5, 499.5, 1.0)
        """
        portions = self._done_in_time(_portion, timeout, confidence)
        return estimated_mean(portions, self._node.num_partitions, confidence)

    def countApproxDistinct(self, relativeSD: float = 0.05) -> int:
        """About how many different records there are.

        Parameters:
            relativeSD: standard deviation of the result as a share of it, at least 0.000017.
                The smaller, the more memory: ``1.11 / relativeSD ** 2`` bytes a task.

        Raises:
            ValueError: ``relativeSD`` is too small.
            UnsupportedError: it would take more than 16 MiB a task.

        Example:
            >>> 900 < sc.range(1000).map(str).countApproxDistinct() < 1100
            True
        """
        if relativeSD < _LEAST_DEVIATION:
            raise ValueError(f"relativeSD should be greater than {_LEAST_DEVIATION:f}")
        precision = HyperLogLog.precision_for(relativeSD)
        if precision > _MOST_PRECISION:
            raise UnsupportedError(
                f"countApproxDistinct with relativeSD={relativeSD} would take {1 << precision} "
                f"bytes in every task; count exactly with distinct().count()"
            )

        def sketched(records: Iterator[Any], task: TaskContext) -> HyperLogLog:
            sketch = HyperLogLog(precision)
            sketch.add_all(records)
            return sketch

        parts = self._run(sketched)
        return reduce(HyperLogLog.merge, parts, HyperLogLog(precision)).count()

    def _done_in_time(self, action: Action, timeout: int, confidence: float) -> list[Any]:
        """The results of the partitions that were done after ``timeout`` milliseconds."""
        if not 0 <= confidence <= 1:
            raise ValueError(f"confidence must be between 0 and 1, not {confidence}")
        driver, properties = self._context._driver, self._context._properties.snapshot()
        partitions = range(self._node.num_partitions)
        job = driver.submit(self._node, partitions, action, public_call(), properties)
        late = threading.Event()

        def give_up() -> None:
            late.set()
            driver.cancel(job, "its time is up")

        timer = threading.Timer(timeout / 1000, give_up)
        timer.daemon = True
        timer.start()
        try:
            driver.wait(job)
        finally:
            timer.cancel()
        if job.error is not None and not (late.is_set() and isinstance(job.error, JobCancelled)):
            raise job.error
        return job.results_so_far()


def _counted(records: Iterator[Any], task: TaskContext) -> float:
    return float(sum(1 for _ in records))


def _summed(records: Iterator[Any], task: TaskContext) -> float:
    return float(sum(records))


def _portion(records: Iterator[Any], task: TaskContext) -> Portion:
    number, total = 0, 0.0
    for value in map(float, records):
        number += 1
        total += value
    return Portion(number, total)
