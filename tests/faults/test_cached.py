"""Workers that die with cached blocks: what they held is made again, and nothing else."""

import json
import operator
import os
import signal
import threading

import pytest
from tests.conftest import wait_until

from pyrite import BlockLost, JobCancelled, StorageLevel

pytestmark = pytest.mark.chaos


def kill(pid):
    """Kill a worker; the driver hears of it when it does."""
    os.kill(pid, signal.SIGKILL)


def test_only_what_the_dead_worker_held_is_made_again(make_context, journal):
    sc = make_context("local[2]")
    data = sc.range(8, numSlices=8).map(journal.seen).map(lambda x: (x, os.getpid())).cache()
    made_in = dict(data.collect())
    victim = made_in[0]
    kill(victim)
    for _ in range(3):
        assert data.keys().sum() == 28
    lost = [x for x in made_in if made_in[x] == victim]
    assert sorted(map(int, journal.lines())) == sorted([*range(8), *lost])


def test_a_second_copy_outlives_the_worker(make_context, journal):
    sc = make_context("local[2]")
    made = sc.range(8, numSlices=8).map(journal.seen).map(lambda x: (x, os.getpid()))
    data = made.persist(StorageLevel.MEMORY_ONLY_2)
    for pid in set(dict(data.collect()).values()):
        kill(pid)
    assert data.keys().sum() == 28
    assert len(journal.lines()) == 8


@pytest.mark.parametrize("times", [1, 5])
def test_killed_while_a_job_reads_the_blocks(make_context, journal, times):
    sc = make_context("local[2]")
    data = sc.range(40, numSlices=8).map(lambda x: (x % 4, x)).cache()
    expected = sorted(data.reduceByKey(operator.add).collect())

    def die_sometimes(partition, records):
        if any(partition == n and journal.first_time(f"died {n}") for n in range(times)):
            os.kill(os.getpid(), signal.SIGKILL)
        return records

    for _ in range(2):
        deadly = data.mapPartitionsWithIndex(die_sometimes, preservesPartitioning=True)
        assert sorted(deadly.reduceByKey(operator.add).collect()) == expected
        assert sorted(deadly.collect()) == sorted((x % 4, x) for x in range(40))


def test_lost_blocks_behind_a_shuffle_bring_back_what_they_need(make_context, shuffle_files):
    sc = make_context("local[2]")
    pairs = sc.range(100, numSlices=4).map(lambda x: (x % 10, 1))
    sums = pairs.reduceByKey(operator.add, 4).mapPartitions(
        lambda it: [(k, v, os.getpid()) for k, v in it]
    )
    sums.cache()
    pids = {pid for _, _, pid in sums.collect()}
    for file in shuffle_files():
        os.unlink(file)
    kill(pids.pop())
    assert sorted((k, v) for k, v, _ in sums.collect()) == [(k, 10) for k in range(10)]
    joined = sums.map(lambda r: (r[0], r[1])).join(sums.map(lambda r: (r[0], r[1])))
    assert sorted(joined.collect()) == [(k, (10, 10)) for k in range(10)]


def test_a_long_chain_of_cached_datasets_is_made_again(make_context):
    sc = make_context("local[2]")
    data = sc.range(4, numSlices=2).map(lambda x: (x, os.getpid()))
    for _ in range(400):
        data = data.mapValues(abs).cache()
        data.count()
    for pid in set(data.values().collect()):
        kill(pid)
    assert data.keys().collect() == [0, 1, 2, 3]


def test_accumulators_of_a_job_that_is_planned_again_count_once(make_context, journal):
    sc = make_context("local[2]")
    data = sc.range(8, numSlices=8).cache()
    data.count()
    seen = sc.accumulator(0)

    def count(x):
        seen.add(1)
        if x == 3 and journal.first_time("died"):
            os.kill(os.getpid(), signal.SIGKILL)

    data.foreach(count)
    assert seen.value == 8


def test_jobs_side_by_side_share_the_loss(make_context, journal):
    sc = make_context("local[2]")
    data = sc.range(40, numSlices=8).cache()
    data.count()

    def die_once(x):
        if x == 7 and journal.first_time("died"):
            os.kill(os.getpid(), signal.SIGKILL)
        return x

    sums = []
    threads = [
        threading.Thread(target=lambda: sums.append(data.map(die_once).sum())) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sums == [780] * 4


def test_unpersisted_while_a_job_reads_it(make_context, journal):
    sc = make_context("local[2]")
    data = sc.range(8, numSlices=8).cache()
    data.count()

    def wait(x):
        journal.note(x)
        wait_until(lambda: "gone" in journal.lines())
        return x

    sums = []
    thread = threading.Thread(target=lambda: sums.append(data.map(wait).sum()))
    thread.start()
    wait_until(journal.lines)
    data.unpersist()
    journal.note("gone")
    thread.join(30)
    assert sums == [28]


def test_a_local_checkpoint_outlives_workers_and_says_when_it_is_lost(make_context, tmp_path):
    sc = make_context("local[2]")
    data = sc.range(8, numSlices=4).map(lambda x: (x, os.getpid()))
    data.localCheckpoint()
    pids = set(data.values().collect())
    for pid in pids:
        kill(pid)
    assert data.keys().sum() == 28
    for pid in set(data.mapPartitions(lambda it: [os.getpid()]).collect()):
        kill(pid)
    for file in (tmp_path / "local").glob("*/blocks/*/*"):
        file.unlink()
    with pytest.raises(BlockLost, match=r"kept by localCheckpoint\(\) alone, and is lost"):
        data.count()


def test_what_is_made_again_is_made_with_the_functions_of_then(make_context):
    sc = make_context("local[2]")
    offset = 1
    data = sc.range(8, numSlices=8).map(lambda x: (x + offset, os.getpid()))
    sums = data.map(lambda p: (p[0] % 2, p[0])).reduceByKey(lambda a, b: a + b + offset - 1, 2)
    data.cache(), sums.cache()
    expected, pids = sorted(sums.collect()), data.values().collect()
    offset = 100
    kill(pids[0])
    assert data.keys().collect() == list(range(1, 9))
    kill(data.values().collect()[0])
    assert sorted(sums.collect()) == expected


@pytest.mark.parametrize("storage", ["0.5", "0"])
@pytest.mark.parametrize("level", [StorageLevel.MEMORY_ONLY, StorageLevel.MEMORY_ONLY_2, None])
def test_a_local_checkpoint_of_what_was_kept_otherwise_is_as_safe(make_context, level, storage):
    sc = make_context("local[2]", {"pyrite.storage.fraction": storage})
    data = sc.range(8, numSlices=4).map(lambda x: (x, os.getpid()))
    if level is not None:
        data.persist(level)
        data.count()
    data.localCheckpoint()
    made = data.collect()
    assert data.isCheckpointed()
    for pid in {pid for _, pid in made}:
        kill(pid)
    assert data.collect() == made


def test_a_local_checkpoint_that_no_disk_takes_is_none(make_context, tmp_path, caplog):
    sc = make_context("local[2]", {"pyrite.storage.fraction": "0"})
    [folder] = (tmp_path / "local").glob("pyrite-*")
    (folder / "blocks").write_text("in the way")
    data = sc.range(8, numSlices=4)
    data.localCheckpoint()
    assert data.sum() == 28
    assert not data.isCheckpointed()
    assert "localCheckpoint() of" in caplog.text
    (folder / "blocks").unlink()
    assert data.sum() == 28
    assert data.isCheckpointed()


def test_a_local_checkpoint_outlives_a_task_that_misses_its_other_input(
    make_context, shuffle_files
):
    sc = make_context("local[2]", {"pyrite.storage.fraction": "0.5"})
    saved = sc.range(40, numSlices=4).map(lambda x: (x, -x)).partitionBy(4)
    saved.localCheckpoint()
    saved.count()
    old = set(shuffle_files())
    sums = sc.range(40, numSlices=4).map(lambda x: (x, 1)).reduceByKey(operator.add, 4)
    joined = saved.join(sums, 4)
    joined.count()
    for pid in set(saved.mapPartitions(lambda it: [os.getpid()]).collect()):
        kill(pid)  # what is in memory
    for file in set(shuffle_files()) - old:
        os.unlink(file)
    assert sorted(joined.collect()) == [(x, (-x, 1)) for x in range(40)]
    assert sorted(saved.collect()) == [(x, -x) for x in range(40)]


def test_checkpoints_of_several_threads_are_taken_once(make_context, tmp_path, journal):
    sc = make_context("local[2]")
    sc.setCheckpointDir(str(tmp_path / "checkpoints"))
    data = sc.range(8, numSlices=4).map(journal.seen)
    data.checkpoint()
    sums = in_threads(4, data.sum)
    assert sums == [28] * 4
    assert data.isCheckpointed()
    assert len(journal.lines()) <= 8 * (4 + 1)


def test_kept_again_at_once_is_kept(make_context, journal):
    sc = make_context("local[2]")
    data = sc.range(8, numSlices=4).map(journal.seen)
    for times in range(1, 30):
        data.cache().count()
        data.unpersist()
        data.persist(StorageLevel.DISK_ONLY).count()
        assert data.sum() == 28
        assert data.is_cached
        assert len(journal.lines()) == 16 * times
        data.unpersist()


def test_many_workers_let_go_of_what_lies_on_disk(make_context):
    sc = make_context("local[3]")
    pids = set()
    for _ in range(20):
        data = sc.range(60, numSlices=30).persist(StorageLevel.DISK_ONLY)
        assert data.sum() == 1770
        data.unpersist()
        pids |= set(sc.range(30, numSlices=30).map(lambda _: os.getpid()).collect())
    assert len(pids) <= 3


def test_a_task_that_does_not_heed_its_cancellation_keeps_no_half_blocks(make_context, journal):
    sc = make_context("local[2]")

    def stubborn(records):
        records = list(records)
        journal.note("started")
        try:
            wait_until(lambda: "over" in journal.lines())
        except BaseException:
            records = records[:1]
        return records

    data = sc.range(8, numSlices=2).mapPartitions(stubborn).cache()
    thread = threading.Thread(target=lambda: cancelled(sc, data))
    thread.start()
    wait_until(lambda: journal.lines().count("started") == 2)
    sc.cancelAllJobs()
    thread.join(30)
    journal.note("over")
    assert data.collect() == list(range(8))


def test_what_a_dead_worker_had_written_of_a_dropped_dataset_goes(make_context, tmp_path, journal):
    sc = make_context("local[2]")

    def die_late(records):
        if journal.first_time("kept"):
            wait_until(lambda: "unpersisted" in journal.lines())
            again = os.path.join(folder, "0.block.unfinished")
            os.makedirs(folder, exist_ok=True)
            open(again, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        return records

    [home] = (tmp_path / "local").glob("pyrite-*")
    data = sc.range(8, numSlices=2).persist(StorageLevel.DISK_ONLY)
    data.count()
    [folder] = map(str, (home / "blocks").iterdir())
    thread = threading.Thread(target=data.mapPartitions(die_late).count)
    thread.start()
    wait_until(lambda: os.path.exists(f"{journal.path}.kept"))
    data.unpersist()
    journal.note("unpersisted")
    thread.join(30)
    wait_until(lambda: not os.path.exists(folder))


def cancelled(sc, data):
    with pytest.raises(JobCancelled):
        data.count()


def in_threads(number, call):
    """What ``call`` gives in each of so many threads."""
    results = []
    threads = [threading.Thread(target=lambda: results.append(call())) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_a_job_that_is_planned_again_says_so(make_context, journal, tmp_path):
    sc = make_context("local[2]", {"pyrite.eventLog": str(tmp_path / "events")})
    data = sc.range(4, numSlices=4).map(lambda x: (x, os.getpid())).cache()
    data.count()

    def die_once(pair):
        if journal.first_time("died"):
            os.kill(os.getpid(), signal.SIGKILL)
        return pair[0]

    assert data.map(die_once).sum() == 6
    sc.stop()
    events = [json.loads(line) for line in (tmp_path / "events").read_text().splitlines()]
    starts = [(e["job"], e["again"]) for e in events if e["event"] == "JobStarted"]
    assert starts[:2] == [(0, False), (1, False)]
    assert (1, True) in starts
    assert [e["job"] for e in events if e["event"] == "JobEnded"] == [0, 1]
