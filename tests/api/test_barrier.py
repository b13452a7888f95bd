"""Barrier stages: tasks that start together, meet, and fail together."""

import itertools
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.conftest import wait_until

from pyrite import (
    BarrierError,
    BarrierTaskContext,
    JobCancelled,
    JobFailed,
    TaskContext,
    UnsupportedError,
    WorkerLostError,
)
from pyrite.core.context import current_task


def test_all_messages_reach_all_tasks_in_every_round(make_context):
    sc = make_context("local[3]")

    def gather(records):
        context = BarrierTaskContext.get()
        mine = context.partitionId()
        rounds = [context.allGather(f"{mine} in {number}") for number in range(3)]
        context.barrier()
        return [rounds]

    expected = [[f"{p} in {number}" for p in range(3)] for number in range(3)]
    rdd = sc.parallelize(range(9), 3).barrier().mapPartitions(gather)
    assert rdd.collect() == [expected] * 3
    assert rdd.count() == 3


def test_nobody_passes_before_all_have_come(make_context, journal):
    sc = make_context("local[3]")

    def meet(index, records):
        if index == 1:
            wait_until(lambda: len(journal.lines()) == 2, what="the others to come")
            time.sleep(0.05)
        journal.note("came")
        BarrierTaskContext.get().barrier()
        return [len(journal.lines())]

    rdd = sc.parallelize(range(3), 3).barrier().mapPartitionsWithIndex(meet)
    assert rdd.collect() == [3, 3, 3]


def test_large_messages(make_context):
    sc = make_context("local[2]")

    def gather(index, records):
        return [len(each) for each in BarrierTaskContext.get().allGather("x" * 3_000_000 * index)]

    assert sc.range(2).barrier().mapPartitionsWithIndex(gather).collect() == [0, 3_000_000] * 2


def test_one_task_meets_itself_inline(make_context):
    sc = make_context("local")

    def alone(records):
        context = BarrierTaskContext.get()
        context.barrier()
        [info] = context.getTaskInfos()
        assert info.address == "driver:0"
        assert context.taskAttemptId() >= 0
        return [*context.allGather("me"), context.stageId(), context.attemptNumber()]

    rdd = sc.parallelize([1], 1)
    barrier = rdd.barrier()
    assert barrier.rdd is rdd
    assert barrier.mapPartitions(alone).collect() == ["me", 0, 0]


def test_tasks_know_where_the_others_run_without_waiting_for_them(make_context):
    sc = make_context("local[2]")

    def infos(index, records):
        context = BarrierTaskContext.get()
        if index == 0:
            return [[each.address for each in context.getTaskInfos()]]
        return []

    [addresses] = sc.range(2).barrier().mapPartitionsWithIndex(infos).collect()
    assert len(set(addresses)) == 2
    assert {each.partition(":")[0] for each in addresses} == {"localhost"}


def test_barrier_before_and_after_a_shuffle(make_context):
    sc = make_context("local[2]")

    def sums(records):
        return list(enumerate(BarrierTaskContext.get().allGather(str(sum(records)))))

    pairs = sc.range(10, numSlices=2).barrier().mapPartitions(sums)
    assert pairs.collect() == [(0, "10"), (1, "35")] * 2
    grouped = pairs.reduceByKey(lambda a, b: f"{a} {b}", 2)
    again = grouped.barrier().mapPartitions(
        lambda records: BarrierTaskContext.get().allGather(str(list(records)))
    )
    assert again.collect() == ["[(0, '10 10')]", "[(1, '35 35')]"] * 2


def test_context_in_later_steps_of_the_stage_but_not_of_the_next(make_context):
    sc = make_context("local[2]")
    rdd = sc.range(2).barrier().mapPartitions(lambda it: it)
    seen = rdd.map(lambda x: BarrierTaskContext.get().partitionId())
    assert seen.collect() == [0, 1]
    with pytest.raises(BarrierError, match="in a task of another stage"):
        rdd.repartition(2).map(lambda x: BarrierTaskContext.get()).collect()


def test_context_elsewhere_is_refused(make_context):
    sc = make_context("local", {"pyrite.task.maxFailures": 1})
    with pytest.raises(BarrierError, match="in the driver"):
        BarrierTaskContext.get()
    with pytest.raises(BarrierError, match="in a task of another stage"):
        sc.range(1).foreach(lambda x: BarrierTaskContext.get())
    with pytest.raises(TypeError, match="must be of type `str`, not int"):
        sc.range(1).barrier().mapPartitions(
            lambda it: BarrierTaskContext.get().allGather(1)
        ).collect()
    [context] = sc.range(1).barrier().mapPartitions(lambda it: [BarrierTaskContext.get()]).collect()
    assert type(context) is TaskContext


@pytest.mark.parametrize("master", ["local", "local[1]"])
def test_only_the_tasks_own_thread_may_wait(make_context, master):
    """Another might still wait, and take the driver's next message, when the task has ended."""

    def elsewhere(records):
        context = BarrierTaskContext.get()
        with ThreadPoolExecutor(1) as pool:
            return [repr(pool.submit(context.barrier).exception())]

    sc = make_context(master)
    [error] = sc.range(1).barrier().mapPartitions(elsewhere).collect()
    assert "a BarrierTaskContext is used outside of its task's own thread" in error


def test_explain_says_that_tasks_start_together(make_context, capsys):
    sc = make_context("local")
    together(sc.range(2, numSlices=2)).keyBy(len).groupByKey(3).explain()
    shown = capsys.readouterr().out
    assert "2 tasks that start together:" in shown
    assert "Result stage, 3 tasks:" in shown


# -- what cannot be ---------------------------------------------------------------------------


def together(rdd):
    return rdd.barrier().mapPartitions(lambda records: records)


@pytest.mark.parametrize(
    ("chain", "advice"),
    [
        (lambda rdd: together(rdd).first(), r"Instead of first\(\) or take\(\), use collect\(\)"),
        (lambda rdd: together(rdd).take(1), "1 tasks would compute parts of"),
        (lambda rdd: together(rdd).union(rdd).collect(), r"before union\(\) or coalesce\(\)"),
        (lambda rdd: together(rdd).coalesce(1).count(), r"before union\(\) or coalesce\(\)"),
        (lambda rdd: together(rdd.coalesce(1)).count(), r"before union\(\) or coalesce\(\)"),
        (lambda rdd: together(rdd).zip(together(rdd)).count(), "has one barrier"),
        (lambda rdd: together(rdd).context.runJob(together(rdd), list, [1]), "1 tasks"),
    ],
)  # fmt: skip
def test_chains_in_which_not_every_task_would_wait_are_refused(make_context, chain, advice):
    sc = make_context("local[2]")
    with pytest.raises(UnsupportedError, match=advice):
        chain(sc.range(4, numSlices=2))


def test_more_tasks_than_workers_are_refused_before_anything_runs(make_context, journal):
    sc = make_context("local[2]")
    rdd = sc.range(3, numSlices=3).barrier().mapPartitions(lambda it: [journal.note("ran")])
    with pytest.raises(JobFailed, match=r"3 tasks at once, and there are 2 workers.*local\[3\]"):
        rdd.count()
    with pytest.raises(JobFailed, match="there are 2 workers"):
        rdd.keyBy(id).groupByKey().count()
    assert journal.lines() == []
    inline = make_context("local")
    with pytest.raises(JobFailed, match=r"there is 1 worker, for one task each.*local\[2\]"):
        together(inline.range(2, numSlices=2)).count()


# -- failures ---------------------------------------------------------------------------------


def test_one_failed_task_starts_the_stage_again(make_context, journal):
    sc = make_context("local[3]")
    counted = sc.accumulator(0)

    def work(index, records):
        context = BarrierTaskContext.get()
        journal.note(f"{index} in {context.attemptNumber()}")
        context.barrier()
        counted.add(1)
        if index == 1 and journal.first_time("failed"):
            raise ValueError("once")
        return [(index, context.attemptNumber())]

    rdd = sc.parallelize(range(3), 3).barrier().mapPartitionsWithIndex(work)
    assert rdd.collect() == [(0, 1), (1, 1), (2, 1)]
    assert sorted(journal.lines()) == [f"{p} in {n}" for p in range(3) for n in range(2)]
    assert counted.value == 3


@pytest.mark.parametrize("waiting", [False, True])
def test_a_killed_worker_starts_the_stage_again(make_context, journal, waiting):
    sc = make_context("local[3]")

    def work(index, records):
        context = BarrierTaskContext.get()
        if index == 2 and journal.first_time("died"):
            if waiting:  # in which case partition 0 does not come before it has happened
                threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGKILL)).start()
            else:
                os.kill(os.getpid(), signal.SIGKILL)
        if index == 0 and waiting and journal.first_time("slow"):
            time.sleep(600)
        context.barrier()
        return context.allGather(f"{index} in {context.attemptNumber()}")

    rdd = sc.parallelize(range(3), 3).barrier().mapPartitionsWithIndex(work)
    assert rdd.collect() == ["0 in 1", "1 in 1", "2 in 1"] * 3
    assert sc.range(6).sum() == 15


def test_map_outputs_of_a_try_that_failed_are_not_read(make_context, journal):
    sc = make_context("local[2]")

    def work(index, records):
        context = BarrierTaskContext.get()
        context.barrier()
        if index == 1 and journal.first_time("died"):
            wait_until(lambda: "done 0" in journal.lines(), what="the other task's end")
            os.kill(os.getpid(), signal.SIGKILL)
        journal.note(f"done {index}")
        return [(index, context.attemptNumber())]

    rdd = sc.parallelize(range(2), 2).barrier().mapPartitionsWithIndex(work)
    assert sorted(rdd.partitionBy(2).collect()) == [(0, 1), (1, 1)]


def test_a_task_that_never_comes_fails_the_job_and_says_so(make_context):
    sc = make_context("local[2]", {"pyrite.task.maxFailures": 2})

    def work(index, records):
        if index == 1:
            BarrierTaskContext.get().barrier()
        return records

    with pytest.raises(BarrierError, match="partition 0 ended after 0 calls") as caught:
        sc.range(2).barrier().mapPartitionsWithIndex(work).collect()
    assert "partition 1 of stage" in "".join(caught.value.__notes__)
    assert sc.range(3).count() == 3


def test_different_calls_fail_the_job(make_context):
    sc = make_context("local[2]", {"pyrite.task.maxFailures": 1})

    def work(index, records):
        context = BarrierTaskContext.get()
        return [context.barrier() if index else context.allGather()]

    with pytest.raises(BarrierError, match=r"called allGather\(\), others barrier\(\)"):
        sc.range(2).barrier().mapPartitionsWithIndex(work).collect()


def test_waiting_too_long_fails_the_job(make_context):
    settings = {"spark.barrier.sync.timeout": "200ms", "pyrite.task.maxFailures": 1}
    sc = make_context("local[2]", settings)

    def work(index, records):
        if index == 0:
            time.sleep(600)
        BarrierTaskContext.get().barrier()

    with pytest.raises(BarrierError, match=r"waited for 0\.2 s .*the task of partition 0 did not"):
        sc.range(2).barrier().mapPartitionsWithIndex(work).collect()


def test_workers_that_die_again_and_again_fail_the_job(make_context):
    sc = make_context("local[2]", {"pyrite.task.maxFailures": 2})

    def work(index, records):
        if index == 0:
            os._exit(3)
        BarrierTaskContext.get().barrier()

    with pytest.raises(WorkerLostError, match="exited with status 3"):
        sc.range(2).barrier().mapPartitionsWithIndex(work).collect()


def test_waiting_tasks_can_be_cancelled(make_context, journal):
    sc = make_context("local[2]")

    def work(index, records):
        journal.note(index)
        if index == 0:
            time.sleep(600)
        BarrierTaskContext.get().barrier()

    def cancel():
        wait_until(lambda: len(journal.lines()) == 2)
        sc.cancelAllJobs()

    helper = threading.Thread(target=cancel)
    helper.start()
    with pytest.raises(JobCancelled):
        sc.range(2).barrier().mapPartitionsWithIndex(work).collect()
    helper.join(60)
    assert together(sc.range(4, numSlices=2)).sum() == 6


def test_cancelling_in_the_middle_of_talk_breaks_no_channel(make_context, journal):
    sc = make_context("local[2]")

    def talk(index, records):
        context = BarrierTaskContext.get()
        for number in itertools.count():
            texts = context.allGather(f"{number} of {index} {'x' * 10_000}")
            assert [each.split()[0] for each in texts] == [str(number)] * 2
            journal.note(number)

    workers = sorted(each.address for each in infos(sc))
    for _ in range(10):
        before = len(journal.lines())

        def cancel(before=before):
            wait_until(lambda: len(journal.lines()) > before + 20)
            sc.cancelAllJobs()

        helper = threading.Thread(target=cancel)
        helper.start()
        with pytest.raises(JobCancelled):
            sc.range(2).barrier().mapPartitionsWithIndex(talk).collect()
        helper.join(60)
    assert sorted(each.address for each in infos(sc)) == workers, "a worker had to be replaced"


def infos(sc):
    """Where two tasks run."""
    task = sc.range(2).barrier().mapPartitions(lambda it: [BarrierTaskContext.get().getTaskInfos()])
    return task.collect()[0]


def test_waiting_is_not_taken_for_being_stuck(make_context):
    sc = make_context("local[2]", {"pyrite.task.timeout": "1500ms", "pyrite.task.maxFailures": 1})

    def work(index, records):
        if index == 0:
            for _ in range(40):
                current_task().metrics.records_read += 1  # as sources do
                time.sleep(0.1)
        BarrierTaskContext.get().barrier()
        return [index]

    assert sc.range(2).barrier().mapPartitionsWithIndex(work).collect() == [0, 1]


def test_cached_barrier_dataset_that_lost_a_block_is_made_anew_together(make_context, journal):
    sc = make_context("local[2]")

    def work(index, records):
        journal.note(index)
        return [(os.getpid(), *BarrierTaskContext.get().allGather(str(index)))]

    rdd = sc.range(2).barrier().mapPartitionsWithIndex(work).cache()
    first = rdd.collect()
    assert rdd.collect() == first
    assert len(journal.lines()) == 2
    os.kill(first[0][0], signal.SIGKILL)
    wait_until(lambda: len(sc.statusTracker().getExecutorInfos()) == 2)
    assert [each[1:] for each in rdd.collect()] == [("0", "1")] * 2
    assert sorted(journal.lines()) == ["0", "0", "1", "1"]


def test_jobs_that_wait_for_each_other_s_workers_all_end(make_context):
    sc = make_context("local[2]")
    results = []

    def work(records):
        BarrierTaskContext.get().barrier()
        return records

    def job():
        results.append(sc.range(4, numSlices=2).barrier().mapPartitions(work).sum())

    threads = [threading.Thread(target=job) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == [6] * 4
