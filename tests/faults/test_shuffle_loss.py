"""Shuffle blocks that are lost or damaged: exactly the map tasks that made them run again."""

import os

import pytest

from pyrite import ShuffleLostError
from pyrite.plan.edges import shuffles_read

pytestmark = pytest.mark.chaos


def remove(path):
    os.unlink(path)


def cut_short(path):
    os.truncate(path, os.path.getsize(path) // 2)


def flip_a_bit(path):
    with open(path, "r+b") as file:
        data = bytearray(file.read())
        middle = len(data) // 3
        data[middle] ^= 1
        file.seek(0)
        file.write(data)


DAMAGE = {"removed": remove, "cut short": cut_short, "bit flipped": flip_a_bit}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("master", ["local", "local[2]"])
def test_damaged_map_output_is_made_again_alone(
    make_context, journal, shuffle_files, damage, master
):
    def work(partition, records):
        journal.note(partition)
        return ((x % 3, x) for x in records)

    sc = make_context(master)
    numbers = sc.parallelize(range(60), 6).mapPartitionsWithIndex(work)
    totals = numbers.reduceByKey(lambda a, b: a + b, 3)
    expected = sorted((k, sum(range(k, 60, 3))) for k in range(3))
    assert sorted(totals.collect()) == expected
    files = shuffle_files()
    assert len(files) == 6
    for lost in (1, 4):
        DAMAGE[damage](files[lost])
    assert sorted(totals.collect()) == expected
    assert sorted(journal.lines()) == sorted("012345" + "14")


def test_output_lost_after_some_reducers_finished(make_context, journal, shuffle_files):
    sc = make_context("local[1]")
    mapped = sc.parallelize(range(60), 6).map(lambda x: (x % 3, x))
    local = os.path.dirname(journal.path)

    def reduced(partition, records):
        found = list(records)
        if partition == 0 and journal.first_time("removed"):
            for folder, _, names in os.walk(os.path.join(local, "local")):
                for name in names:
                    if name.startswith("map-2-"):
                        os.unlink(os.path.join(folder, name))
        journal.note(partition)
        return found

    totals = mapped.reduceByKey(lambda a, b: a + b, 3).mapPartitionsWithIndex(reduced)
    assert sorted(totals.collect()) == sorted((k, sum(range(k, 60, 3))) for k in range(3))
    assert journal.lines().count("0") == 1  # the finished reducer was not run again


def test_loss_that_goes_through_two_shuffles(make_context, shuffle_files):
    sc = make_context("local[2]")
    first = (
        sc.parallelize(range(40), 4).map(lambda x: (x % 8, x)).reduceByKey(lambda a, b: a + b, 4)
    )
    second = first.map(lambda kv: (kv[0] % 2, kv[1])).reduceByKey(lambda a, b: a + b, 2)
    expected = sorted(second.collect())
    for path in shuffle_files():
        os.unlink(path)
    assert sorted(second.collect()) == expected == [(0, 380), (1, 400)]


def test_user_code_that_swallows_errors_cannot_hide_a_loss(make_context, shuffle_files):
    def forgiving(records):
        try:
            yield from records
        except Exception:
            yield "hidden"

    sc = make_context("local[1]")
    moved = sc.parallelize(range(20), 2).map(lambda x: (x, x)).partitionBy(2)
    whole = moved.mapPartitions(forgiving)
    expected = sorted(whole.collect())
    flip_a_bit(shuffle_files()[0])
    assert sorted(whole.collect()) == expected


def test_output_that_is_lost_for_ever_fails_the_job(make_context, journal):
    local = os.path.join(os.path.dirname(journal.path), "local")

    def destroyed(partition, records):
        for folder, _, names in os.walk(local):
            for name in names:
                if name.startswith("map-"):
                    os.unlink(os.path.join(folder, name))
        return records

    sc = make_context("local[1]")
    moved = sc.parallelize(range(20), 2).map(lambda x: (x, x)).partitionBy(2)
    with pytest.raises(ShuffleLostError, match="shuffle"):
        moved.mapPartitionsWithIndex(destroyed).collect()


def test_finished_shuffle_is_used_by_later_jobs_and_removed_with_its_dataset(
    make_context, journal, shuffle_files
):
    import gc

    def work(x):
        journal.note(x)
        return x, 1

    sc = make_context("local[2]")
    counts = sc.parallelize(range(4), 2).map(work).reduceByKey(lambda a, b: a + b)
    for _ in range(3):
        assert counts.count() == 4
    assert counts.map(lambda kv: kv[0]).sum() == 6
    assert len(journal.lines()) == 4
    assert len(shuffle_files()) == 2
    del counts
    gc.collect()
    sc.range(1).count()  # the next job tells the driver
    assert shuffle_files() == []


def test_records_dealt_by_place_are_never_mixed_from_two_runs(make_context, journal):
    """After a shuffle without an order, another run may deal the records out otherwise."""
    sc = make_context("local[1]")
    folder = os.path.join(os.path.dirname(journal.path), "local")

    def lose_one(partition, records):
        found = list(records)
        if partition == 1 and journal.first_time("lost"):
            for place, _, names in os.walk(folder):
                for name in names:
                    if f"shuffle-{dealt}" in place and name.startswith("map-2-"):
                        os.unlink(os.path.join(place, name))
        return found

    counts = sc.parallelize(range(1000), 4).map(lambda x: (x, 1)).reduceByKey(lambda a, b: a + b)
    moved = counts.keys().repartition(4)
    [dealt] = (shuffle.id for shuffle in shuffles_read(moved._node))
    with pytest.raises(ShuffleLostError, match=r"dealt out by their place.*sort before"):
        moved.mapPartitionsWithIndex(lose_one).collect()
    assert sorted(moved.collect()) == list(range(1000))
