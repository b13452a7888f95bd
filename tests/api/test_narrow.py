"""Transformations that move no record to another partition."""

import os
import sys

import pytest


def test_map_filter_flat_map(sc):
    dataset = sc.parallelize(["to be", "", "or"], 2)
    assert dataset.map(len).collect() == [5, 0, 2]
    assert dataset.filter(len).collect() == ["to be", "or"]
    assert dataset.flatMap(str.split).collect() == ["to", "be", "or"]


def test_flat_map_takes_any_iterable(sc):
    dataset = sc.parallelize([2, 0, 1], 2)
    assert dataset.flatMap(range).collect() == [0, 1, 0]
    assert dataset.flatMap(lambda x: (y for y in [x] * x)).collect() == [2, 2, 1]
    assert dataset.flatMap(lambda x: {x: "value"}).collect() == [2, 0, 1]


def test_map_partitions_sees_each_partition_once_even_if_empty(sc):
    dataset = sc.parallelize([1, 2], 4)
    assert dataset.mapPartitions(lambda records: [list(records)]).collect() == [[], [1], [], [2]]


def test_map_partitions_with_index_knows_the_partition(sc):
    dataset = sc.parallelize("abcd", 2)
    numbered = dataset.mapPartitionsWithIndex(lambda i, records: [(i, "".join(records))])
    assert numbered.collect() == [(0, "ab"), (1, "cd")]


def test_values_are_changed_without_their_keys(sc):
    pairs = sc.parallelize([("a", 1), ("b", 2)], 2)
    assert pairs.mapValues(lambda v: -v).collect() == [("a", -1), ("b", -2)]
    assert pairs.flatMapValues(range).collect() == [("a", 0), ("b", 0), ("b", 1)]


def test_keys_and_values_of_pairs(sc):
    pairs = sc.parallelize(["bb", "a"], 2).keyBy(len)
    assert pairs.collect() == [(2, "bb"), (1, "a")]
    assert pairs.keys().collect() == [2, 1]
    assert pairs.values().collect() == ["bb", "a"]


def test_glom_gives_a_list_for_each_partition(sc):
    assert sc.range(3, numSlices=4).glom().collect() == [[], [0], [1], [2]]


def test_union_keeps_partitions_and_duplicates(sc):
    numbers = sc.range(2, numSlices=2)
    assert (numbers + sc.parallelize("a", 1)).glom().collect() == [[0], [1], ["a"]]
    assert numbers.union(numbers).collect() == [0, 1, 0, 1]
    assert sc.union([numbers, sc.emptyRDD(), numbers]).getNumPartitions() == 4
    assert sc.union([]).collect() == []


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, [[0, 1, 2, 3, 4]]), (2, [[0, 1], [2, 3, 4]]), (9, [[0], [1], [2], [3], [4]])],
)
def test_coalesce_joins_neighbours_and_never_makes_more(sc, number, expected):
    assert sc.range(5, numSlices=5).coalesce(number).glom().collect() == expected


def test_coalesce_with_shuffle_can_make_more(sc):
    dataset = sc.range(500, numSlices=2).coalesce(5, shuffle=True)
    assert sorted(dataset.collect()) == list(range(500))
    assert all(dataset.glom().map(len).collect())
    assert dataset.getNumPartitions() == 5


def test_sample_is_the_same_for_the_same_seed(sc):
    dataset = sc.range(1000, numSlices=4)
    sample = dataset.sample(False, 0.1, 7).collect()
    assert sample == dataset.sample(False, 0.1, 7).collect()
    assert sample != dataset.sample(False, 0.1, 8).collect()
    assert sample == sorted(set(sample))
    assert 50 < len(sample) < 150


def test_sample_without_a_seed_stays_as_it_is(sc):
    sample = sc.range(1000, numSlices=2).sample(False, 0.5)
    assert sample.collect() == sample.collect()


def test_sample_with_replacement_draws_records_more_than_once(sc):
    sample = sc.range(100, numSlices=2).sample(True, 2.0, 1).collect()
    assert len(set(sample)) < len(sample)
    assert 150 < len(sample) < 250


def test_zip_pairs_records_at_the_same_place(sc):
    numbers = sc.range(4, numSlices=2)
    assert numbers.zip(numbers.map(str)).collect() == [(0, "0"), (1, "1"), (2, "2"), (3, "3")]


@pytest.mark.parametrize("lengths", [(3, 4), (4, 3)])
def test_zip_of_unlike_lengths_is_refused(sc, lengths):
    short, long = (sc.range(length, numSlices=1) for length in lengths)
    with pytest.raises(ValueError, match=r"as many records on both sides.*partition 0"):
        short.zip(long).collect()


def test_zip_with_index_counts_through_empty_partitions(sc):
    dataset = sc.parallelize("abcd", 4).filter(lambda x: x != "b")
    assert dataset.zipWithIndex().collect() == [("a", 0), ("c", 1), ("d", 2)]


def test_zip_with_unique_id_needs_no_job_and_gives_no_number_twice(sc, journal):
    dataset = sc.parallelize("abcde", 2).map(lambda x: journal.note(x) or x).zipWithUniqueId()
    assert journal.lines() == []
    assert dataset.collect() == [("a", 0), ("b", 2), ("c", 1), ("d", 3), ("e", 5)]


def test_cartesian_pairs_everything_with_everything(sc):
    pairs = sc.range(3, numSlices=2).cartesian(sc.parallelize("ab", 2))
    assert sorted(pairs.collect()) == [(x, y) for x in range(3) for y in "ab"]
    assert pairs.getNumPartitions() == 4


def test_pipe_sends_lines_through_a_command_for_each_partition(sc):
    dataset = sc.parallelize([3, "ä", 1, "x\n"], 2)
    assert dataset.pipe("sort -r").collect() == ["ä", "3", "x", "1"]
    assert sc.parallelize([1], 2).pipe("wc -l").map(int).collect() == [0, 1]


def test_pipe_takes_and_gives_more_than_a_pipe_holds(sc):
    lines = ["x" * 100] * 20_000
    assert sc.parallelize(lines, 1).pipe("cat").count() == 20_000


def test_pipe_to_a_command_that_reads_little_or_says_much(sc):
    assert sc.parallelize(["x" * 100] * 20_000, 1).pipe("head -n 1").count() == 1
    assert sc.parallelize([1], 1).pipe("seq 100000").count() == 100_000


def test_pipe_may_be_left_in_the_middle(sc):
    assert sc.parallelize([1], 1).pipe("yes").take(2) == ["y", "y"]


def test_pipe_adds_to_the_environment(sc):
    shown = sc.parallelize([1], 1).pipe("env", {"COLOUR": "red"}).collect()
    assert "COLOUR=red" in shown
    assert f"PATH={os.environ['PATH']}" in shown


def test_pipe_fails_with_its_command_if_asked_to(sc):
    command = f"{sys.executable} -c 'raise SystemExit(3)'"
    assert sc.parallelize([1], 1).pipe(command).collect() == []
    with pytest.raises(RuntimeError, match="ended with status 3"):
        sc.parallelize([1], 1).pipe(command, checkCode=True).collect()


def test_pipe_shows_an_error_of_its_input(sc):
    with pytest.raises(ZeroDivisionError):
        sc.parallelize([0], 1).map(lambda x: 1 / x).pipe("cat").collect()


def test_pipe_to_no_such_command_names_it(sc):
    with pytest.raises(FileNotFoundError, match="no-such-command"):
        sc.parallelize([1], 1).pipe("no-such-command").collect()
