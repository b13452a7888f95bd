"""Nothing is computed before an action asks for it, nor twice, nor more than is needed."""

import re

import pytest


@pytest.fixture
def watched(sc, journal):
    """``watched(end, partitions)``: numbers that note when they are computed."""

    def make(end, partitions):
        def note(x):
            journal.note(x)
            return x

        return sc.range(end, numSlices=partitions).map(note)

    return make


def stages(dataset, capsys):
    """How many stages an action on ``dataset`` would have."""
    dataset.explain()
    return len(re.findall(r"^(?:Result|Map) stage", capsys.readouterr().out, re.M))


def test_transformations_run_nothing(watched, journal):
    numbers = watched(9, 3)
    pairs = numbers.keyBy(lambda x: x % 2).reduceByKey(max).join(numbers.keyBy(lambda x: x))
    pairs.distinct().union(numbers).coalesce(2).sample(False, 0.5).groupBy(str)
    assert journal.lines() == []


def test_actions_run_again_what_is_not_shuffled(watched, journal):
    numbers = watched(3, 2)
    assert numbers.count() == numbers.count() == 3
    assert sorted(journal.lines()) == ["0", "0", "1", "1", "2", "2"]


@pytest.mark.parametrize(
    ("action", "records"),
    [
        (lambda d: d.first(), 1),
        (lambda d: d.isEmpty(), 1),
        (lambda d: d.take(2), 2),
        (lambda d: d.take(0), 0),
    ],
)
def test_first_records_cost_no_more_than_they_are(watched, journal, action, records):
    action(watched(1000, 10))
    assert len(journal.lines()) == records


def test_take_looks_at_more_partitions_only_while_it_must(watched, journal):
    late = watched(100, 100).filter(lambda x: x >= 3)
    assert late.take(1) == [3]
    assert len(journal.lines()) == 5  # the first partition, then four


def test_lookup_reads_one_partition_if_it_knows_which(sc, journal):
    placed = sc.range(12, numSlices=3).keyBy(lambda x: x).partitionBy(4)
    noted = placed.mapValues(lambda x: journal.note(x) or x)
    assert noted.lookup(6) == [6]
    assert journal.lines() == ["2", "6", "10"]  # what lies in the key's partition
    assert noted.lookup(99) == []


def test_local_iterator_computes_a_partition_when_it_is_reached(watched, journal):
    numbers = watched(4, 4).toLocalIterator()
    assert journal.lines() == []
    assert next(numbers) == 0
    assert journal.lines() == ["0"]
    assert list(numbers) == [1, 2, 3]


def test_zip_with_index_counts_all_partitions_but_the_last(watched, journal):
    numbers = watched(3, 3).zipWithIndex()
    assert sorted(journal.lines()) == ["0", "1"]
    assert numbers.count() == 3


def test_steps_of_a_stage_take_each_record_through_in_turn(sc, journal):
    def noting(step):
        return lambda x: journal.note(f"{step}{x}") or True

    sc.range(2, numSlices=1).filter(noting("a")).filter(noting("b")).count()
    assert journal.lines() == ["a0", "b0", "a1", "b1"]


def test_finished_shuffle_is_used_again_by_later_jobs(watched, journal):
    grouped = watched(6, 2).keyBy(lambda x: x % 3).groupByKey()
    assert grouped.count() == 3
    assert grouped.mapValues(sum).collectAsMap() == {0: 3, 1: 5, 2: 7}
    assert grouped.keys().sum() == 3
    assert len(journal.lines()) == 6


def test_shuffle_that_two_branches_need_runs_once(watched, journal):
    counted = watched(6, 2).keyBy(lambda x: x % 3).reduceByKey(max)
    assert counted.join(counted.mapValues(str)).count() == 3
    assert len(journal.lines()) == 6


# -- stages -----------------------------------------------------------------------------------


@pytest.fixture
def pairs(sc):
    return sc.parallelize([("a", 1), ("b", 2), ("a", 3)], 2)


def test_narrow_steps_are_one_stage(pairs, capsys):
    narrow = pairs.mapValues(abs).union(pairs).filter(bool).coalesce(2)
    assert stages(narrow, capsys) == 1


def test_each_shuffle_ends_a_stage(pairs, capsys):
    assert stages(pairs.reduceByKey(max), capsys) == 2
    assert stages(pairs.reduceByKey(max).sortByKey(), capsys) == 3
    assert stages(pairs.join(pairs), capsys) == 3


def test_datasets_placed_alike_are_joined_without_a_shuffle(sc, pairs, capsys):
    left, right = pairs.partitionBy(3), pairs.reduceByKey(max, 3)
    joined = left.join(right)
    assert stages(joined, capsys) == 3  # two shuffles that were there before, and the join
    assert sorted(joined.collect()) == [("a", (1, 3)), ("a", (3, 3)), ("b", (2, 2))]
    assert joined.partitioner == left.partitioner


def test_only_the_side_that_is_not_in_place_is_shuffled(pairs, capsys):
    placed = pairs.partitionBy(3)
    assert stages(placed.join(pairs), capsys) == 3
    assert stages(pairs.join(placed), capsys) == 3


def test_grouping_what_is_in_place_needs_no_shuffle(pairs, capsys):
    placed = pairs.partitionBy(3)
    grouped = placed.groupByKey(3)
    assert stages(grouped, capsys) == 2
    assert grouped.mapValues(sorted).collectAsMap() == {"a": [1, 3], "b": [2]}
    summed = placed.reduceByKey(lambda x, y: x + y, 3)
    assert stages(summed, capsys) == 2
    assert summed.collectAsMap() == {"a": 4, "b": 2}


@pytest.mark.parametrize(
    "keeps",
    [
        lambda d: d.mapValues(abs),
        lambda d: d.flatMapValues(range),
        lambda d: d.filter(bool),
        lambda d: d.sample(False, 0.5, 1),
        lambda d: d.map(tuple, preservesPartitioning=True),
        lambda d: d.mapPartitions(list, preservesPartitioning=True),
        lambda d: d.union(d),
    ],
)
def test_place_of_keys_is_known_after_steps_that_leave_keys_alone(pairs, keeps):
    placed = pairs.partitionBy(3)
    assert keeps(placed).partitioner == placed.partitioner
    assert keeps(placed).getNumPartitions() == 3


@pytest.mark.parametrize(
    "loses",
    [
        lambda d: d.map(tuple),
        lambda d: d.flatMap(list),
        lambda d: d.mapPartitions(list),
        lambda d: d.keys(),
        lambda d: d.keyBy(str),
        lambda d: d.union(d.map(tuple)),
        lambda d: d.coalesce(2),
        lambda d: d.repartition(3),
        lambda d: d.zipWithIndex(),
    ],
)
def test_place_of_keys_is_forgotten_after_steps_that_may_change_them(pairs, loses):
    assert loses(pairs.partitionBy(3)).partitioner is None


def test_explain_shows_what_each_stage_reads_does_and_writes(sc, capsys):
    words = sc.parallelize(["a b"], 2).flatMap(str.split).map(lambda word: (word, 1))
    words.reduceByKey(max, 3).filter(bool).explain()
    shown = capsys.readouterr().out
    for text in (
        "Result stage, 3 tasks",
        "2 tasks",
        "FlatMap -> Map",
        "Filter",
        "parallelize at test_lazy.py",
        "3 partitions by hash, combined by key",
    ):
        assert text in shown


def test_debug_string_shows_the_lineage_back_to_its_source(sc):
    words = sc.parallelize(["a b"], 2).flatMap(str.split).keyBy(len)
    lines = words.groupByKey(3).toDebugString().decode().splitlines()
    assert re.match(r"\(3\) ShuffledRDD\[\d+\] at groupByKey at test_lazy.py:\d+$", lines[0])
    assert re.match(r" \+-\(2\) TransformedRDD\[\d+\] at keyBy at test_lazy.py:\d+$", lines[1])
    assert re.match(r" +\|  CollectionRDD\[\d+\] at parallelize at test_lazy.py:\d+$", lines[-1])


# -- long lineages ----------------------------------------------------------------------------


def test_thousand_steps_in_a_row(sc):
    numbers = sc.range(10, numSlices=2)
    for _ in range(1000):
        numbers = numbers.map(lambda x: x + 1)
    assert numbers.sum() == 10_045
    assert len(numbers.toDebugString().splitlines()) == 1001


def test_hundred_unions_with_steps_between(sc):
    numbers = sc.range(1, numSlices=1)
    for _ in range(100):
        numbers = numbers.union(sc.range(1, numSlices=1)).map(lambda x: x + 1)
    assert numbers.sum() == 100 + 100 * 101 // 2


def test_thousand_unions(sc):
    numbers = sc.range(2, numSlices=1)
    for _ in range(1000):
        numbers = numbers.union(sc.emptyRDD())
    assert numbers.count() == 2


def test_two_hundred_unions_are_read_in_order(sc):
    numbers = sc.parallelize([0], 1)
    for i in range(1, 200):
        numbers = numbers + sc.parallelize([i], 1)
    assert numbers.collect() == list(range(200))
    assert numbers.getNumPartitions() == 200


def test_hundred_shuffles(sc):
    pairs = sc.parallelize([(i, 1) for i in range(4)], 2)
    for _ in range(100):
        pairs = pairs.map(lambda pair: (pair[0] + 1, pair[1])).reduceByKey(max, 2)
    assert sorted(pairs.keys().collect()) == [100, 101, 102, 103]


def test_iteration_with_a_join_keeps_its_number_of_partitions(sc):
    links = sc.parallelize([(i, (i + 1) % 6) for i in range(6)], 2).partitionBy(2)
    ranks = links.mapValues(lambda _: 1.0)
    for _ in range(10):
        given = links.join(ranks).map(lambda pair: pair[1])
        ranks = given.reduceByKey(lambda x, y: x + y).mapValues(lambda x: 0.15 + 0.85 * x)
    assert ranks.getNumPartitions() == 2
    assert ranks.values().collect() == pytest.approx([1.0] * 6)
