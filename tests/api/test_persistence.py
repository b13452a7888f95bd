"""Cached datasets and local checkpoints: what is kept is not made again, nor does it differ."""

import gc
import glob
import operator
import os
import sys
import threading

import pytest
from tests.conftest import wait_until

from pyrite import StorageLevel

LEVELS = [
    "MEMORY_ONLY",
    "MEMORY_ONLY_2",
    "MEMORY_ONLY_SER",
    "MEMORY_AND_DISK",
    "MEMORY_AND_DISK_SER",
    "MEMORY_AND_DISK_2",
    "MEMORY_AND_DISK_DESER",
    "DISK_ONLY",
    "DISK_ONLY_2",
    "DISK_ONLY_3",
    "OFF_HEAP",
]


@pytest.fixture(params=["local", "local[2]"])
def sc(request, make_context):
    return make_context(request.param)


@pytest.mark.parametrize("name", LEVELS)
def test_each_level_keeps_the_records(sc, journal, name):
    level = getattr(StorageLevel, name)
    data = sc.range(100, numSlices=4).map(journal.seen).map(lambda x: (x, str(x))).persist(level)
    assert data.getStorageLevel() == level
    first = data.collect()
    assert [data.collect(), data.count(), data.keys().sum()] == [first, 100, 4950]
    assert len(journal.lines()) == 100


def test_cache_before_and_after_the_first_action(sc, journal):
    data = sc.range(6, numSlices=2).map(journal.seen)
    assert data.count() == 6
    assert not data.is_cached
    assert data.cache() is data
    assert data.is_cached
    derived = data.map(lambda x: x + 1)
    assert derived.sum() == derived.sum() == 21
    assert len(journal.lines()) == 12
    data.unpersist()
    assert data.getStorageLevel() == StorageLevel.NONE
    assert derived.sum() == 21
    assert len(journal.lines()) == 18


def test_derived_before_it_is_cached(sc, journal):
    data = sc.range(6, numSlices=2).map(journal.seen)
    derived = data.filter(lambda x: x % 2)
    data.cache()
    assert derived.count() == derived.count() == 3
    assert len(journal.lines()) == 6


def test_take_keeps_the_partitions_it_computes(sc, journal):
    data = sc.range(100, numSlices=4).map(journal.seen).cache()
    assert data.first() == data.first() == 0
    assert len(journal.lines()) == 25
    assert data.count() == 100
    assert len(journal.lines()) == 100


def test_another_level_is_refused_until_it_is_unpersisted(sc):
    data = sc.range(3).cache()
    assert data.persist(StorageLevel.MEMORY_ONLY) is data
    with pytest.raises(ValueError, match=r"unpersist\(\) it before"):
        data.persist(StorageLevel.DISK_ONLY)
    data.unpersist().persist(StorageLevel.DISK_ONLY)
    assert data.sum() == data.sum() == 3


def test_what_finds_no_memory_is_made_again_or_lies_on_disk(make_context, journal):
    sc = make_context("local[2]", {"pyrite.storage.fraction": 0})
    made = sc.range(50, numSlices=2).map(journal.seen)
    forgotten, written = made.cache(), made.map(abs).persist(StorageLevel.MEMORY_AND_DISK)
    assert forgotten.sum() == forgotten.sum() == 1225
    assert len(journal.lines()) == 100
    assert [written.sum() for _ in range(3)] == [1225] * 3
    assert len(journal.lines()) == 150


def test_the_least_recently_used_makes_room(make_context, journal):
    """Each dataset fits, the three do not."""
    sc = make_context("local[1]", {"pyrite.worker.memory": "400m", "pyrite.storage.fraction": 0.1})
    text = "x" * 1000

    def sized(name):
        return sc.range(16_000, numSlices=2).map(
            lambda x: (journal.first_time(f"{name}{x}"), text + str(x))
        )

    datasets = [sized(name).cache() for name in "abc"]
    for _ in range(2):
        for data in datasets:
            assert data.count() == 16_000
    again = [data.keys().filter(operator.not_).count() for data in datasets]
    assert any(again), "nothing was made again, so nothing was evicted"
    assert datasets[2].keys().filter(operator.not_).count() == again[2]


def test_tasks_run_where_their_blocks_are(make_context):
    sc = make_context("local[2]")
    made = sc.range(8, numSlices=8).map(lambda x: os.getpid()).cache()
    pids = made.collect()
    for _ in range(5):
        assert made.map(lambda made_in: made_in == os.getpid()).collect() == [True] * 8
    assert made.collect() == pids


def test_datasets_cached_in_different_workers_can_be_zipped(make_context):
    sc = make_context("local[2]")
    left, right = (sc.range(8, numSlices=8).map(lambda x: x).cache() for _ in range(2))
    for data in (left, right):
        threads = [threading.Thread(target=data.count) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    for _ in range(3):
        assert left.zip(right).collect() == [(x, x) for x in range(8)]
        assert left.union(right).coalesce(3).sum() == 56
        assert left.cartesian(right).count() == 64


def test_cached_shuffle_is_read_without_its_files(sc, journal, shuffle_files):
    pairs = sc.range(20, numSlices=4).map(journal.seen).map(lambda x: (x % 5, x))
    sums = pairs.reduceByKey(operator.add, 2).cache()
    expected = sorted(sums.collect())
    for file in shuffle_files():
        os.unlink(file)
    assert sorted(sums.collect()) == expected
    assert sorted(sums.mapValues(abs).reduceByKey(operator.add).collect()) == expected
    assert len(journal.lines()) == 20


def test_blocks_go_when_nobody_can_ask_for_them(make_context, tmp_path):
    sc = make_context("local[2]")

    def files():
        return glob.glob(str(tmp_path / "local" / "*" / "blocks" / "*" / "*"))

    data = sc.range(10, numSlices=2).persist(StorageLevel.DISK_ONLY)
    data.count()
    assert len(files()) == 2
    data.unpersist()
    wait_until(lambda: not files(), what="unpersist() removes the files")
    data.persist(StorageLevel.DISK_ONLY).count()
    assert len(files()) == 2
    del data
    gc.collect()
    wait_until(lambda: not files(), what="garbage goes with its files")


def test_a_damaged_block_is_made_again_alone(make_context, tmp_path, journal):
    sc = make_context("local[2]")
    data = sc.range(10, numSlices=2).map(journal.seen).persist(StorageLevel.DISK_ONLY)
    assert data.sum() == 45
    (file,) = glob.glob(str(tmp_path / "local" / "*" / "blocks" / "*" / "1.block"))
    with open(file, "r+b") as stream:
        stream.seek(-3, os.SEEK_END)
        stream.write(b"\0\0\0")
    assert data.sum() == data.sum() == 45
    assert sorted(map(int, journal.lines())) == sorted([*range(10), *range(5, 10)])


def test_records_of_an_error_are_not_kept(sc):
    def fail_once(x, seen=[]):  # noqa: B006
        if x == 3:
            raise ValueError("three")
        return x

    data = sc.range(6, numSlices=2).map(fail_once).cache()
    for _ in range(2):
        with pytest.raises(ValueError, match="three"):
            data.count()
    assert data.filter(lambda x: x < 2).take(2) == [0, 1]


def test_a_cached_loop_touches_its_input_once(sc, journal):
    data = sc.range(10, numSlices=2).map(journal.seen).cache()
    for step in range(300):
        data = data.map(lambda x: x + 1).cache()
        assert data.first() == step + 1
    assert data.sum() == 45 + 3000
    assert len(journal.lines()) == 10


def test_long_lineages(sc):
    """Nothing overflows: neither what is planned, nor pickled, nor computed."""
    cached = nested = sc.range(4, numSlices=2)
    one = sc.range(1, numSlices=1)
    for _ in range(1000):
        cached = cached.map(lambda x: x + 1).cache()
        nested = nested.union(one).map(lambda x: x + 1)
    assert cached.sum() == cached.sum() == 4006
    deepest_and_last = [0, nested.getNumPartitions() - 1]
    assert sc.runJob(nested, list, deepest_and_last) == [1000, 1001, 1]


def test_local_checkpoint_forgets_the_lineage(sc, journal):
    pairs = sc.range(10, numSlices=2).map(journal.seen).map(lambda x: (x, 1))
    data = pairs.reduceByKey(operator.add)
    data.localCheckpoint()
    assert data.isLocallyCheckpointed()
    assert not data.isCheckpointed()
    assert b"reduceByKey" in data.toDebugString()
    derived = data.values()
    assert data.take(1)[0][1] == 1
    assert data.isCheckpointed()
    assert derived.sum() == data.count() == 10
    assert b"+-" not in derived.toDebugString()
    assert len(journal.lines()) == 10


@pytest.fixture
def folder(sc, tmp_path):
    sc.setCheckpointDir(str(tmp_path / "saved"))
    assert os.path.dirname(sc.getCheckpointDir()) == str(tmp_path / "saved")
    return sc.getCheckpointDir()


def test_checkpoint_saves_and_forgets_the_lineage(sc, folder, journal, shuffle_files):
    pairs = sc.range(10, numSlices=2).map(journal.seen).map(lambda x: (x, None))
    data = pairs.reduceByKey(operator.add, 3).cache()
    derived = data.keys().map(lambda x: x + 1)
    data.checkpoint()
    assert (data.is_checkpointed, data.isCheckpointed(), data.getCheckpointFile()) == (
        True, False, None,
    )  # fmt: skip
    before = derived.collect()
    assert data.isCheckpointed()
    assert data.getCheckpointFile() == f"{folder}/rdd-{data.id()}"
    assert sorted(os.listdir(data.getCheckpointFile())) == [
        "_SUCCESS", "part-00000", "part-00001", "part-00002",
    ]  # fmt: skip
    del pairs
    gc.collect()
    sc.range(1).count()
    wait_until(lambda: not shuffle_files(), what="the shuffle goes with the lineage")
    data.unpersist()
    assert derived.collect() == before
    assert data.glom().map(len).sum() == 10
    assert data.reduceByKey(operator.add, 3).count() == 10
    assert not shuffle_files(), "it is still known how the keys are spread"
    assert len(journal.lines()) == 10


def test_checkpoint_needs_a_folder_and_a_store(sc, tmp_path):
    assert sc.getCheckpointDir() is None
    with pytest.raises(ValueError, match=r"call SparkContext\.setCheckpointDir\(\)"):
        sc.range(3).checkpoint()
    sc.setCheckpointDir(str(tmp_path))
    sc.range(3).checkpoint()


def test_a_checkpoint_that_fails_is_tried_by_the_next_job(sc, folder):
    data = sc.range(4, numSlices=2).map(lambda x: x)
    data.checkpoint()
    os.mkdir(f"{folder}/rdd-{data.id()}")
    with pytest.raises(FileExistsError):
        data.count()
    assert not data.isCheckpointed()
    os.rmdir(f"{folder}/rdd-{data.id()}")
    assert data.count() == 4
    assert data.isCheckpointed()


def test_checkpoints_cut_a_loop_short(sc, folder):
    data = sc.range(4, numSlices=2)
    for step in range(30):
        data = data.map(lambda x: x + 1)
        if step % 10 == 9:
            data.checkpoint()
        assert data.sum() == 6 + 4 * (step + 1)
    assert data.toDebugString().count(b"\n") == 1


@pytest.mark.slow
def test_a_thousand_joins_in_one_stage(sc):
    joins = (
        250 if sys.version_info[:2] == (3, 12) else 1000
    )  # 3.12 has a fixed limit for calls in C
    total = ones = sc.parallelize([(key, 1) for key in range(4)]).partitionBy(2)
    for _ in range(joins):
        total = total.join(ones).mapValues(sum)
    assert sorted(total.collect()) == [(key, joins + 1) for key in range(4)]
