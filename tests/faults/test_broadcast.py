"""Broadcast values outlive the workers that read them, and what a worker lacks it reads again."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from operator import add

import numpy as np
import pytest

from pyrite.core.errors import CorruptBlockError

pytestmark = pytest.mark.chaos


def test_worker_in_place_of_a_dead_one_reads_the_value_again(make_context, journal):
    sc = make_context("local[2]")
    held = sc.broadcast({"array": np.arange(100_000), "one": 1})

    def work(x):
        total = int(held.value["array"].sum())
        if x % 4 == 3 and journal.first_time(x):
            os.kill(os.getpid(), signal.SIGKILL)
        return x % 2, total + held.value["one"]

    sums = sc.parallelize(range(16), 8).map(work).reduceByKey(add).collectAsMap()
    assert sums == dict.fromkeys((0, 1), 8 * (4_999_950_000 + 1))


def test_value_is_sent_once_and_read_once_by_each_worker(make_context, journal):
    class Noted:
        def __setstate__(self, state):
            journal.note(os.getpid())

        def __getstate__(self):
            return {"state": "any"}

    sc = make_context("local[2]")
    held = sc.broadcast(Noted())
    for _ in range(3):
        sc.range(20, numSlices=10).foreach(lambda x: held.value)
    assert len(journal.lines()) == len(set(journal.lines())) <= 2


def test_damaged_file_fails_the_task_and_says_so(make_context):
    sc = make_context("local[1,2]")
    held = sc.broadcast(b"x" * 10_000)
    with open(f"{sc._driver.folder}/broadcast-0", "r+b") as file:
        file.seek(5000)
        file.write(b"y")
    with pytest.raises(CorruptBlockError, match="checksum"):
        sc.range(2).map(lambda x: held.value).collect()
    assert sc.range(3).count() == 3


@pytest.mark.parametrize("master", ["local", "local[2]"])
def test_many_jobs_make_use_and_drop_broadcasts_side_by_side(make_context, master):
    sc = make_context(master)
    start = threading.Barrier(4)

    def jobs(number):
        start.wait(10)
        for i in range(8):
            held = sc.broadcast([number, i])
            found = sc.range(3, numSlices=3).map(lambda x, b=held: b.value).collect()
            assert found == [[number, i]] * 3
            if i % 3:
                held.unpersist()
            elif i % 2:
                held.destroy()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(jobs, range(4)))
