"""`StatusTracker`: what jobs and stages are doing, for programs that watch themselves."""

from __future__ import annotations

from typing import NamedTuple

from pyrite.driver.groups import GROUP
from pyrite.driver.status import Status


class SparkJobInfo(NamedTuple):
    """``status`` is RUNNING, SUCCEEDED or FAILED."""

    jobId: int
    stageIds: list[int]
    status: str


class SparkStageInfo(NamedTuple):
    """``currentAttemptId`` counts the runs of the stage from 0; the rest is about the last."""

    stageId: int
    currentAttemptId: int
    name: str
    numTasks: int
    numActiveTasks: int
    numCompletedTasks: int
    numFailedTasks: int


class SparkExecutorInfo(NamedTuple):
    """One worker process. It has no port, and no JVM whose heap could be measured: these are 0."""

    host: str
    port: int
    cacheSize: int
    numRunningTasks: int
    usedOnHeapStorageMemory: int
    usedOffHeapStorageMemory: int
    totalOnHeapStorageMemory: int
    totalOffHeapStorageMemory: int


class StatusTracker:
    """What the recent jobs and stages of a context are doing, or how they ended: the last
    thousand of each. From `SparkContext.statusTracker`; may be asked from any thread.

    Example:
        >>> sc.setJobGroup("sums", "an example")
        >>> sc.range(10).sum()
        45
        >>> tracker = sc.statusTracker()
        >>> [job] = tracker.getJobIdsForGroup("sums")
        >>> info = tracker.getJobInfo(job)
        >>> info.status, [tracker.getStageInfo(stage).numTasks for stage in info.stageIds]
        ('SUCCEEDED', [2])
        >>> sc.setLocalProperty("spark.jobGroup.id", None)
        >>> sc.setJobDescription(None)
    """

    def __init__(self, status: Status) -> None:
        self._status = status

    def getJobIdsForGroup(self, jobGroup: str | None = None) -> list[int]:
        """Jobs of a group, over or not; with None, those without a group."""
        jobs = self._status.jobs(lambda job: job.properties.get(GROUP) == jobGroup)
        return [job.id for job in jobs]

    def getActiveStageIds(self) -> list[int]:
        """Stages that have begun and are not over."""
        return [stage.id for stage in self._status.stages(lambda stage: stage.active)]

    def getActiveJobsIds(self) -> list[int]:
        """Jobs that are not over."""
        return [job.id for job in self._status.jobs(lambda job: job.active)]

    def getJobInfo(self, jobId: int) -> SparkJobInfo | None:
        """About one job; None if it is unknown or forgotten."""
        job = self._status.job(jobId)
        return SparkJobInfo(job.id, list(job.stages), job.state) if job else None

    def getStageInfo(self, stageId: int) -> SparkStageInfo | None:
        """About one stage; None if it has not begun or is forgotten. A stage whose output is
        there already does not begin."""
        stage = self._status.stage(stageId)
        if stage is None:
            return None
        return SparkStageInfo(
            stage.id, stage.run, stage.name, stage.tasks, stage.running, stage.done, stage.failed
        )

    def getExecutorInfos(self) -> list[SparkExecutorInfo]:
        """The workers alive."""
        return [
            SparkExecutorInfo(worker.node, 0, 0, int(worker.attempt is not None), 0, 0, 0, 0)
            for worker in self._status.workers()
        ]
