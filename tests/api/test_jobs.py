"""Jobs of several threads: their names, their cancelling, what they are doing."""

import json
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from tests.conftest import wait_until

from pyrite import (
    InheritableThread,
    JobCancelled,
    SparkContext,
    TaskContext,
    UnsupportedError,
    inheritable_thread_target,
)


@contextmanager
def in_thread(target, thread_class=threading.Thread):
    """Runs ``target`` beside; the body gets a list that holds its result, or its error."""
    ended = []

    def run():
        try:
            ended.append(target())
        except Exception as error:
            ended.append(error)

    thread = thread_class(target=run)
    thread.start()
    try:
        yield ended
    finally:
        thread.join(60)
    assert not thread.is_alive()


def lasting(sc, journal, name):
    """A job of one task that notes its name and then runs until it is cancelled."""

    def last(x):
        journal.note(name)
        threading.Event().wait()

    return sc.parallelize([0], 1).map(last)


# -- properties -------------------------------------------------------------------------------


def property_in_tasks(sc, key):
    return sc.range(2).map(lambda x: TaskContext.get().getLocalProperty(key)).collect()


def test_property_travels_to_tasks_until_it_is_removed(sc):
    sc.setLocalProperty("colour", "red")
    assert sc.getLocalProperty("colour") == "red"
    assert property_in_tasks(sc, "colour") == ["red", "red"]
    sc.setLocalProperty("colour", None)
    sc.setLocalProperty("colour", None)
    assert sc.getLocalProperty("colour") is None
    assert property_in_tasks(sc, "colour") == [None, None]


def test_property_must_be_text(sc):
    with pytest.raises(TypeError, match="the property colour must be a str or None, not int 3"):
        sc.setLocalProperty("colour", 3)


def test_property_of_the_thread_that_runs_the_job_reaches_map_tasks_too(sc):
    pairs = sc.range(2).map(lambda x: (x, TaskContext.get().getLocalProperty("colour")))
    sc.setLocalProperty("colour", "blue")
    assert pairs.partitionBy(2).values().collect() == ["blue", "blue"]
    sc.setLocalProperty("colour", None)


@pytest.mark.parametrize(
    ("kind", "inherited"), [(threading.Thread, None), (InheritableThread, "red")]
)
def test_a_thread_has_its_own_properties(sc, kind, inherited):
    def child():
        before = sc.getLocalProperty("colour")
        sc.setLocalProperty("colour", "blue")
        return before, property_in_tasks(sc, "colour")

    sc.setLocalProperty("colour", "red")
    with in_thread(child, kind) as ended:
        pass
    assert ended == [(inherited, ["blue", "blue"])]
    assert sc.getLocalProperty("colour") == "red"
    sc.setLocalProperty("colour", None)


def test_inheritable_thread_inherits_when_it_is_started(sc):
    seen = []
    thread = InheritableThread(target=lambda x: seen.append((x, sc.getJobTags())), args=(1,))
    sc.addJobTag("late")
    thread.start()
    thread.join(60)
    sc.clearJobTags()
    assert seen == [(1, {"late"})]


def test_inheritable_target_inherits_when_it_is_decorated(sc):
    sc.setLocalProperty("colour", "red")

    @inheritable_thread_target
    def child():
        return sc.getLocalProperty("colour")

    sc.setLocalProperty("colour", "blue")
    with in_thread(child) as ended:
        pass
    sc.setLocalProperty("colour", None)
    assert ended == ["red"]
    assert child.__name__ == "child"


def test_tags_are_added_and_taken_away(sc):
    assert sc.getJobTags() == set()
    sc.addJobTag("one"), sc.addJobTag("two"), sc.addJobTag("one")
    assert sc.getJobTags() == {"one", "two"}
    assert sc.getLocalProperty("spark.job.tags") == "one,two"
    sc.removeJobTag("one"), sc.removeJobTag("none")
    assert sc.getJobTags() == {"two"}
    sc.clearJobTags()
    assert sc.getJobTags() == set()
    assert sc.getLocalProperty("spark.job.tags") is None


@pytest.mark.parametrize("call", ["addJobTag", "removeJobTag", "cancelJobsWithTag"])
def test_tag_cannot_be_empty_or_have_a_comma(sc, call):
    for tag in ("", "a,b"):
        with pytest.raises(ValueError, match="is no job tag"):
            getattr(sc, call)(tag)
    with pytest.raises(TypeError, match="a job tag must be a str, not int 1"):
        getattr(sc, call)(1)


def test_group_is_three_properties(sc):
    sc.setJobGroup("group", "what it does", interruptOnCancel=True)
    names = ("spark.jobGroup.id", "spark.job.description", "spark.job.interruptOnCancel")
    assert [sc.getLocalProperty(name) for name in names] == ["group", "what it does", "true"]
    sc.setInterruptOnCancel(False)
    sc.setJobDescription("something else")
    assert [sc.getLocalProperty(name) for name in names] == ["group", "something else", "false"]
    for name in names:
        sc.setLocalProperty(name, None)


def test_collect_with_a_group_of_its_own(sc):
    seen = sc.range(1).map(lambda x: TaskContext.get().getLocalProperty("spark.jobGroup.id"))
    assert seen.collectWithJobGroup("mine", "for this one job") == ["mine"]
    assert seen.collect() == [None]


def test_properties_of_a_job_are_in_the_event_log(make_context, tmp_path):
    log = tmp_path / "events.jsonl"
    sc = make_context("local", {"pyrite.eventLog": str(log)})
    sc.setJobGroup("group", "what it does")
    sc.range(3).count()
    events = [json.loads(line) for line in log.read_text().splitlines()]
    [started] = [event for event in events if event["event"] == "JobStarted"]
    assert started["properties"] == {
        "spark.jobGroup.id": "group",
        "spark.job.description": "what it does",
        "spark.job.interruptOnCancel": "false",
    }


# -- several jobs at once, and cancelling -------------------------------------------------------


def test_jobs_of_two_threads_run_side_by_side(make_context, journal):
    sc = make_context("local[2]")

    def meet(name, other):
        journal.note(name)
        wait_until(lambda: other in journal.lines(), what="the other job's task")
        return name

    def job(name, other):
        return lambda: sc.parallelize([name], 1).map(lambda x: meet(x, other)).collect()

    with in_thread(job("a", "b")) as first, in_thread(job("b", "a")) as second:
        pass
    assert (first, second) == ([["a"]], [["b"]])


@pytest.mark.parametrize("how", ["group", "tag"])
def test_only_what_was_asked_for_is_cancelled(make_context, journal, how):
    sc = make_context("local[3]")

    def job(name):
        def run():
            if how == "group":
                sc.setJobGroup(name, "")
            else:
                sc.addJobTag("all"), sc.addJobTag(name)
            return lasting(sc, journal, name).collect()

        return run

    cancel = sc.cancelJobGroup if how == "group" else sc.cancelJobsWithTag
    with in_thread(job("one")) as one, in_thread(job("two")) as two:
        wait_until(lambda: len(journal.lines()) == 2)
        cancel("neither")
        cancel("one")
        wait_until(lambda: one)
        assert sc.range(3).count() == 3
        assert two == []
        cancel("two")
    assert [type(error) for error in one + two] == [JobCancelled, JobCancelled]
    named = "cancelJobGroup" if how == "group" else "cancelJobsWithTag"
    assert [str(error) for error in one + two] == [
        f"{named}('one') was called",
        f"{named}('two') was called",
    ]


def test_jobs_to_come_of_a_cancelled_group_run(make_context, journal):
    sc = make_context("local[2]")

    def job():
        sc.setJobGroup("group", "")
        with pytest.raises(JobCancelled):
            lasting(sc, journal, "first").collect()
        return sc.range(3).count()

    with in_thread(job) as ended:
        wait_until(journal.lines)
        sc.cancelJobGroup("group")
    assert ended == [3]


def test_task_of_a_cancelled_inline_job_goes_on_to_its_end(make_context, journal):
    sc = make_context("local")

    def first_then_second(x):
        journal.note(x)
        wait_until(lambda: os.path.exists(f"{journal.path}.go"))

    with in_thread(lambda: sc.parallelize([1, 2], 2).map(first_then_second).collect()) as ended:
        wait_until(journal.lines)
        sc.cancelAllJobs()
        wait_until(lambda: sc.statusTracker().getActiveJobsIds() == [])
        assert journal.first_time("go")
    assert [str(error) for error in ended] == ["cancelAllJobs() was called"]
    assert journal.lines() == ["1"]
    assert sc.range(3).count() == 3


def test_no_job_submitted_before_a_cancel_escapes_it(make_context, journal):
    sc = make_context("local[1]")
    with (
        in_thread(lambda: lasting(sc, journal, "running").collect()) as running,
        in_thread(lambda: lasting(sc, journal, "waiting").collect()) as waiting,
    ):
        wait_until(lambda: len(sc.statusTracker().getActiveJobsIds()) == 2 and journal.lines())
        sc.cancelAllJobs()
    assert [type(error) for error in running + waiting] == [JobCancelled, JobCancelled]
    assert len(journal.lines()) == 1


# -- runJob -------------------------------------------------------------------------------------


def test_run_job_over_some_partitions_in_any_order(sc):
    rdd = sc.range(6, numSlices=3)
    assert sc.runJob(rdd, lambda rows: [sum(rows)]) == [1, 5, 9]
    assert sc.runJob(rdd, lambda rows: rows, [2, 0, 2], True) == [4, 5, 0, 1, 4, 5]
    assert sc.runJob(rdd, lambda rows: rows, []) == []


@pytest.mark.parametrize("partition", [3, -1])
def test_run_job_over_a_partition_that_does_not_exist(sc, partition):
    with pytest.raises(ValueError, match=rf"no partition {partition}: the RDD has 3, numbered"):
        sc.runJob(sc.range(6, numSlices=3), list, [0, partition])


# -- status -------------------------------------------------------------------------------------


def test_tracker_shows_a_job_while_it_runs_and_after(make_context, journal):
    sc = make_context("local[2]")
    tracker = sc.statusTracker()

    def held(x):
        journal.note(x)
        if x == 3:
            wait_until(lambda: os.path.exists(f"{journal.path}.go"))
        return x

    def job():
        sc.setJobGroup("group", "")
        return sc.parallelize(range(4), 4).map(held).keyBy(lambda x: x).partitionBy(2).count()

    with in_thread(job) as ended:
        wait_until(lambda: len(journal.lines()) == 4)
        [job_id] = tracker.getActiveJobsIds()
        [stage] = tracker.getActiveStageIds()
        wait_until(lambda: tracker.getStageInfo(stage).numCompletedTasks == 3)
        assert tracker.getJobInfo(job_id).status == "RUNNING"
        assert tracker.getStageInfo(stage)[3:] == (4, 1, 3, 0)
        assert sum(each.numRunningTasks for each in tracker.getExecutorInfos()) == 1
        assert journal.first_time("go")
    assert ended == [4]
    assert tracker.getActiveJobsIds() == tracker.getActiveStageIds() == []
    assert tracker.getJobIdsForGroup("group") == [job_id]
    assert tracker.getJobIdsForGroup() == []
    info = tracker.getJobInfo(job_id)
    assert (info.jobId, info.status, stage in info.stageIds) == (job_id, "SUCCEEDED", True)
    first, second = (tracker.getStageInfo(each) for each in info.stageIds)
    assert first[3:] == (4, 0, 4, 0)
    assert second[3:] == (2, 0, 2, 0)
    assert tracker.getJobInfo(job_id + 1) is tracker.getStageInfo(stage + 9) is None


def test_tracker_counts_failed_attempts_and_lost_workers(make_context, journal):
    sc = make_context("local[2]")

    def work(x):
        if x == 0 and journal.first_time("raised"):
            raise ValueError("once")
        if x == 1 and journal.first_time("died"):
            os.kill(os.getpid(), signal.SIGKILL)

    sc.parallelize(range(2), 2).foreach(work)
    tracker = sc.statusTracker()
    [job] = tracker.getJobIdsForGroup()
    [stage] = tracker.getJobInfo(job).stageIds
    assert tracker.getStageInfo(stage)[3:] == (2, 0, 2, 2)
    wait_until(lambda: len(tracker.getExecutorInfos()) == 2)
    with pytest.raises(ValueError, match="always"):
        sc.range(1).foreach(lambda x: exec("raise ValueError('always')"))
    assert tracker.getJobInfo(job + 1).status == "FAILED"


def test_tracker_tells_of_stages_and_workers(make_context):
    sc = make_context("local[2]")
    assert sc.range(3, numSlices=3).count() == 3
    tracker = sc.statusTracker()
    [job] = tracker.getJobIdsForGroup()
    [stage] = map(tracker.getStageInfo, tracker.getJobInfo(job).stageIds)
    assert (stage.stageId, stage.currentAttemptId, stage.numTasks) == (0, 0, 3)
    assert stage.name.startswith("count at test_jobs.py:")
    assert (stage.numActiveTasks, stage.numCompletedTasks, stage.numFailedTasks) == (0, 3, 0)
    wait_until(lambda: len(tracker.getExecutorInfos()) == 2)
    for worker in tracker.getExecutorInfos():
        assert (bool(worker.host), worker.port, worker.cacheSize) == (True, 0, 0)
        assert worker.totalOnHeapStorageMemory == worker.totalOffHeapStorageMemory == 0
        assert worker.usedOnHeapStorageMemory == worker.usedOffHeapStorageMemory == 0


# -- the JVM that is not there ------------------------------------------------------------------


def test_system_properties_are_refused_on_the_class_and_on_a_context(sc):
    for owner in (sc, SparkContext):
        with pytest.raises(UnsupportedError, match=r"no JVM.*SparkConf\(\)\.set\('a', 'b'\)"):
            owner.setSystemProperty("a", "b")
        with pytest.raises(UnsupportedError, match="no JVM"):
            owner.getSystemProperty("java.home")


def test_task_context_tells_of_the_attempt(make_context, journal):
    sc = make_context("local[2]")

    def tell(x):
        task = TaskContext.get()
        if x == 1 and journal.first_time("raised"):
            raise ValueError("once")
        return (task.partitionId(), task.attemptNumber(), task.stageId(), task.taskAttemptId())

    told = sc.parallelize(range(3), 3).map(tell)
    first, again = told.collect(), told.collect()
    assert [each[:2] for each in first] == [(0, 0), (1, 1), (2, 0)]
    assert [each[:2] for each in again] == [(0, 0), (1, 0), (2, 0)]
    assert {each[2] for each in first} != {each[2] for each in again}
    ids = [each[3] for each in first + again]
    assert len(set(ids)) == 6
    assert all(0 <= each < sys.maxsize for each in ids)


def test_task_context_can_be_collected(sc):
    sc.setLocalProperty("colour", "red")
    context = sc.parallelize([1], 1).map(lambda x: TaskContext.get()).first()
    sc.setLocalProperty("colour", None)
    assert (context.partitionId(), context.getLocalProperty("colour")) == (0, "red")
    assert context.getLocalProperty("size") is None


def test_task_context_is_none_in_the_driver_and_knows_cores(sc):
    assert TaskContext.get() is None
    got = sc.range(1).map(lambda x: (TaskContext.get().cpus(), TaskContext.get().resources()))
    assert got.collect() == [(1, {})]


def test_threads_of_a_task_know_the_task(make_context):
    """As on PySpark. On master `local` they are threads of the driver's process."""

    def in_threads(records):
        with ThreadPoolExecutor(2) as threads:
            yield from threads.map(lambda x: (x, TaskContext.get().partitionId()), records)

    sc = make_context("local[2]")
    assert sc.range(4, numSlices=2).mapPartitions(in_threads).collect() == [
        (0, 0), (1, 0), (2, 1), (3, 1),
    ]  # fmt: skip
    assert TaskContext.get() is None
