"""Accumulators: what tasks add is read in the driver."""

import copy
import gc
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from operator import add

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyrite import Accumulator, AccumulatorParam, DriverOnlyError


class Union(AccumulatorParam):
    def zero(self, value):
        return set()

    def addInPlace(self, value1, value2):
        value1 |= value2
        return value1


class Fussy(AccumulatorParam):
    """Takes all numbers in tasks, but no large sum in the driver."""

    def zero(self, value):
        return 0

    def addInPlace(self, value1, value2):
        if value1 + value2 > 100:
            raise OverflowError("too much")
        return value1 + value2


@pytest.mark.parametrize("start", [5, 2.5, 1 + 2j, True, np.float64(1), np.float32(1), np.int64(4)])
def test_numbers_are_added_by_default(sc, start):
    total = sc.accumulator(start)
    sc.parallelize([1, 2, 3], 3).foreach(lambda x: total.add(x))
    assert total.value == start + 6
    assert type(total.value) is type(start + 6)


def test_plus_equals_in_a_function_with_a_global(run_script):
    program = """
        from pyrite import SparkContext
        with SparkContext({master!r}) as sc:
            a = sc.accumulator(1)
            def f(x):
                global a
                a += x
            sc.parallelize([1, 2, 3], 2).foreach(f)
            print(a.value, a, repr(a))
            a.value = 2
            a += 5
            print(a.value)
    """
    for master in ("local", "local[2]"):
        lines = "\n".join(line[8:] for line in program.format(master=master).splitlines())
        assert run_script(lines) == ["7 7 Accumulator<id=0, value=7>", "7"]


def test_arrays_are_added_by_default_and_the_callers_stays_as_it_was(sc):
    start = np.arange(3.0)
    totals = sc.accumulator(start)
    sc.parallelize(range(10), 4).foreach(lambda x: totals.add(np.full(3, x)))
    assert totals.value.tolist() == [45, 46, 47]
    assert start.tolist() == [0, 1, 2]


def test_array_of_another_shape_fails_the_task(sc):
    totals = sc.accumulator(np.zeros(3))
    with pytest.raises(ValueError, match="broadcast"):
        sc.parallelize([1], 1).foreach(lambda x: totals.add(np.zeros(2)))


@pytest.mark.parametrize("value", [[1.0], "text", None, {1}])
def test_value_without_a_default_param_is_refused_as_in_pyspark(sc, value):
    with pytest.raises(TypeError, match=r"default .* <class '\w+'>: give an AccumulatorParam"):
        sc.accumulator(value)


def test_custom_param(sc):
    seen = sc.accumulator(set(), Union())
    sc.parallelize(range(10), 3).foreach(lambda x: seen.add({x % 4}))
    assert seen.value == {0, 1, 2, 3}


def test_value_cannot_be_read_or_set_in_a_task(sc):
    total = sc.accumulator(1)

    def assign(x):
        total.value = x

    with pytest.raises(DriverOnlyError, match=r"cannot be read in a task.*add\(\)"):
        sc.parallelize([1], 1).map(lambda x: total.value).collect()
    with pytest.raises(DriverOnlyError, match="cannot be set in a task"):
        sc.parallelize([1], 1).foreach(assign)
    assert total.value == 1


def test_all_ways_to_an_accumulator_in_a_task_lead_to_one_share(sc):
    total = sc.accumulator(0)
    held = {"by": [total]}

    def count(x):
        total.add(1)
        held["by"][0].add(10)
        copy.deepcopy(held)["by"][0].add(100)
        x.add(1000)  # it came as a record
        pickle.loads(pickle.dumps(x)).add(10_000)
        return isinstance(x, Accumulator)

    assert sc.parallelize([total], 1).map(count).collect() == [True]
    assert total.value == 11_111


def test_accumulator_that_outlives_its_task_adds_to_the_next_ones_share(sc):
    total = sc.accumulator(0)

    def keep_and_add(records):
        for x in records:
            kept = threading.__dict__.setdefault("_kept_by_the_test", total)
            kept.add(x)

    for _ in range(3):
        sc.parallelize(range(4), 4).foreachPartition(keep_and_add)
    threading.__dict__.pop("_kept_by_the_test", None)
    assert total.value == 18


def test_cached_records_that_hold_an_accumulator_add_to_the_share_of_the_task_at_hand(sc):
    total = sc.accumulator(0)
    records = sc.parallelize(range(4), 2).map(lambda x: {"total": total}).cache()
    for action in range(1, 4):
        records.foreach(lambda record: record["total"].add(1))
        assert total.value == 4 * action
    records.unpersist()


def test_driver_object_that_a_task_sees_in_its_process_adds_to_the_tasks_share(make_context):
    """As a function of an imported module does, where tasks run in the driver's process."""
    sc = make_context("local", {"pyrite.task.maxFailures": 1})
    threading._total = total = sc.accumulator(0)

    def count(x):
        threading._total.add(1)
        if x == 2:
            raise KeyError("broken")

    with pytest.raises(KeyError):
        sc.parallelize([1, 2], 1).foreach(count)
    assert total.value == 0  # for the task failed
    with pytest.raises(DriverOnlyError):
        sc.parallelize([1], 1).map(lambda x: threading._total.value).collect()
    sc.parallelize([1, 3], 1).foreach(count)
    del threading._total
    assert total.value == 2


def test_threads_of_a_task_and_of_the_driver_lose_nothing(sc):
    total = sc.accumulator(0)

    def count_in_threads(records):
        def many(_):
            for _ in range(2000):
                total.add(1)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(many, records))

    def action(_):
        sc.parallelize(range(4), 2).foreachPartition(count_in_threads)
        for _ in range(1000):
            total.add(1)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(action, range(3)))
    assert total.value == 3 * (4 * 2000 + 1000)


class Slow(AccumulatorParam):
    """Lets other threads run in the middle of an addition."""

    def zero(self, value):
        return 0

    def addInPlace(self, value1, value2):
        time.sleep(0)
        return value1 + value2


def test_threads_that_add_at_once_wait_for_one_another(sc):
    total = sc.accumulator(0, Slow())

    def count_in_threads(records):
        with ThreadPoolExecutor(4) as pool:
            others = pool.map(lambda _: [total.add(1) for _ in range(200)], range(4))
            for _ in range(200):
                total.add(1)
            list(others)

    sc.parallelize(range(2), 2).foreachPartition(count_in_threads)
    assert total.value == 2 * 5 * 200


def test_record_that_brings_an_accumulator_to_the_driver_is_refused(sc):
    total = sc.accumulator(0, name="lines")
    with pytest.raises(DriverOnlyError, match="'lines' came out of a task"):
        sc.parallelize([total], 1).collect()


def test_failed_task_counts_for_nothing(sc):
    total = sc.accumulator(0)

    def work(x):
        total.add(1)
        return 1 // x

    with pytest.raises(ZeroDivisionError):
        sc.parallelize([1, 0], 1).foreach(work)
    assert total.value == 0


def test_generator_of_a_lazily_read_partition_counts(sc):
    total = sc.accumulator(0)

    def lazily(records):
        for x in records:
            total.add(1)
            yield x
        total.add(100)

    assert sc.parallelize(range(10), 2).mapPartitions(lazily).sum() == 45
    assert total.value == 210


def test_transformation_counts_for_each_action_but_not_before_a_shuffle_that_is_there(sc):
    total = sc.accumulator(0)

    def seen(x):
        total.add(1)
        return x % 2, x

    pairs = sc.parallelize(range(10), 3).map(seen)
    assert pairs.count() == 10
    assert pairs.count() == 10
    assert total.value == 20
    sums = pairs.reduceByKey(add)
    assert dict(sums.collect()) == {0: 20, 1: 25}
    assert total.value == 30
    assert sums.count() == 2
    assert sums.mapValues(str).count() == 2
    assert total.value == 30


def test_error_of_the_param_in_the_driver_fails_the_job_and_nothing_else(sc):
    total = sc.accumulator(0, Fussy())
    with pytest.raises(OverflowError, match="too much") as caught:
        sc.parallelize([60, 60], 2).foreach(total.add)
    assert "while adding what a task had added to Accumulator" in caught.value.__notes__[0]
    assert total.value == 60
    pairs = sc.parallelize([60, 60], 2).map(lambda x: (total.add(x), x))
    with pytest.raises(OverflowError, match="too much"):
        pairs.groupByKey(2).count()
    assert sc.range(3).count() == 3


class Leaves(Fussy):
    def addInPlace(self, value1, value2):
        if threading.current_thread().name == "pyrite-driver":
            raise SystemExit(3)
        return value1 + value2


def test_param_that_leaves_python_fails_the_job_only(sc):
    with pytest.raises(SystemExit):
        sc.parallelize([1], 1).foreach(sc.accumulator(0, Leaves()).add)
    assert sc.range(3).count() == 3


def test_share_that_cannot_be_pickled_fails_the_task(sc):
    class Anything(AccumulatorParam):
        def zero(self, value):
            return None

        def addInPlace(self, value1, value2):
            return value2

    last = sc.accumulator(None, Anything())
    with pytest.raises(TypeError, match="pickle"):
        sc.parallelize([1], 1).foreach(lambda x: last.add(threading.Lock()))


def test_accumulator_that_the_program_has_dropped_is_no_error(sc):
    total = sc.accumulator(0, name="dropped")
    counted = sc.parallelize(range(3)).map(lambda x, add=total.add: add(x))
    assert sc._accumulators.named()["dropped"] == 0
    counted.count()
    assert sc._accumulators.named()["dropped"] == 3
    del total, counted
    gc.collect()
    assert "dropped" not in sc._accumulators.named()


def test_named_accumulators_are_up_to_date_when_the_job_ends(make_context):
    sc = make_context("local[2]")
    total = sc.accumulator(0, name="records")
    assert sc.accumulator(0).name is None
    told = []
    sc._driver._loop._listeners.append(
        lambda event: (
            told.append(dict(sc._accumulators.named()))
            if type(event).__name__ == "JobEnded"
            else None
        )
    )
    for _ in range(2):
        sc.parallelize(range(10), 4).foreach(lambda x: total.add(1))
    assert told == [{"records": 10}, {"records": 20}]


def test_an_accumulator_has_a_number_and_a_way_to_add(sc):
    class Longest(AccumulatorParam):
        def zero(self, value):
            return ""

        def addInPlace(self, one, other):
            return max(one, other, key=len)

    longest, total = sc.accumulator("a", Longest()), sc.accumulator(0)
    assert longest.aid != total.aid
    assert longest.accum_param.addInPlace("abc", "ab") == "abc"


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    records=st.lists(st.integers(-(2**70), 2**70)),
    slices=st.integers(1, 5),
    start=st.integers(),
)
def test_sum_is_pythons_own(sc, records, slices, start):
    total = sc.accumulator(start)
    pairs = sc.parallelize(records, slices).map(lambda x: (total.add(x), 1))
    assert pairs.reduceByKey(add, 2).values().sum() == len(records)
    assert total.value == start + sum(records)
