"""What is accumulated counts once, whatever happens to tasks and workers."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from operator import add
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import wait_until, zygotes

from pyrite import JobCancelled

pytestmark = pytest.mark.chaos


@pytest.mark.parametrize("master", ["local", "local[2]"])
def test_task_that_fails_after_it_added_counts_once(make_context, journal, master):
    sc = make_context(master)
    total, elements = sc.accumulator(0), sc.accumulator(np.zeros(2))

    def shaky(x):
        total.add(x)
        elements.add(np.array([x, 1]))
        if journal.first_time(x % 3):
            raise OSError("try again")
        return x % 2, x

    sc.parallelize(range(12), 3).map(shaky).reduceByKey(add).collect()
    assert total.value == sum(range(12))
    assert elements.value.tolist() == [66, 12]
    sc.parallelize(range(12, 24), 3).foreach(shaky)
    assert total.value == sum(range(24))


def test_worker_that_dies_after_it_added_counts_once(make_context, journal):
    sc = make_context("local[2]")
    total = sc.accumulator(0)

    def die_once(x):
        total.add(1)
        if x % 4 == 3 and journal.first_time(x):
            os.kill(os.getpid(), signal.SIGKILL)
        return x % 2, 1

    assert dict(sc.parallelize(range(16), 4).map(die_once).reduceByKey(add).collect()) == {
        0: 8,
        1: 8,
    }
    assert total.value == 16


def test_workers_killed_at_any_moment(make_context):
    others = zygotes()
    sc = make_context("local[2,50]")
    [zygote] = zygotes() - others
    total = sc.accumulator(0)

    def work(x):
        time.sleep(0.005)
        total.add(1)
        return x % 10, x

    stop = threading.Event()

    def killer():
        while not stop.wait(0.3):
            for worker in zygote.children():
                worker.kill()

    thread = threading.Thread(target=killer)
    thread.start()
    try:
        sums = dict(sc.parallelize(range(200), 20).map(work).reduceByKey(add, 4).collect())
        sc.parallelize(range(200), 20).foreach(work)
    finally:
        stop.set()
        thread.join()
    assert sums == {k: sum(range(k, 200, 10)) for k in range(10)}
    assert total.value == 400


def test_map_output_that_is_lost_and_made_anew_counts_once(make_context, journal, shuffle_files):
    sc = make_context("local[2]")
    total = sc.accumulator(0)

    def seen(x):
        journal.note(x)
        total.add(1)
        return x % 2, x

    sums = sc.parallelize(range(8), 4).map(seen).reduceByKey(add, 2)
    expected = {0: 12, 1: 16}
    assert dict(sums.collect()) == expected
    Path(shuffle_files()[1]).unlink()
    assert dict(sums.collect()) == expected
    assert len(journal.lines()) == 10  # one task ran again
    assert total.value == 8


def test_copy_of_a_slow_task_does_not_count_twice(make_context, journal):
    sc = make_context("local[3]", {"pyrite.speculation": "true"})
    total = sc.accumulator(0)

    def slow_once(x):
        total.add(1)
        if x == 0 and journal.first_time("slow"):
            time.sleep(600)
        return x

    assert sc.parallelize(range(12), 12).map(slow_once).sum() == 66
    assert total.value == 12


def test_cancelled_job_leaves_what_its_finished_tasks_added(make_context, journal):
    sc = make_context("local[2]")
    total = sc.accumulator(0)

    def work(x):
        total.add(1)
        journal.note(x)
        if x >= 4:
            time.sleep(600)

    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(sc.parallelize(range(8), 8).foreach, work)
        wait_until(lambda: len(journal.lines()) == 6)
        sc.cancelAllJobs()
        with pytest.raises(JobCancelled):
            job.result(10)
    assert total.value == 4
    sc.parallelize(range(4), 2).foreach(lambda x: total.add(10))
    assert total.value == 44
