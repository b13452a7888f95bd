"""`SparkContext`: a program's way in. The only place where the parts are put together."""

from __future__ import annotations

import atexit
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar

from pyrite.api.callsite import public_call
from pyrite.api.conf import SparkConf, submit_options
from pyrite.api.dataset import positive
from pyrite.api.rdd import RDD
from pyrite.api.transformations import union_of
from pyrite.api.unsupported import PLANNED_CONTEXT, planned
from pyrite.core.errors import SerializationError, StoppedError
from pyrite.core.ids import TaskId
from pyrite.core.settings import Master, Settings
from pyrite.driver.driver import Driver
from pyrite.lineage.node import Node
from pyrite.lineage.sources import Collection, Empty
from pyrite.scheduler.history import History, story
from pyrite.scheduler.policy import Policy

if TYPE_CHECKING:
    from pyrite.cluster.base import Cluster
    from pyrite.driver.events import Listener

T = TypeVar("T")
U = TypeVar("U")


class SparkContext:
    """Runs jobs on workers: ``local`` in this process, ``local[N]`` in N others.

    Parameters:
        master: ``local``, ``local[N]``, ``local[*]`` or ``local[N,F]`` (F failures per task).
        appName: a name for people.
        sparkHome, serializer, gateway, jsc, profiler_cls, udf_profiler_cls,
            memory_profiler_cls: taken for the sake of PySpark programs; without meaning here.
        pyFiles: .py files and .zip packages that tasks may import.
        environment: environment variables of the workers.
        batchSize: without meaning here: batches are sized by the engine.
        conf: further settings.

    Raises:
        ValueError: the master or a setting cannot be understood.

    Example:
        >>> with SparkContext("local[2]") as context:
        ...     context.range(10).map(lambda x: x * x).sum()
        285
    """

    _running: ClassVar[list[SparkContext]] = []

    def __init__(
        self,
        master: str | None = None,
        appName: str | None = None,
        sparkHome: str | None = None,
        pyFiles: Sequence[str] | None = None,
        environment: Mapping[str, str] | None = None,
        batchSize: int = 0,
        serializer: object = None,
        conf: SparkConf | None = None,
        gateway: object = None,
        jsc: object = None,
        profiler_cls: object = None,
        udf_profiler_cls: object = None,
        memory_profiler_cls: object = None,
    ) -> None:
        self._stopped = True
        self._conf = (conf or SparkConf()).copy()
        if master is not None:
            self._conf.setMaster(master)
        if appName is not None:
            self._conf.setAppName(appName)
        self._conf.setIfMissing("spark.master", "local[*]")
        self._conf.setIfMissing("spark.app.name", os.path.basename(sys.argv[0]) or "pyrite")
        self._settings = Settings(dict(self._conf.getAll()))
        master_url = Master.parse(self.master)
        self.startTime = int(time.time() * 1000)
        self.applicationId = f"local-{self.startTime}"
        self.defaultParallelism: int = (
            self._settings["pyrite.default.parallelism"] or master_url.workers or 1
        )
        self.environment = {**_executor_environment(self._conf), **(environment or {})}
        for path in (*submit_options().get("py_files", ()), *(pyFiles or ())):
            _importable(path)
        policy = _policy(master_url, self._settings)
        listeners = _listeners(self._settings, self.appName)
        self._history = History(policy) if self._settings["pyrite.history"] else None
        self._driver = Driver(
            _cluster(master_url, self._settings, self.environment),
            policy,
            listeners,
            self._history,
        )
        self._driver.start()
        self._stopped = False
        SparkContext._running.append(self)
        atexit.register(self.stop)

    # -- the program --------------------------------------------------------------------

    @classmethod
    def getOrCreate(cls, conf: SparkConf | None = None) -> SparkContext:
        """A running context, or a new one."""
        return cls._running[-1] if cls._running else cls(conf=conf)

    @property
    def master(self) -> str:
        return self._conf.get("spark.master") or ""

    @property
    def appName(self) -> str:
        return self._conf.get("spark.app.name") or ""

    @property
    def version(self) -> str:
        """Pyrite's version."""
        from pyrite import __version__

        return __version__

    @property
    def pythonVer(self) -> str:
        return f"{sys.version_info.major}.{sys.version_info.minor}"

    @property
    def defaultMinPartitions(self) -> int:
        """Partitions of a text file, at least, where no number is given: one for each worker."""
        return self.defaultParallelism

    @property
    def uiWebUrl(self) -> None:
        """There is no web page yet."""
        return

    def getConf(self) -> SparkConf:
        """A copy of the settings."""
        return self._conf.copy()

    def sparkUser(self) -> str:
        """Who runs the program."""
        import getpass

        return getpass.getuser()

    def setLogLevel(self, logLevel: str) -> None:
        """Set the level of Pyrite's logger, by a name such as ``"WARN"``."""
        import logging

        names = {
            "WARN": "WARNING",
            "FATAL": "CRITICAL",
            "OFF": "CRITICAL",
            "ALL": "NOTSET",
            "TRACE": "DEBUG",
        }
        level = logLevel.upper()
        logging.getLogger("pyrite").setLevel(names.get(level, level))

    def stop(self) -> None:
        """Cancel what runs and end the workers. Nothing is left when it returns."""
        if not self._stopped:
            self._stopped = True
            SparkContext._running.remove(self)
            atexit.unregister(self.stop)
            self._driver.stop()

    def __enter__(self) -> SparkContext:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __reduce__(self) -> NoReturn:
        raise SerializationError(
            "a SparkContext is used inside a function that runs in a task. Tasks cannot start "
            "jobs: take what the function needs from the context before"
        )

    def __repr__(self) -> str:
        return f"<SparkContext master={self.master} appName={self.appName}>"

    def __getattr__(self, name: str) -> NoReturn:
        planned("SparkContext", PLANNED_CONTEXT, name)

    # -- sources ------------------------------------------------------------------------

    def parallelize(self, c: Iterable[T], numSlices: int | None = None) -> RDD[T]:
        """The items of a collection as a dataset.

        Parameters:
            c: any iterable; a range stays a range.
            numSlices: number of partitions.

        Example:
            >>> sc.parallelize([0, 2, 3, 4, 6], 5).glom().collect()
            [[0], [2], [3], [4], [6]]
        """
        number = self.defaultParallelism if numSlices is None else positive("numSlices", numSlices)
        records = c if isinstance(c, range) else list(c)
        return self._rdd(Collection.of(records, number))

    def range(
        self, start: int, end: int | None = None, step: int = 1, numSlices: int | None = None
    ) -> RDD[int]:
        """The numbers of ``range(start, end, step)``, or of ``range(0, start, step)``.

        Example:
            >>> sc.range(2, 8, 3).collect()
            [2, 5]
        """
        numbers = range(0, start, step) if end is None else range(start, end, step)
        return self.parallelize(numbers, numSlices)

    def emptyRDD(self) -> RDD[Any]:
        """No records, no partitions."""
        return self._rdd(Empty())

    def textFile(
        self,
        name: str,
        minPartitions: int | None = None,
        use_unicode: bool = True,
        *,
        encoding: str = "utf-8",
        errors: str = "strict",
    ) -> RDD[str]:
        """The lines of text files, without their ends.

        Parameters:
            name: a file, a folder (its files), a glob, several of them with commas between, or
                an fsspec address such as ``s3://bucket/key``. Files ending in .gz, .bz2, .zst
                and .lz4 are decompressed.
            minPartitions: at least so many, where the files can be cut so fine.
            use_unicode: False gives bytes.
            encoding, errors: as in `open`.

        Raises:
            FileNotFoundError: (by the first action) there is no such file.
            UnicodeDecodeError: (in a task) a line is not in ``encoding``.
        """
        from pyrite.io.text import TextSource

        return self._rdd(
            TextSource(
                name,
                self._min_partitions(minPartitions),
                use_unicode=use_unicode,
                encoding=encoding,
                errors=errors,
                split_bytes=self._settings["pyrite.split.size"],
                side_by_side=self.defaultParallelism,
            )
        )

    def wholeTextFiles(
        self,
        path: str,
        minPartitions: int | None = None,
        use_unicode: bool = True,
        *,
        encoding: str = "utf-8",
        errors: str = "strict",
    ) -> RDD[tuple[str, str]]:
        """``(path, content)`` of each file; parameters as for `textFile`."""
        from pyrite.io.text import WholeTextSource

        return self._rdd(
            WholeTextSource(
                path,
                self._min_partitions(minPartitions),
                use_unicode=use_unicode,
                encoding=encoding,
                errors=errors,
                split_bytes=self._settings["pyrite.split.size"],
                side_by_side=self.defaultParallelism,
            )
        )

    def union(self, rdds: Sequence[RDD[Any]]) -> RDD[Any]:
        """All records of several datasets."""
        if not rdds:
            return self.emptyRDD()
        return self._rdd(union_of([rdd._node for rdd in rdds]))

    def _min_partitions(self, number: int | None) -> int:
        if number is None:
            return self.defaultMinPartitions
        return positive("minPartitions", number)

    def _rdd(self, node: Node) -> RDD[Any]:
        if self._stopped:
            raise StoppedError("the context was stopped; make a new SparkContext")
        node.origin = public_call()
        return RDD(node, self)

    # -- jobs ---------------------------------------------------------------------------

    def runJob(
        self,
        rdd: RDD[T],
        partitionFunc: Callable[[Iterator[T]], Iterable[U]],
        partitions: Sequence[int] | None = None,
        allowLocal: bool = False,
    ) -> list[U]:
        """The items of ``partitionFunc`` of some partitions (all, by default), in one list."""
        parts = rdd._run(lambda records, task: list(partitionFunc(records)), partitions)
        return [item for part in parts for item in part]

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

    def cancelAllJobs(self) -> None:
        """Stop all running jobs; their callers get JobCancelled."""
        self._driver.cancel_all("cancelAllJobs() was called")

    def addPyFile(self, path: str) -> None:
        """Let the driver and all stages from now on import from a .py file or .zip package."""
        _importable(path)


def _importable(path: str) -> None:
    if not os.path.exists(path):
        raise FileNotFoundError(f"there is no file {path} to import from")
    folder = os.path.abspath(path if path.endswith((".zip", ".egg")) else os.path.dirname(path))
    if folder not in sys.path:
        sys.path.insert(1, folder)


def _executor_environment(conf: SparkConf) -> dict[str, str]:
    prefix = "spark.executorEnv."
    return {key[len(prefix) :]: value for key, value in conf.getAll() if key.startswith(prefix)}


def _cluster(master: Master, settings: Settings, environment: Mapping[str, str]) -> Cluster:
    if master.workers == 0:
        from pyrite.cluster.inline import InlineCluster

        return InlineCluster(settings.local_dir, settings.worker_memory(1))
    from pyrite.cluster.local import LocalCluster

    return LocalCluster(
        master.workers,
        settings.local_dir,
        settings.worker_memory(master.workers),
        settings.worker_memory_limit(master.workers),
        environment,
    )


def _policy(master: Master, settings: Settings) -> Policy:
    # The calling thread cannot be killed: inline, a task ends by itself or not at all.
    inline = master.workers == 0
    return Policy(
        max_attempts=master.max_failures or settings["pyrite.task.maxFailures"],
        locality_wait=settings["pyrite.locality.wait"],
        task_timeout=0.0 if inline else settings["pyrite.task.timeout"],
        cancel_grace=0.0 if inline else settings["pyrite.task.cancelGrace"],
        speculation=settings["pyrite.speculation"],
    )


def _listeners(settings: Settings, name: str) -> list[Listener]:
    from pyrite.driver.printing import print_task_output

    listeners: list[Listener] = [print_task_output]
    if settings["pyrite.eventLog"]:
        from pyrite.driver.event_log import EventLog

        listeners.append(EventLog(settings["pyrite.eventLog"], name))
    progress = settings["pyrite.progress"]
    if progress == "true" or (progress == "auto" and sys.stderr.isatty()):
        from pyrite.driver.progress import Progress

        listeners.append(Progress())
    return listeners
