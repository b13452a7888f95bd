"""Transformations that bring equal keys together, or records in order."""

import operator
from collections import Counter

import pytest

PAIRS = [("a", 1), ("b", 2), ("a", 3), ("c", 4), ("b", 5), ("a", 6)]


@pytest.fixture(params=[1, 3, 10], ids="{} partitions".format)
def pairs(request, sc):
    """A few pairs, in fewer and in more partitions than there are pairs."""
    return sc.parallelize(PAIRS, request.param)


def test_reduce_by_key(pairs):
    assert pairs.reduceByKey(operator.add).collectAsMap() == {"a": 10, "b": 7, "c": 4}


def test_combine_by_key_may_change_its_combiners(pairs):
    lists = pairs.combineByKey(lambda v: [v], lambda c, v: c.append(v) or c, operator.iadd)
    assert lists.mapValues(sorted).collectAsMap() == {"a": [1, 3, 6], "b": [2, 5], "c": [4]}


def test_aggregate_by_key_gives_each_key_a_zero_of_its_own(pairs):
    lists = pairs.aggregateByKey([], lambda c, v: c.append(v) or c, operator.iadd)
    assert lists.mapValues(sorted).collectAsMap() == {"a": [1, 3, 6], "b": [2, 5], "c": [4]}


def test_each_key_has_its_own_zero_however_deep_what_can_change_lies_in_it(sc):
    def noted(combiner, value):
        combiner[1].append(value)
        return combiner[0] + 1, combiner[1]

    def joined(left, right):
        return left[0] + right[0], left[1] + right[1]

    pairs = sc.parallelize([("a", 1), ("b", 2), ("a", 3)], 1)
    assert sorted(pairs.aggregateByKey((0, []), noted, joined).collect()) == [
        ("a", (2, [1, 3])),
        ("b", (1, [2])),
    ]
    assert sorted(pairs.foldByKey(10, operator.add, 2).collect()) == [("a", 14), ("b", 12)]


def test_fold_by_key_gives_each_key_a_zero_of_its_own(pairs):
    lists = pairs.mapValues(lambda v: [v]).foldByKey([], operator.iadd)
    assert lists.mapValues(sorted).collectAsMap() == {"a": [1, 3, 6], "b": [2, 5], "c": [4]}


def test_group_by_key_gives_sized_groups_that_can_be_read_again(pairs):
    groups = pairs.groupByKey().mapValues(lambda v: (len(v), sorted(v), sum(v)))
    expected = {"a": (3, [1, 3, 6], 10), "b": (2, [2, 5], 7), "c": (1, [4], 4)}
    assert groups.collectAsMap() == expected


def test_groups_reach_the_driver(pairs):
    assert {key: sorted(values) for key, values in pairs.groupByKey().collect()} == {
        "a": [1, 3, 6],
        "b": [2, 5],
        "c": [4],
    }
    one = pairs.groupByKey().values().first()
    assert len(one) == len(list(one))


def test_values_of_a_key_stay_in_order(sc):
    numbers = sc.range(100, numSlices=7).keyBy(lambda x: x % 3)
    assert numbers.groupByKey().mapValues(list).collectAsMap()[1] == list(range(1, 100, 3))


def test_group_by(sc):
    groups = sc.range(6, numSlices=3).groupBy(lambda x: x % 2)
    assert groups.mapValues(sorted).collectAsMap() == {0: [0, 2, 4], 1: [1, 3, 5]}


def test_distinct(sc):
    words = sc.parallelize(
        ["it", "was", "the", "best", "of", "times", "it", "was", "the", "worst"], 4
    )
    assert sorted(words.distinct().collect()) == sorted(set(words.collect()))
    assert words.distinct(2).getNumPartitions() == 2


def test_partition_by_puts_a_key_where_the_rule_says(sc):
    numbers = sc.range(-3, 6, numSlices=2).keyBy(lambda x: x)
    placed = numbers.partitionBy(3).keys().glom().collect()
    assert placed == [[-3, 0, 3], [-2, -1, 1, 4], [2, 5]]  # hash(-1) is -2
    by_sign = numbers.partitionBy(2, lambda key: int(key < 0))
    assert by_sign.keys().glom().collect() == [[0, 1, 2, 3, 4, 5], [-3, -2, -1]]


def test_partition_by_the_same_rule_again_is_nothing(sc):
    placed = sc.parallelize(PAIRS).partitionBy(3)
    assert placed.partitionBy(3) is placed
    assert placed.partitionBy(4) is not placed


def test_repartition_spreads_records_evenly(sc):
    dataset = sc.range(1000, numSlices=2).repartition(4)
    assert sorted(dataset.collect()) == list(range(1000))
    assert all(240 <= size <= 260 for size in dataset.glom().map(len).collect())


def test_number_of_partitions_is_the_parents_if_none_is_given(sc):
    five = sc.parallelize(PAIRS, 5)
    assert five.reduceByKey(max).getNumPartitions() == 5
    assert five.sortByKey().getNumPartitions() == 5
    assert five.reduceByKey(max, 2).getNumPartitions() == 2
    assert five.join(sc.parallelize(PAIRS, 7)).getNumPartitions() == 7
    assert sc.emptyRDD().groupByKey().getNumPartitions() == 1


def test_configured_parallelism_comes_before_the_parents(make_context):
    sc = make_context("local", {"spark.default.parallelism": 3})
    assert sc.parallelize(PAIRS, 5).reduceByKey(max).getNumPartitions() == 3
    assert sc.range(9).getNumPartitions() == 3


# -- order --------------------------------------------------------------------------------


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("parts", [1, 2, 7])
def test_sort_by_orders_within_and_across_partitions(sc, ascending, parts):
    numbers = [(i * 7919) % 1009 for i in range(1000)]
    dataset = sc.parallelize(numbers, 4).sortBy(lambda x: x, ascending, parts)
    assert dataset.collect() == sorted(numbers, reverse=not ascending)
    assert dataset.getNumPartitions() == parts


def test_sort_spreads_records_over_the_partitions(sc):
    sizes = sc.range(10_000, numSlices=4).sortBy(lambda x: -x).glom().map(len).collect()
    assert all(1000 < size < 4500 for size in sizes)


def test_sort_of_skewed_keys_is_right(sc):
    numbers = [0] * 5000 + list(range(100))
    assert sc.parallelize(numbers, 4).sortBy(lambda x: x).collect() == sorted(numbers)


def test_sort_of_few_different_keys_keeps_equal_ones_in_their_order(sc):
    records = [(i % 2, i) for i in range(200)]
    assert sc.parallelize(records, 4).sortByKey(numPartitions=6).collect() == sorted(records)
    down = sc.parallelize(records, 4).sortByKey(False, 6).collect()
    assert down == sorted(records, key=lambda record: -record[0])


def test_sort_of_nothing(sc):
    empty = sc.parallelize([], 3).sortBy(lambda x: x, numPartitions=2)
    assert empty.collect() == []
    assert empty.getNumPartitions() == 3  # as on PySpark
    assert sc.emptyRDD().sortBy(lambda x: x).collect() == []


def test_sort_by_key_compares_what_keyfunc_gives(sc):
    words = sc.parallelize(["b", "A", "ccc", "dd"], 3).map(lambda x: (x, None))
    assert words.sortByKey(keyfunc=str.lower).keys().collect() == ["A", "b", "ccc", "dd"]
    assert words.sortByKey(keyfunc=len).keys().collect() == ["b", "A", "dd", "ccc"]


def test_keys_that_do_not_compare_are_an_error(sc):
    with pytest.raises(TypeError, match="'<' not supported"):
        sc.parallelize([1, "a", None], 1).sortBy(lambda x: x).collect()


def test_repartition_and_sort_within_partitions(sc):
    numbers = sc.parallelize([5, 2, 4, 1, 3, 0], 3).keyBy(lambda x: x)
    sort = numbers.repartitionAndSortWithinPartitions
    assert sort(2).keys().glom().collect() == [[0, 2, 4], [1, 3, 5]]
    assert sort(2, lambda key: key // 3, False).keys().glom().collect() == [[2, 1, 0], [5, 4, 3]]
    assert sort(1, keyfunc=lambda key: -key).keys().collect() == [5, 4, 3, 2, 1, 0]


# -- several datasets ---------------------------------------------------------------------


@pytest.fixture
def left(sc):
    return sc.parallelize([("a", 1), ("b", 2), ("a", 3)], 2)


@pytest.fixture
def right(sc):
    return sc.parallelize([("a", "x"), ("c", "y"), ("a", "z")], 3)


@pytest.mark.parametrize(
    ("join", "only_left", "only_right"),
    [
        ("join", [], []),
        ("leftOuterJoin", [("b", (2, None))], []),
        ("rightOuterJoin", [], [("c", (None, "y"))]),
        ("fullOuterJoin", [("b", (2, None))], [("c", (None, "y"))]),
    ],
)
def test_joins_pair_the_values_of_a_key(left, right, join, only_left, only_right):
    both = [("a", (1, "x")), ("a", (1, "z")), ("a", (3, "x")), ("a", (3, "z"))]
    expected = Counter([*both, *only_left, *only_right])
    assert Counter(getattr(left, join)(right).collect()) == expected


def test_joins_with_nothing(sc, left):
    for nothing in (sc.emptyRDD(), sc.parallelize([], 2)):
        assert left.join(nothing).collect() == []
        assert nothing.join(left).collect() == []
        assert sorted(left.leftOuterJoin(nothing).keys().collect()) == ["a", "a", "b"]


def test_cogroup_and_group_with(left, right):
    def lists(groups):
        return {key: [sorted(side) for side in sides] for key, sides in groups.collect()}

    expected = {"a": [[1, 3], ["x", "z"]], "b": [[2], []], "c": [[], ["y"]]}
    assert lists(left.cogroup(right)) == expected
    assert lists(left.groupWith(right, left)) == {
        key: [mine, theirs, mine] for key, (mine, theirs) in expected.items()
    }


def test_subtract_keeps_duplicates_and_intersection_does_not(sc):
    left, right = sc.parallelize([1, 1, 2, 3, 3], 2), sc.parallelize([3, 2, 9], 3)
    assert sorted(left.subtract(right).collect()) == [1, 1]
    assert sorted(left.intersection(right).collect()) == [2, 3]


def test_subtract_by_key(left, right):
    assert left.subtractByKey(right).collect() == [("b", 2)]


def test_dataset_joined_with_itself(left):
    assert left.join(left).count() == 5
    assert left.subtract(left).collect() == []


def test_join_does_not_ask_a_rule_about_keys_that_it_does_not_know(sc):
    numbers = sc.parallelize([(1, "one"), (2, "two")]).sortByKey()
    words = sc.parallelize([("one", 1), (2, "zwei")])
    assert numbers.join(words).collect() == [(2, ("two", "zwei"))]
    assert words.join(numbers).collect() == [(2, ("zwei", "two"))]
    by_rule = numbers.partitionBy(2, lambda key: key - 1)
    assert words.join(by_rule).collect() == [(2, ("zwei", "two"))]
