"""Workers that die: replaced, and only the lost work is done again."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from tests.conftest import wait_until, zygotes

from pyrite import JobCancelled, JobFailed, OutOfMemoryError, TaskTimeoutError, WorkerLostError

pytestmark = pytest.mark.chaos


def crash_in_native_code():
    ctypes.string_at(0)


WAYS_TO_DIE = {
    "kill -9": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "exit": lambda: os._exit(7),
    "native crash": crash_in_native_code,
}


@pytest.mark.parametrize("way", WAYS_TO_DIE)
def test_dead_worker_is_replaced_and_only_its_task_runs_again(make_context, journal, way):
    die = WAYS_TO_DIE[way]

    def work(x):
        journal.note(x)
        if x == 5 and journal.first_time("died"):
            die()
        return x % 3, 1

    counts = make_context().parallelize(range(8), 8).map(work).reduceByKey(lambda a, b: a + b)
    assert sorted(counts.collect()) == [(0, 3), (1, 3), (2, 2)]
    assert sorted(journal.lines()) == sorted([*map(str, range(8)), "5"])


def test_story_tells_why_a_task_ran_again_elsewhere(make_context, journal):
    def die_once(x):
        if journal.first_time("died"):
            os.kill(os.getpid(), signal.SIGKILL)
        return x

    sc = make_context("local[1]", {"pyrite.history": "true"})
    sc.parallelize([1], 1).map(die_once).count()
    told = sc.story(0, 0)
    assert "attempt 0 launched on worker 0 (localhost): first attempt" in told[0]
    assert "SIGKILL" in told[1]
    assert "attempt 1 succeeded on worker 1" in told[-2]
    with pytest.raises(ValueError, match=r"set pyrite\.history to true"):
        make_context("local").story(0, 0)


def test_worker_that_dies_between_stages_loses_no_shuffle_output(make_context, journal):
    def work(x):
        journal.note(x)
        return x % 2, os.getpid()

    sc = make_context("local[2]")
    pairs = sc.parallelize(range(6), 6).map(work).groupByKey(2).mapValues(sorted)
    first = dict(pairs.collect())
    for pid in {pid for pids in first.values() for pid in pids}:
        os.kill(pid, signal.SIGKILL)
    assert dict(pairs.collect()) == first
    assert len(journal.lines()) == 6


@pytest.mark.parametrize(
    ("way", "says"),
    [
        ("kill -9", "signal 9 .SIGKILL."),
        ("exit", "exited with status 7"),
        ("native crash", "signal 11 .SIGSEGV."),
    ],
)
def test_task_that_kills_every_worker_fails_the_job_and_says_how(make_context, way, says):
    die = WAYS_TO_DIE[way]

    def last_words(x):
        print("about to go")
        die()

    sc = make_context("local[2,2]")
    with pytest.raises(WorkerLostError, match=says) as caught:
        sc.parallelize([1], 1).foreach(last_words)
    assert "about to go" in str(caught.value)
    assert sc.range(10).count() == 10


def test_worker_over_its_memory_limit_says_so(make_context):
    def hoard(x):
        held = []
        while True:
            held.append(b"x" * (8 << 20))

    settings = {"pyrite.worker.memoryLimit": "300m", "pyrite.worker.memory": "200m"}
    sc = make_context("local[1,2]", settings)
    with pytest.raises(OutOfMemoryError, match="over its limit of 300 MB"):
        sc.parallelize([1], 1).foreach(hoard)
    assert sc.range(10).count() == 10


def test_memory_error_of_a_task_is_raised_as_such(make_context):
    with pytest.raises(MemoryError):
        make_context("local[1,1]").parallelize([1]).map(lambda x: bytearray(1 << 60)).count()


def test_task_without_progress_is_killed_and_tried_again(make_context, journal):
    def hang_once(x):
        if x == 1 and journal.first_time("hung"):
            threading.Event().wait()
        return x

    sc = make_context("local[2]", {"pyrite.task.timeout": "1500ms"})
    assert sc.parallelize([0, 1], 2).map(hang_once).collect() == [0, 1]


def test_task_that_always_hangs_fails_the_job(make_context):
    sc = make_context("local[1,1]", {"pyrite.task.timeout": "1500ms"})
    with pytest.raises(TaskTimeoutError, match="progress"):
        sc.parallelize([0]).map(lambda x: threading.Event().wait()).collect()


def test_slow_task_that_moves_records_is_not_hung(make_context):
    sc = make_context("local[1,1]", {"pyrite.task.timeout": "2500ms"})
    assert sc.parallelize(range(40), 1).map(lambda x: time.sleep(0.1)).count() == 40


def test_slow_task_after_a_shuffle_is_not_hung(make_context):
    sc = make_context("local[1,1]", {"pyrite.task.timeout": "2500ms"})
    moved = sc.parallelize(range(30), 1).map(lambda x: (x, x)).partitionBy(1)
    assert moved.map(lambda x: time.sleep(0.15)).count() == 30


def test_inline_tasks_are_not_timed(make_context):
    """Nothing can end a task of the calling thread, so nothing tries to."""
    settings = {"pyrite.task.timeout": "50ms", "pyrite.task.cancelGrace": "50ms"}
    sc = make_context("local", settings)
    with ThreadPoolExecutor(1) as pool:
        started = threading.Event()
        job = pool.submit(sc.parallelize([1]).foreach, lambda x: time.sleep(0.5))
        canceller = threading.Timer(0.1, lambda: (sc.cancelAllJobs(), started.set()))
        canceller.start()
        assert started.wait(10)
        with pytest.raises(JobCancelled):
            job.result(10)
    assert sc.range(3).count() == 3


def test_task_that_crashes_twenty_times_leaves_a_usable_context(make_context):
    sc = make_context("local[1,20]")
    with pytest.raises(WorkerLostError):
        sc.parallelize([1], 1).foreach(lambda x: os._exit(1))
    assert sc.range(3).count() == 3


def test_task_that_prints_without_end_does_not_hold_up_others(capfd, make_context):
    sc = make_context("local[2]")

    def print_for_ever(x):
        while True:
            print("y" * 1000)

    with ThreadPoolExecutor(1) as pool:
        noisy = pool.submit(sc.parallelize([1], 1).foreach, print_for_ever)
        wait_until(lambda: "yyy" in capfd.readouterr().err)  # stdout is the program's own
        assert sc.range(10, numSlices=1).sum() == 45
        sc.cancelAllJobs()
        with pytest.raises(JobCancelled):
            noisy.result(20)


def test_workers_that_cannot_start_fail_the_job_and_say_why(make_context, monkeypatch):
    monkeypatch.setattr("pyrite.cluster.process.HASH_SEED", "no seed")
    with pytest.raises(JobFailed, match="parent process ends with status"):
        make_context("local[1]").range(3).count()


def test_what_a_dead_worker_had_started_dies_with_it(make_context, journal):
    def start_and_die(x):
        if journal.first_time("started"):
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            journal.note(child.pid)
            os.kill(os.getpid(), signal.SIGKILL)
        return x

    assert make_context().parallelize([1], 1).map(start_and_die).collect() == [1]
    child = int(journal.lines()[0])
    wait_until(lambda: not psutil.pid_exists(child), what="the child's end")


def test_death_of_the_zygote_is_survived(make_context):
    others = zygotes()
    sc = make_context("local[2]")
    assert sc.range(10).count() == 10
    [zygote] = zygotes() - others
    zygote.kill()
    pids = sc.parallelize(range(8), 8).map(lambda x: os.getpid()).collect()
    for pid in set(pids):
        os.kill(pid, signal.SIGKILL)
    assert sc.range(10, numSlices=4).map(lambda x: x + 1).sum() == 55


def test_all_workers_killed_again_and_again_while_a_job_runs(make_context):
    others = zygotes()
    sc = make_context("local[2,50]")
    [zygote] = zygotes() - others
    stop = threading.Event()

    def killer():
        while not stop.wait(0.4):
            for worker in zygote.children():
                worker.kill()

    thread = threading.Thread(target=killer)
    thread.start()
    try:
        pairs = sc.parallelize(range(400), 40).map(lambda x: (time.sleep(0.005), (x % 10, x))[1])
        totals = dict(pairs.reduceByKey(lambda a, b: a + b, 4).collect())
    finally:
        stop.set()
        thread.join()
    assert totals == {k: sum(range(k, 400, 10)) for k in range(10)}


def test_jobs_from_several_threads_run_side_by_side(make_context):
    sc = make_context("local[2]")
    shared = sc.parallelize(range(100), 4).map(lambda x: (x % 5, x)).reduceByKey(lambda a, b: a + b)

    def job(n):
        return sc.range(n, numSlices=3).sum(), sorted(shared.collect())

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(job, range(30)))
    expected = sorted((k, sum(range(k, 100, 5))) for k in range(5))
    assert results == [(sum(range(n)), expected) for n in range(30)]


def test_jobs_from_several_threads_run_inline_too(make_context):
    sc = make_context("local")
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda n: sc.range(n).sum(), range(20))) == [
            sum(range(n)) for n in range(20)
        ]


def test_cancel_all_jobs_stops_what_runs_and_keeps_the_workers(make_context, journal):
    sc = make_context("local[2]")

    def linger(x):
        journal.note(x)
        time.sleep(600)

    def workers():
        tasks = sc.parallelize(range(8), 8)
        return set(tasks.map(lambda x: (time.sleep(0.02), os.getpid())[1]).collect())

    before = workers()

    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(sc.parallelize([1, 2], 2).foreach, linger)
        wait_until(lambda: len(journal.lines()) == 2)
        sc.cancelAllJobs()
        with pytest.raises(JobCancelled):
            job.result(10)
    assert workers() <= before


def test_stopping_while_a_job_runs_ends_it(make_context, journal):
    sc = make_context("local[1]")

    def linger(x):
        journal.note(x)
        time.sleep(600)

    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(sc.parallelize([1]).foreach, linger)
        wait_until(journal.lines)
        sc.stop()
        with pytest.raises(RuntimeError, match="the context was stopped"):
            job.result(10)
    with pytest.raises(RuntimeError, match="the context was stopped"):
        sc.range(3)
