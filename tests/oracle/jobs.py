"""Programs about jobs themselves: their properties, threads, files, status, and barriers."""

from __future__ import annotations

import os
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.oracle.outcomes import Program

GROUP = ("spark.jobGroup.id", "spark.job.description", "spark.job.interruptOnCancel")


def engine(sc: Any) -> str:
    """The name of the package that ``sc`` comes from."""
    return str(type(sc).__module__).partition(".")[0]


def task_context(package: str) -> Any:
    return import_module(package).TaskContext.get()


def in_thread(thread: Callable[..., threading.Thread], target: Callable[[], Any]) -> Any:
    results: list[Any] = []
    beside = thread(target=lambda: results.append(target()))
    beside.start()
    beside.join(60)
    return results[0]


def cleared(sc: Any) -> None:
    """Leave nothing to the programs that come after."""
    for name in (*GROUP, "colour", "spark.job.tags"):
        sc.setLocalProperty(name, None)


# -- properties -----------------------------------------------------------------------------------


def properties(sc: Any) -> Any:
    package = engine(sc)

    def in_tasks() -> Any:
        seen = sc.range(2).map(lambda x: task_context(package).getLocalProperty("colour"))
        return seen.collect()

    sc.setLocalProperty("colour", "red")
    before = sc.getLocalProperty("colour"), in_tasks()
    sc.setLocalProperty("colour", None)
    return before, sc.getLocalProperty("colour"), in_tasks()


def group(sc: Any) -> Any:
    sc.setJobGroup("group", "what it does", True)
    sc.setJobDescription("something else")
    first = [sc.getLocalProperty(name) for name in GROUP]
    sc.setInterruptOnCancel(False)
    second = [sc.getLocalProperty(name) for name in GROUP]
    cleared(sc)
    return first, second, [sc.getLocalProperty(name) for name in GROUP]


def tags(sc: Any) -> Any:
    sc.addJobTag("one"), sc.addJobTag("two"), sc.addJobTag("one")
    both = sorted(sc.getJobTags())
    sc.removeJobTag("one"), sc.removeJobTag("none")
    one = sorted(sc.getJobTags())
    sc.clearJobTags()
    return both, one, sorted(sc.getJobTags())


def inherited(sc: Any) -> Any:
    package = import_module(engine(sc))

    def child() -> Any:
        before = sc.getLocalProperty("colour"), sorted(sc.getJobTags())
        sc.setLocalProperty("colour", "blue")
        return before

    sc.setLocalProperty("colour", "red"), sc.addJobTag("tag")
    wrapped = package.inheritable_thread_target(child)
    sc.setLocalProperty("colour", "green")
    results = [
        in_thread(package.InheritableThread, child),
        in_thread(threading.Thread, wrapped),
        sc.getLocalProperty("colour"),
    ]
    cleared(sc)
    return results


def task(sc: Any) -> Any:
    package = engine(sc)

    def tell(x: int) -> Any:
        context = task_context(package)
        return context.partitionId(), context.attemptNumber(), context.cpus(), context.resources()

    ids = sc.range(4, numSlices=4).map(lambda x: task_context(package).taskAttemptId())
    different = len(set(ids.collect() + ids.collect()))
    return sc.range(4, numSlices=4).map(tell).collect(), different, task_context(package)


# -- jobs -----------------------------------------------------------------------------------------


def run_job(sc: Any) -> Any:
    rdd = sc.range(6, numSlices=3)
    return [
        sc.runJob(rdd, lambda rows: [sum(rows)]),
        sc.runJob(rdd, lambda rows: rows, [2, 0], True),
        sc.runJob(rdd, lambda rows: rows, []),
    ]


def status(sc: Any) -> Any:
    sc.setJobGroup("watched", "")
    sc.range(9, numSlices=3).keyBy(lambda x: x % 2).groupByKey(2).count()
    try:
        sc.range(1, numSlices=1).foreach(lambda x: 1 // x)
    except Exception:
        pass
    cleared(sc)
    tracker = sc.statusTracker()
    deadline = time.monotonic() + 10
    while tracker.getActiveJobsIds() and time.monotonic() < deadline:
        time.sleep(0.1)  # Spark's own bookkeeping comes some time after the job
    jobs = [tracker.getJobInfo(job) for job in sorted(tracker.getJobIdsForGroup("watched"))]
    stages = [[tracker.getStageInfo(stage) for stage in sorted(job.stageIds)] for job in jobs]
    tasks = [
        [(s.numTasks, s.numActiveTasks, s.numCompletedTasks, s.numFailedTasks) for s in each]
        for each in stages
    ]
    return [job.status for job in jobs], tasks, tracker.getJobInfo(10**6)


def cancelled(sc: Any) -> Any:
    """Of two jobs at once, one is cancelled."""

    def job(name: str, seconds: float) -> Any:
        sc.setJobGroup(name, "", True)
        try:
            return sc.parallelize([name], 1).map(lambda x: time.sleep(seconds) or x).collect()
        except Exception:
            return "cancelled"

    def cancel() -> None:
        time.sleep(1)
        sc.cancelJobGroup("long")

    helper = threading.Thread(target=cancel)
    helper.start()
    beside: list[Any] = []
    other = threading.Thread(target=lambda: beside.append(job("short", 2)))
    other.start()
    long = in_thread(threading.Thread, lambda: job("long", 8))
    helper.join(60), other.join(60)
    return long, beside, sc.range(3).count()


# -- files ----------------------------------------------------------------------------------------


def files(sc: Any) -> Any:
    package = engine(sc)

    def read(name: str) -> str:
        return Path(import_module(package).SparkFiles.get(name)).read_text()

    with tempfile.TemporaryDirectory() as folder:
        name = os.path.basename(folder)
        Path(folder, f"{name}.txt").write_text("one")
        sc.addFile(f"{folder}/{name}.txt")
        sc.addFile(f"{folder}/{name}.txt")
        Path(folder, f"{name}.py").write_text("answer = 42")
        sc.addPyFile(f"{folder}/{name}.py")
        with zipfile.ZipFile(f"{folder}/{name}.zip", "w") as archive:
            archive.writestr("deep/a.txt", "packed")
        sc.addArchive(f"{folder}/{name}.zip")
        sc.addArchive(f"{folder}/{name}.zip#{name}-too")
        names = [f"{name}.txt", f"{name}.zip/deep/a.txt", f"{name}-too/deep/a.txt"]
        return [
            sc.parallelize(names, 2).map(read).collect(),
            read(f"{name}.txt"),
            sc.range(2).map(lambda x: import_module(name).answer).collect(),
            [each.removeprefix("file:").count(name) for each in sc.listFiles if name in each],
            sum(name in each for each in sc.listArchives),
        ]


# -- barriers -------------------------------------------------------------------------------------


def gathered(sc: Any) -> Any:
    package = engine(sc)

    def gather(index: int, records: Iterator[int]) -> Any:
        context = import_module(package).BarrierTaskContext.get()
        context.barrier()
        sums = context.allGather(f"{index}: {sum(records)}")
        return [(context.attemptNumber(), sums, context.allGather(), len(context.getTaskInfos()))]

    rdd = sc.range(9, numSlices=2).barrier().mapPartitionsWithIndex(gather)
    keyed = rdd.keyBy(lambda x: 1).groupByKey(2).mapValues(len)
    return rdd.collect(), rdd.map(len).collect(), keyed.collect()


def refused_barriers(sc: Any) -> Any:
    def together(rdd: Any) -> Any:
        return rdd.barrier().mapPartitions(lambda records: records)

    rdd = sc.range(4, numSlices=2)
    # A union, too, is refused, but PySpark first waits ten minutes for more workers.
    chains: list[Callable[[], Any]] = [
        lambda: together(rdd).first(),
        lambda: together(rdd).coalesce(1).count(),
        lambda: together(together(rdd)).count(),
        lambda: together(rdd.coalesce(1)).count(),
        lambda: together(rdd).repartition(3).take(1),
        lambda: together(rdd).sum(),
    ]
    results: list[Any] = []
    for chain in chains:
        try:
            results.append(chain())
        except Exception:
            results.append("refused")
    return results


def barrier_context_elsewhere(sc: Any) -> Any:
    package = engine(sc)

    def ask(x: int) -> str:
        try:
            import_module(package).BarrierTaskContext.get()
        except RuntimeError:
            return "refused"
        return "given"

    return sc.range(2).map(ask).collect()


PROGRAMS: dict[str, Program] = {
    "local properties": properties,
    "a job group": group,
    "job tags": tags,
    "properties that threads inherit": inherited,
    "task contexts": task,
    "runJob over some partitions": run_job,
    "the status of jobs and stages": status,
    "cancelling one of two jobs": cancelled,
    "files, modules and archives": files,
    "messages in a barrier stage": gathered,
    "what cannot be a barrier stage": refused_barriers,
    "a barrier context elsewhere": barrier_context_elsewhere,
}
