"""Actions: what the driver gets."""

import operator
import statistics
from collections import Counter

import pytest

NUMBERS = [5, 3, 8, 1, 9, 2, 7, 4, 6, 0]


@pytest.fixture(params=[1, 3, 25], ids="{} partitions".format)
def numbers(request, sc):
    """Ten numbers, in fewer and in more partitions."""
    return sc.parallelize(NUMBERS, request.param)


@pytest.fixture(params=["no partitions", "empty partitions", "one empty partition"])
def nothing(request, sc):
    if request.param == "no partitions":
        return sc.emptyRDD()
    return sc.parallelize([], 3 if request.param == "empty partitions" else 1)


def test_collect_count_first_take(numbers):
    assert numbers.collect() == NUMBERS
    assert numbers.count() == 10
    assert numbers.first() == 5
    assert [numbers.take(n) for n in (0, -1, 4, 99)] == [[], [], NUMBERS[:4], NUMBERS]
    assert not numbers.isEmpty()


def test_largest_and_smallest(numbers):
    assert (numbers.max(), numbers.min()) == (9, 0)
    assert (numbers.max(key=lambda x: -x), numbers.min(key=lambda x: -x)) == (0, 9)
    assert (numbers.top(3), numbers.takeOrdered(3)) == ([9, 8, 7], [0, 1, 2])
    assert numbers.top(2, key=lambda x: -x) == [0, 1]
    assert numbers.takeOrdered(2, key=lambda x: -x) == [9, 8]
    assert numbers.top(99) == sorted(NUMBERS, reverse=True)


def test_reduce_fold_aggregate(numbers):
    assert numbers.reduce(operator.add) == 45
    assert numbers.fold(0, operator.add) == 45
    assert numbers.aggregate("", lambda text, x: text + str(x), operator.add) == "5381927460"


def test_fold_uses_its_zero_once_for_each_partition_and_once_more(sc):
    assert sc.range(10, numSlices=4).fold(100, operator.add) == 45 + 5 * 100


@pytest.mark.parametrize("depth", [1, 2, 3, 10])
@pytest.mark.parametrize("parts", [1, 2, 30])
def test_tree_actions_do_not_depend_on_the_depth(sc, depth, parts):
    numbers = sc.range(100, numSlices=parts)
    assert numbers.treeReduce(operator.add, depth) == 4950
    sums = numbers.treeAggregate([], lambda a, x: [*a, x], operator.add, depth)
    assert sorted(sums) == list(range(100))


@pytest.mark.parametrize("depth", [0, -1])
def test_tree_of_no_depth_is_refused(sc, depth):
    with pytest.raises(ValueError, match=f"Depth cannot be smaller than 1 but got {depth}"):
        sc.range(3).treeReduce(operator.add, depth)
    with pytest.raises(ValueError, match=f"Depth cannot be smaller than 1 but got {depth}"):
        sc.range(3).treeAggregate(0, operator.add, operator.add, depth)


def test_zero_value_may_be_changed_by_the_functions_but_stays_the_callers(sc):
    lists = sc.range(6, numSlices=4).map(lambda x: [x])
    zero = []
    for _ in range(2):  # the second result must not hold the first
        assert lists.fold(zero, operator.iadd) == [0, 1, 2, 3, 4, 5]
        assert lists.aggregate(zero, operator.iadd, operator.iadd) == [0, 1, 2, 3, 4, 5]
        assert sorted(lists.treeAggregate(zero, operator.iadd, operator.iadd)) == list(range(6))
    assert zero == []


def test_counts(sc):
    words = sc.parallelize(["to", "be", "or", "not", "to", "be"], 4)
    assert words.countByValue() == Counter(to=2, be=2, **{"or": 1, "not": 1})
    assert words.keyBy(len).countByKey() == {2: 5, 3: 1}
    assert words.countByValue()["missing"] == 0


def test_pairs_as_a_dict_and_by_key(sc):
    pairs = sc.parallelize([("a", 1), ("b", 2), ("a", 3)], 2)
    assert pairs.collectAsMap() == {"a": 3, "b": 2}
    assert pairs.lookup("a") == [1, 3]
    assert pairs.lookup("z") == []


def test_foreach_runs_in_the_tasks(sc, journal):
    sc.range(4, numSlices=2).foreach(lambda x: journal.note(x))
    assert sorted(journal.lines()) == ["0", "1", "2", "3"]


def test_foreach_partition_uses_up_generators_too(sc, journal):
    def note(records):
        for record in records:
            yield journal.note(record)

    sc.range(4, numSlices=2).foreachPartition(note)
    sc.range(4, numSlices=2).foreachPartition(lambda records: journal.note(sum(records)))
    assert sorted(journal.lines()) == ["0", "1", "1", "2", "3", "5"]


@pytest.mark.parametrize("ahead", [False, True])
def test_local_iterator_gives_all_records_in_order(numbers, ahead):
    assert list(numbers.toLocalIterator(ahead)) == NUMBERS


def test_run_job_over_some_partitions(sc):
    numbers = sc.range(8, numSlices=4)
    assert sc.runJob(numbers, lambda records: [sum(records)], [3, 0]) == [13, 1]
    assert sc.runJob(numbers, list) == list(range(8))


# -- statistics -----------------------------------------------------------------------------


def test_statistics_are_those_of_the_standard_library(numbers):
    assert numbers.sum() == 45
    assert numbers.mean() == pytest.approx(statistics.fmean(NUMBERS))
    assert numbers.variance() == pytest.approx(statistics.pvariance(NUMBERS))
    assert numbers.stdev() == pytest.approx(statistics.pstdev(NUMBERS))
    assert numbers.sampleVariance() == pytest.approx(statistics.variance(NUMBERS))
    assert numbers.sampleStdev() == pytest.approx(statistics.stdev(NUMBERS))
    stats = numbers.stats()
    assert (stats.count(), stats.min(), stats.max()) == (10, 0.0, 9.0)
    assert (stats.mean(), stats.sum()) == pytest.approx((4.5, 45.0))


def test_statistics_of_numbers_far_from_zero_are_exact(sc):
    numbers = sc.parallelize([1e9 + x for x in (4, 7, 13, 16)], 3)
    assert numbers.variance() == pytest.approx(22.5)


def test_statistics_show_themselves(sc):
    shown = str(sc.parallelize([1, 2, 3], 1).stats())
    assert shown == "(count: 3, mean: 2.0, stdev: 0.816496580927726, max: 3.0, min: 1.0)"


@pytest.mark.parametrize(
    ("records", "buckets", "expected"),
    [
        (range(51), 2, ([0, 25, 50], [25, 26])),
        (range(51), [0, 5, 25, 50], ([0, 5, 25, 50], [5, 20, 26])),
        ([1, 1, 1], 3, ([1, 1], [3])),
        ([1, 4], 1, ([1, 4], [2])),
        (range(11), 4, ([0.0, 2.5, 5.0, 7.5, 10], [3, 2, 3, 3])),
        (["ab", "ac", "b", "bd", "ef"], ("a", "b", "c"), (("a", "b", "c"), [2, 2])),
        ([0.5, None, float("nan"), 2.5], 2, ([0.5, 1.5, 2.5], [1, 1])),
        ([-1, 0, 2, 3], [0, 1, 2], ([0, 1, 2], [1, 1])),
        ([], [0, 1], ([0, 1], [0])),
    ],
)
def test_histogram(sc, records, buckets, expected):
    assert sc.parallelize(records, 3).histogram(buckets) == expected


@pytest.mark.parametrize(
    ("buckets", "error"),
    [
        (0, "number of buckets must be >= 1"),
        ([1], "buckets should have more than one value"),
        ([2, 1], "buckets should be sorted"),
        ([1, 1], "buckets should not contain duplicated values"),
        ([1, None], "can not have None or NaN in buckets"),
        ("ab", "buckets should be a list or tuple or number"),
    ],
)
def test_histogram_refuses_bad_buckets(sc, buckets, error):
    with pytest.raises((ValueError, TypeError), match=error):
        sc.range(3).histogram(buckets)


# -- nothing --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (lambda d: d.collect(), []),
        (lambda d: d.count(), 0),
        (lambda d: d.take(3), []),
        (lambda d: d.isEmpty(), True),
        (lambda d: d.top(3), []),
        (lambda d: d.takeOrdered(3), []),
        (lambda d: d.takeSample(False, 3), []),
        (lambda d: d.fold(7, operator.add), None),
        (lambda d: d.aggregate([], operator.iadd, operator.iadd), []),
        (lambda d: d.treeAggregate(0, operator.add, operator.add), 0),
        (lambda d: d.countByKey(), {}),
        (lambda d: d.countByValue(), {}),
        (lambda d: d.collectAsMap(), {}),
        (lambda d: d.lookup(1), []),
        (lambda d: d.foreach(print), None),
        (lambda d: d.foreachPartition(list), None),
        (lambda d: d.sum(), 0),
        (lambda d: d.mean(), 0.0),
        (lambda d: d.stats().count(), 0),
        (lambda d: str(d.variance()), "nan"),
        (lambda d: str(d.stdev()), "nan"),
        (lambda d: d.histogram([0, 1, 2]), ([0, 1, 2], [0, 0])),
        (lambda d: list(d.toLocalIterator()), []),
    ],
)
def test_action_on_nothing(nothing, action, expected):
    if expected is None:
        action(nothing)
    else:
        assert action(nothing) == expected


@pytest.mark.parametrize(
    ("action", "error"),
    [
        (lambda d: d.reduce(operator.add), r"Can not reduce\(\) empty RDD"),
        (lambda d: d.max(), r"Can not reduce\(\) empty RDD"),
        (lambda d: d.min(key=len), r"Can not reduce\(\) empty RDD"),
        (lambda d: d.treeReduce(operator.add), r"Cannot reduce empty RDD\."),
        (lambda d: d.first(), "RDD is empty"),
        (lambda d: d.histogram(2), "can not generate buckets from empty RDD"),
    ],
)
def test_action_that_needs_a_record_says_so(nothing, action, error):
    with pytest.raises(ValueError, match=error):
        action(nothing)


# -- samples --------------------------------------------------------------------------------


def test_take_sample_is_the_same_for_the_same_seed(sc):
    dataset = sc.range(500, numSlices=4)
    sample = dataset.takeSample(False, 20, 3)
    assert sample == dataset.takeSample(False, 20, 3)
    assert sample != dataset.takeSample(False, 20, 4)
    assert len(set(sample)) == 20


def test_take_sample_gives_all_there_are_or_draws_again(sc):
    dataset = sc.range(5, numSlices=2)
    assert sorted(dataset.takeSample(False, 9)) == [0, 1, 2, 3, 4]
    assert len(dataset.takeSample(True, 9)) == 9
    assert dataset.takeSample(True, 0) == []
    with pytest.raises(ValueError, match="Sample size cannot be negative"):
        dataset.takeSample(False, -1)
