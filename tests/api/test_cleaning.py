"""`cleanShuffleDependencies`: shuffled data goes on demand, and is made anew on demand."""

import operator
import threading

import pytest
from tests.conftest import wait_until


@pytest.fixture(params=["local", "local[2]"])
def sc(request, make_context):
    return make_context(request.param)


def noted(sc, journal, name):
    return sc.range(20, numSlices=2).map(lambda x: journal.note(name) or (x % 5, x))


def test_files_go_and_come_again(sc, journal, shuffle_files):
    sums = noted(sc, journal, "map").reduceByKey(operator.add, 2)
    expected = sorted(sums.collect())
    assert len(journal.lines()) == 20
    sums.collect()
    assert len(journal.lines()) == 20  # what was shuffled is still there
    sums.cleanShuffleDependencies()
    wait_until(lambda: not shuffle_files())
    assert sorted(sums.collect()) == expected
    assert len(journal.lines()) == 40
    assert len(shuffle_files()) == 2


def test_all_shuffles_on_the_way_go(sc, shuffle_files):
    def result():
        return sorted(sums.collect())

    pairs = sc.range(20, numSlices=2).map(lambda x: (x % 5, x))
    sums = pairs.reduceByKey(operator.add).map(lambda kv: (kv[0] % 2, kv[1])).groupByKey()
    sums = sums.mapValues(sum)
    expected = result()
    sums.cleanShuffleDependencies(True)
    wait_until(lambda: not shuffle_files())
    sums.cleanShuffleDependencies()  # nothing is left to do
    assert result() == expected


def test_readers_further_down_find_the_new_data(sc):
    first = sc.range(20, numSlices=2).map(lambda x: (x % 5, x)).reduceByKey(operator.add)
    second = first.map(lambda kv: (kv[0] % 2, kv[1])).reduceByKey(operator.add)
    expected = sorted(second.collect())
    first.cleanShuffleDependencies()
    assert sorted(second.collect()) == expected
    assert sorted(second.join(first).keys().collect()) == [0, 1]


def test_it_ends_at_persisted_datasets(make_context, journal):
    sc = make_context("local[2]")
    kept = noted(sc, journal, "map").reduceByKey(operator.add, 2).cache()
    groups = kept.groupBy(lambda kv: kv[0] % 2, 2).mapValues(len)
    expected = sorted(groups.collect())
    groups.cleanShuffleDependencies()
    assert sorted(groups.collect()) == expected
    assert len(journal.lines()) == 20


def test_a_dataset_without_shuffles_has_nothing_to_clean(sc):
    numbers = sc.range(3)
    numbers.cleanShuffleDependencies()
    assert numbers.collect() == [0, 1, 2]


def test_a_running_job_keeps_what_it_needs(make_context, journal):
    sc = make_context("local[2]")
    sums = sc.range(20, numSlices=2).map(lambda x: (x % 5, x)).reduceByKey(operator.add, 4)
    expected = sorted(sums.collect())

    def slow(partition, records):
        journal.note(f"at {partition}")
        wait_until(lambda: "cleaned" in journal.lines())
        return records

    def clean():
        wait_until(journal.lines)
        sums.cleanShuffleDependencies()
        journal.note("cleaned")

    cleaner = threading.Thread(target=clean)
    cleaner.start()
    assert sorted(sums.mapPartitionsWithIndex(slow).collect()) == expected
    cleaner.join()
    assert sorted(sums.collect()) == expected
