"""Running jobs, naming them, watching them and stopping them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NoReturn, TypeVar

from pyrite.api.application import Application
from pyrite.api.rdd import RDD
from pyrite.api.status import StatusTracker
from pyrite.core.errors import UnsupportedError
from pyrite.core.ids import TaskId
from pyrite.driver.groups import DESCRIPTION, GROUP, INTERRUPT, TAGS, tags_of
from pyrite.scheduler.history import story

T = TypeVar("T")
U = TypeVar("U")


class Jobs(Application):
    """The side of a `SparkContext` that runs jobs."""

    def runJob(
        self,
        rdd: RDD[T],
        partitionFunc: Callable[[Iterator[T]], Iterable[U]],
        partitions: Sequence[int] | None = None,
        allowLocal: bool = False,
    ) -> list[U]:
        """The items of ``partitionFunc`` of some partitions (all, by default), in one list.

        Parameters:
            allowLocal: without meaning, as in Spark since its version 1.

        Raises:
            ValueError: there is no partition of such a number.

        Example:
            >>> sc.runJob(sc.range(6, numSlices=3), lambda rows: [sum(rows)], [0, 2])
            [1, 9]
        """
        wanted = range(rdd.getNumPartitions()) if partitions is None else partitions
        for partition in wanted:
            if not 0 <= partition < rdd.getNumPartitions():
                raise ValueError(
                    f"there is no partition {partition}: the RDD has {rdd.getNumPartitions()}, "
                    f"numbered from 0"
                )
        numbers = list(dict.fromkeys(wanted))
        parts = rdd._run(lambda records, task: list(partitionFunc(records)), numbers)
        of = dict(zip(numbers, parts, strict=True))
        return [item for partition in wanted for item in of[partition]]

    def statusTracker(self) -> StatusTracker:
        """What the recent jobs and stages are doing."""
        return StatusTracker(self._status)

    def story(self, stage: int, partition: int) -> list[str]:
        """Why a task ran where and when, a line per thing that happened to it.

        The numbers are those in error messages and the event log. Needs the setting
        ``pyrite.history``.

        Raises:
            ValueError: no history was kept.
        """
        if self._history is None:
            raise ValueError("no history was kept: set pyrite.history to true for the next run")
        return story(self._history, TaskId(stage, partition))

    # -- names for the jobs of a thread ---------------------------------------------------

    def setLocalProperty(self, key: str, value: str | None) -> None:
        """Set a property of the jobs that this thread starts from now on; None removes it. Tasks
        read it with `TaskContext.getLocalProperty`.

        Raises:
            TypeError: the value is neither text nor None.
        """
        self._properties.set(key, value)

    def getLocalProperty(self, key: str) -> str | None:
        """What this thread has set, or inherited; None if nothing."""
        return self._properties.get(key)

    def setJobGroup(self, groupId: str, description: str, interruptOnCancel: bool = False) -> None:
        """Put the jobs that this thread starts from now on into a group, for `cancelJobGroup`.

        Parameters:
            description: for people, in the place of `setJobDescription`'s.
            interruptOnCancel: without effect: tasks are always interrupted.
        """
        self._properties.set(GROUP, groupId)
        self._properties.set(DESCRIPTION, description)
        self.setInterruptOnCancel(interruptOnCancel)

    def setJobDescription(self, value: str | None) -> None:
        """Say for people what the jobs are for that this thread starts from now on."""
        self._properties.set(DESCRIPTION, value)

    def setInterruptOnCancel(self, interruptOnCancel: bool) -> None:
        """Without effect but on the property: what is cancelled is always interrupted."""
        self._properties.set(INTERRUPT, str(bool(interruptOnCancel)).lower())

    def addJobTag(self, tag: str) -> None:
        """Add a tag to the jobs that this thread starts from now on, for `cancelJobsWithTag`.

        Raises:
            ValueError: the tag is empty or has a comma in it.
        """
        self._set_tags([*self._tags(), _checked(tag)])

    def removeJobTag(self, tag: str) -> None:
        """Take one of this thread's tags away, if it is there.

        Raises:
            ValueError: the tag is empty or has a comma in it.
        """
        _checked(tag)
        self._set_tags([each for each in self._tags() if each != tag])

    def getJobTags(self) -> set[str]:
        """This thread's tags."""
        return set(self._tags())

    def clearJobTags(self) -> None:
        """Take all of this thread's tags away."""
        self._set_tags([])

    def _tags(self) -> list[str]:
        return tags_of(self._properties.snapshot())

    def _set_tags(self, tags: Sequence[str]) -> None:
        self._properties.set(TAGS, ",".join(dict.fromkeys(tags)) or None)

    # -- stopping -------------------------------------------------------------------------

    def cancelJobGroup(self, groupId: str) -> None:
        """Stop the running jobs of a group; their callers get JobCancelled.

        With master ``local`` a task that has begun goes on to its end, and then its caller gets
        it: the task runs in the caller's own thread.
        """
        self._driver.cancel_all(
            f"cancelJobGroup({groupId!r}) was called",
            lambda job: job.properties.get(GROUP) == groupId,
        )

    def cancelJobsWithTag(self, tag: str) -> None:
        """Stop the running jobs that have a tag; their callers get JobCancelled.

        Raises:
            ValueError: the tag is empty or has a comma in it.
        """
        _checked(tag)
        self._driver.cancel_all(
            f"cancelJobsWithTag({tag!r}) was called", lambda job: tag in tags_of(job.properties)
        )

    def cancelAllJobs(self) -> None:
        """Stop all running jobs; their callers get JobCancelled."""
        self._driver.cancel_all("cancelAllJobs() was called")

    # -- the JVM that is not there --------------------------------------------------------

    @staticmethod
    def getSystemProperty(key: str) -> NoReturn:
        """There is no JVM that has properties: an error says what to use."""
        raise UnsupportedError(
            f"getSystemProperty({key!r}): there is no JVM. Settings: SparkContext.getConf().get(); "
            f"the machine: the modules os and platform"
        )

    @staticmethod
    def setSystemProperty(key: str, value: str) -> NoReturn:
        """There is no JVM that has properties: an error says what to use."""
        raise UnsupportedError(
            f"setSystemProperty({key!r}, {value!r}): there is no JVM. Settings: "
            f"SparkContext(conf=SparkConf().set({key!r}, {value!r})); "
            f"environment variables of the workers: SparkConf().setExecutorEnv()"
        )


def _checked(tag: str) -> str:
    """``tag``, if it can be one.

    Raises:
        TypeError: it is not text.
        ValueError: it is empty or has a comma in it.
    """
    if not isinstance(tag, str):
        raise TypeError(f"a job tag must be a str, not {type(tag).__name__} {tag!r}")
    if not tag or "," in tag:
        raise ValueError(f"{tag!r} is no job tag: it must have no comma, and not be empty")
    return tag
