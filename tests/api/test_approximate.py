"""Estimates from some of the partitions, and counts of different records."""

import math
import pickle
import random
import threading
from statistics import fmean, pstdev
from typing import ClassVar

import pytest
from tests.conftest import wait_until

from pyrite import JobCancelled, UnsupportedError
from pyrite.api.estimates import (
    BoundedFloat,
    Portion,
    estimated_mean,
    estimated_total,
    two_sided_t,
)
from pyrite.api.hyperloglog import HyperLogLog

# -- in time ----------------------------------------------------------------------------------


def test_what_is_done_in_time_is_exact(sc):
    numbers = sc.range(100, numSlices=4)
    assert numbers.countApprox(60_000) == 100
    total = numbers.sumApprox(60_000, 0.5)
    assert (total, total.mean, total.low, total.high) == (4950, 4950, 4950, 4950)
    assert total.confidence == 1.0
    assert numbers.meanApprox(60_000) == 49.5
    assert isinstance(total, BoundedFloat)
    assert type(numbers.countApprox(60_000)) is int


def test_nothing_counts_as_nothing(sc):
    for nothing in (sc.emptyRDD(), sc.parallelize([], 3)):
        assert nothing.countApprox(60_000) == 0
        assert nothing.sumApprox(60_000) == 0.0
        assert nothing.meanApprox(60_000) == 0.0


def test_errors_of_tasks_are_raised(sc):
    with pytest.raises(ZeroDivisionError):
        sc.range(3).map(lambda x: 1 // x).sumApprox(60_000)
    with pytest.raises(ValueError, match="confidence must be between 0 and 1, not 95"):
        sc.range(3).sumApprox(60_000, 95)


# -- not in time ------------------------------------------------------------------------------


@pytest.fixture
def out_of_time(monkeypatch):
    """``out_of_time(condition)``: the time of estimates is up once ``condition`` holds."""

    def set_up(condition):
        class Timer:
            daemon = True

            def __init__(self, seconds, function):
                def fire():
                    wait_until(condition, 30)
                    function()
                    fired.set()

                self._thread = threading.Thread(target=fire)
                self.start = self._thread.start

            def cancel(self):
                self._thread.join()

        fired = threading.Event()
        monkeypatch.setattr("pyrite.api.approximate.threading.Timer", Timer)
        return fired

    return set_up


@pytest.fixture
def stuck(make_context, tmp_path, out_of_time):
    """``stuck(master, parts, hanging, counts)``: a dataset of which some partitions never end, and
    whose time is up when all the others are done."""

    def dataset(master, parts, hanging, counts=lambda partition: 10):
        def records(partition, _):
            if partition in hanging:
                wait_until(lambda: False, 60)
            return [2.0 + partition] * counts(partition)

        log = tmp_path / "events"
        sc = make_context(master, {"pyrite.eventLog": str(log)})
        out_of_time(lambda: log.read_text().count('"TaskEnded"') == parts - len(hanging))
        return sc.parallelize([], parts).mapPartitionsWithIndex(records)

    return dataset


def test_estimate_is_made_of_the_partitions_done(stuck):
    late = stuck("local[3]", 6, (3, 5))
    total = late.sumApprox(3_000)
    # Partitions 0, 1, 2 and 4 gave 20, 30, 40 and 60; Student's t is 3.182.
    reach = 3.182446 * 6 * math.sqrt((1 - 4 / 6) * 875 / 3 / 4)
    assert total == pytest.approx(225)
    assert (total.low, total.high) == pytest.approx((225 - reach, 225 + reach), abs=0.001)
    assert total.confidence == 0.95
    assert late.context.range(10).count() == 10  # the workers are free again


def test_count_of_the_partitions_done(stuck):
    assert stuck("local[2]", 4, (3,), lambda partition: partition + 1).countApprox(1) == 8


def test_mean_of_the_partitions_done(stuck):
    mean = stuck("local[2]", 4, (3,), lambda partition: partition + 1).meanApprox(1, 0.5)
    assert mean == pytest.approx((2 * 1 + 3 * 2 + 4 * 3) / 6)
    assert mean.low < mean < mean.high
    assert mean.confidence == 0.5


def test_no_partition_done_says_nothing(stuck):
    total = stuck("local[2]", 2, (0, 1)).sumApprox(500)
    assert (total, total.confidence, total.low, total.high) == (0, 0, -math.inf, math.inf)


def test_inline_the_running_task_is_finished_first(make_context, journal, out_of_time):
    cancelled = out_of_time(lambda: "partition 1" in journal.lines())

    def records(partition, _):
        journal.note(f"partition {partition}")
        if partition == 1:
            wait_until(fired)
        yield 5

    fired = OfThisProcess(cancelled)
    sc = make_context("local")
    assert sc.parallelize([], 4).mapPartitionsWithIndex(records).sumApprox(500) == 4 * 5
    assert journal.lines() == ["partition 0", "partition 1"]


class OfThisProcess:
    """Asks an event that cannot be pickled."""

    events: ClassVar[dict[int, threading.Event]] = {}

    def __init__(self, event):
        self.number = id(event)
        self.events[self.number] = event

    def __call__(self):
        return self.events[self.number].is_set()


def test_a_real_clock_ends_it_too(make_context):
    never = make_context("local[2]").range(2).filter(lambda x: wait_until(lambda: False, 60))
    assert never.countApprox(1) == 0


def test_a_cancellation_by_others_is_no_estimate(make_context, journal):
    sc = make_context("local[2]")

    def cancel():
        wait_until(journal.lines)
        sc.cancelAllJobs()

    thread = threading.Thread(target=cancel)
    thread.start()
    with pytest.raises(JobCancelled):
        sc.range(2).filter(lambda x: journal.note(x) or wait_until(lambda: False, 60)).sumApprox(
            60_000
        )
    thread.join()


# -- estimates --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("freedom", "confidence", "expected"),
    [
        # Published tables of Student's t, two-sided.
        (1, 0.95, 12.706), (2, 0.95, 4.303), (3, 0.99, 5.841), (4, 0.5, 0.741), (9, 0.9, 1.833),
        (30, 0.95, 2.042), (100, 0.99, 2.626), (101, 0.95, 1.960), (5, 0.0, 0.0),
        (7, 1.0, math.inf),
    ],
)  # fmt: skip
def test_students_t(freedom, confidence, expected):
    assert two_sided_t(freedom, confidence) == pytest.approx(expected, abs=0.001)


@pytest.mark.parametrize("estimate", ["total", "mean"])
def test_bounds_hold_as_often_as_they_say(estimate):
    generator = random.Random(3)
    held = 0
    for _ in range(600):
        counts = [generator.randint(50, 150) for _ in range(40)]
        parts = [Portion(n, sum(generator.gauss(7, 3) for _ in range(n))) for n in counts]
        seen = generator.sample(parts, 12)
        if estimate == "total":
            truth = sum(part.sum for part in parts)
            found = estimated_total([part.sum for part in seen], 40, 0.9)
        else:
            truth = sum(part.sum for part in parts) / sum(part.records for part in parts)
            found = estimated_mean(seen, 40, 0.9)
        held += found.low <= truth <= found.high
    assert 0.86 < held / 600 < 0.94


def test_one_partition_bounds_nothing():
    assert estimated_total([5.0], 2, 0.95).high == math.inf
    assert estimated_mean([Portion(2, 5.0)], 2, 0.95) == 2.5
    assert estimated_mean([Portion(0, 0.0)], 2, 0.95).confidence == 0


@pytest.mark.parametrize("odd", [math.inf, -math.inf, math.nan])
def test_numbers_without_bounds_give_bounds_without_meaning(odd):
    total = estimated_total([odd, 1.0, -odd], 4, 0.95)
    assert math.isnan(total)
    assert math.isnan(total.low)
    assert math.isnan(estimated_mean([Portion(1, odd), Portion(1, 2.0)], 4, 0.95).high)


def test_bounded_float_travels():
    about = pickle.loads(pickle.dumps(BoundedFloat(1.5, 0.9, 1.0, 2.0)))
    assert (about, about.mean, about.confidence, about.low, about.high) == (1.5, 1.5, 0.9, 1.0, 2.0)


# -- different records ------------------------------------------------------------------------


def sketch_of(records, precision):
    sketch = HyperLogLog(precision)
    sketch.add_all(records)
    return sketch


@pytest.mark.parametrize("size", [0, 1, 10, 300, 1000, 3000, 30_000])
def test_counts_err_as_little_as_they_say(size):
    precision = 8
    errors = []
    for run in range(60 if size < 10_000 else 12):
        found = sketch_of(((run, i) for i in range(size)), precision).count()
        errors.append((found - size) / max(1, size))
    deviation = 1.04 / math.sqrt(1 << precision)
    assert abs(fmean(errors)) < 4 * deviation / math.sqrt(len(errors))
    assert pstdev(errors) < 1.4 * deviation


@pytest.mark.parametrize(
    "records",
    [
        range(20_000),
        range(0, -20_000, -1),
        [i * 2**32 for i in range(20_000)],
        [i / 8 for i in range(20_000)],
        [f"word {i}" for i in range(20_000)],
        [(i // 1000, i % 1000 * 4096) for i in range(20_000)],
        [(None, i, str(i)) for i in range(20_000)],
        [frozenset({i, -i - 5}) for i in range(20_000)],
    ],
    ids=["up", "down", "high bits", "eighths", "text", "pairs", "mixed", "sets"],
)
def test_records_of_every_kind_are_told_apart(records):
    assert sketch_of(records, 12).count() == pytest.approx(20_000, rel=4 * 1.04 / 64)


def test_sketches_merge_to_that_of_all():
    whole = sketch_of(range(5000), 10)
    parts = sketch_of(range(3000), 10).merge(sketch_of(range(2000, 5000), 10))
    assert parts.registers == whole.registers


def test_count_approx_distinct(sc):
    # The examples of PySpark's documentation.
    assert 900 < sc.parallelize(range(1000)).map(str).countApproxDistinct() < 1100
    assert 16 < sc.parallelize([i % 20 for i in range(1000)]).countApproxDistinct() < 24
    assert sc.emptyRDD().countApproxDistinct() == 0
    assert sc.parallelize([1, 1.0, True, None, None, "1"], 3).countApproxDistinct() == 3
    many = sc.range(50_000, numSlices=4)
    assert many.countApproxDistinct(0.005) == pytest.approx(50_000, rel=0.02)


def test_count_approx_distinct_refuses(sc):
    with pytest.raises(ValueError, match=r"relativeSD should be greater than 0\.000017"):
        sc.range(3).countApproxDistinct(0.00001)
    with pytest.raises(UnsupportedError, match=r"bytes in every task; .* distinct\(\)\.count\(\)"):
        sc.range(3).countApproxDistinct(0.0001)
    with pytest.raises(TypeError, match="unhashable"):
        sc.parallelize([[1]]).countApproxDistinct()
