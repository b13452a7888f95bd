"""`SparkContext`: a program's way in. The only place where the parts are put together."""

from __future__ import annotations

import atexit
import os
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, ClassVar, NoReturn

from pyrite.api.accumulators import Accumulators
from pyrite.api.broadcast import Home
from pyrite.api.callsite import stack_level
from pyrite.api.checkpoints import Checkpoints
from pyrite.api.conf import SparkConf, submit_options, unused
from pyrite.api.files import Files
from pyrite.api.jobs import Jobs
from pyrite.api.profiler import BasicProfiler, Profiler, Profiles, Profiling
from pyrite.api.properties import LocalProperties
from pyrite.api.shared import SharedVariables
from pyrite.api.sources import Sources
from pyrite.core.absent import refuse_name
from pyrite.core.advice import CONTEXT_NAMES
from pyrite.core.errors import SerializationError, SettingsWarning, UnsupportedError
from pyrite.core.master import Master
from pyrite.core.settings import Settings
from pyrite.driver.driver import Driver
from pyrite.driver.rendezvous import Rendezvous
from pyrite.driver.status import Status
from pyrite.plan.planner import plainly
from pyrite.scheduler.history import History
from pyrite.scheduler.policy import Policy

if TYPE_CHECKING:
    from pyrite.api.resource import ResourceInformation
    from pyrite.cluster.base import Cluster
    from pyrite.driver.events import Listener


class SparkContext(Sources, SharedVariables, Jobs, Files, Profiling):
    """Runs jobs on workers: ``local`` in this process, ``local[N]`` in N others.

    Parameters:
        master: ``local``, ``local[N]``, ``local[*]`` or ``local[N,F]`` (F failures per task).
        appName: a name for people.
        sparkHome, serializer, gateway, jsc, udf_profiler_cls, memory_profiler_cls: taken for the
            sake of PySpark programs; without meaning here.
        pyFiles: what tasks may import from, as of `addPyFile`.
        environment: environment variables of the workers.
        batchSize: without meaning here: batches are sized by the engine.
        conf: further settings.
        profiler_cls: a `Profiler`, for the setting ``spark.python.profile``; by default a
            `BasicProfiler`.

    Raises:
        ValueError: the master or a setting cannot be understood.
        UnsupportedError: profiles of memory are asked for.

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
        profiler_cls: type[Profiler] = BasicProfiler,
        udf_profiler_cls: object = None,
        memory_profiler_cls: object = None,
    ) -> None:
        self._stopped = True
        self._properties = LocalProperties()
        self._checkpoints = Checkpoints(self)
        self._accumulators = Accumulators()
        self._conf = (conf or SparkConf()).copy()
        if master is not None:
            self._conf.setMaster(master)
        if appName is not None:
            self._conf.setAppName(appName)
        if sparkHome is not None:
            self._conf.setSparkHome(sparkHome)
        self._conf.setIfMissing("spark.master", "local[*]")
        self._conf.setIfMissing("spark.app.name", os.path.basename(sys.argv[0]) or "pyrite")
        self._settings = Settings(dict(self._conf.getAll()))
        if told := unused(self._conf):
            warnings.warn(told, SettingsWarning, stack_level())
        master_url = Master.parse(self.master)
        self.startTime = int(time.time() * 1000)
        self.applicationId = f"local-{self.startTime}"
        self.defaultParallelism: int = (
            self._settings["pyrite.default.parallelism"] or master_url.workers or 1
        )
        self.environment = {**_executor_environment(self._conf), **(environment or {})}
        policy = _policy(master_url, self._settings)
        self._status = Status()
        log = self._settings.event_log(self.applicationId)
        listeners = _listeners(self._settings, log, self.appName)
        self._history = History(policy) if self._settings["pyrite.history"] else None
        self._profiles = self._profiles_of(profiler_cls)
        self._driver = Driver(
            _cluster(master_url, self._settings, self.environment),
            policy,
            [self._status, *listeners],
            self._history,
            self._accumulators,
            self._profiles.around if self._profiles else plainly,
            Rendezvous(self._settings["pyrite.barrier.timeout"]),
        )
        self._broadcasts = Home(self._driver)
        self._driver.start()
        self._stopped = False
        if level := self._settings["pyrite.log.level"]:
            self.setLogLevel(level)
        try:
            self._open_files((*submit_options().get("py_files", ()), *(pyFiles or ())))
        except BaseException:
            self._driver.stop()
            raise
        SparkContext._running.append(self)
        atexit.register(self.stop)

    def _profiles_of(self, kind: type[Profiler]) -> Profiles | None:
        if self._settings["pyrite.profile.memory"]:
            raise UnsupportedError(
                "there are no profiles of memory. The event log (pyrite.eventLog) tells the peak "
                "memory of each task; tracemalloc inside mapPartitions tells of lines"
            )
        if not self._settings["pyrite.profile"]:
            return None
        return Profiles(lambda: kind(self), self._settings["pyrite.profile.dump"])

    # -- the program --------------------------------------------------------------------

    @classmethod
    def getOrCreate(cls, conf: SparkConf | None = None) -> SparkContext:
        """The running context that was made last, whose settings stay as they are; or a new one.

        Parameters:
            conf: settings for a new one.
        """
        return cls._running[-1] if cls._running else cls(conf=conf)

    @property
    def master(self) -> str:
        """Where it runs, such as ``local[2]``."""
        return self._conf.get("spark.master") or ""

    @property
    def appName(self) -> str:
        """The program's name for people."""
        return self._conf.get("spark.app.name") or ""

    @property
    def sparkHome(self) -> str | None:
        """What was given as such; without meaning here."""
        return self._conf.get("spark.home")

    @property
    def version(self) -> str:
        """Pyrite's version."""
        from pyrite.core.version import __version__

        return __version__

    @property
    def pythonVer(self) -> str:
        """The version of Python, such as ``3.12``, which the workers have too."""
        return f"{sys.version_info.major}.{sys.version_info.minor}"

    @property
    def uiWebUrl(self) -> None:
        """There is no web page yet."""
        return

    @property
    def resources(self) -> dict[str, ResourceInformation]:
        """Devices that the driver was given: none."""
        return {}

    def getConf(self) -> SparkConf:
        """A copy of the settings."""
        return self._conf.copy()

    def sparkUser(self) -> str:
        """Who runs the program."""
        import getpass

        return getpass.getuser()

    def setLogLevel(self, logLevel: str) -> None:
        """Set the level of Pyrite's logger in this process.

        Parameters:
            logLevel: ``ALL``, ``TRACE``, ``DEBUG``, ``INFO``, ``WARN``, ``ERROR``, ``FATAL`` or
                ``OFF``, in whatever case.

        Raises:
            ValueError: there is no such level.
        """
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
            self._added.leave_import_path()
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

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from html import escape

        name, master = escape(self.appName), escape(self.master)
        state = ", stopped" if self._stopped else ""
        return f"<b>{name}</b>: SparkContext of Pyrite {self.version}, <code>{master}</code>{state}"

    if not TYPE_CHECKING:  # to whom a name that is not there is an error

        def __getattr__(self, name: str) -> NoReturn:
            refuse_name(self, CONTEXT_NAMES, name)


def _executor_environment(conf: SparkConf) -> dict[str, str]:
    prefix = "spark.executorEnv."
    return {key[len(prefix) :]: value for key, value in conf.getAll() if key.startswith(prefix)}


def _cluster(master: Master, settings: Settings, environment: Mapping[str, str]) -> Cluster:
    if master.workers == 0:
        from pyrite.cluster.inline import InlineCluster

        return InlineCluster(
            settings.local_dir, settings.worker_memory(1), settings.storage_memory(1)
        )
    from pyrite.cluster.local import LocalCluster

    return LocalCluster(
        master.workers,
        settings.local_dir,
        settings.worker_memory(master.workers),
        settings.worker_memory_limit(master.workers),
        settings.storage_memory(master.workers),
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
        speculation_quantile=settings["pyrite.speculation.quantile"],
        speculation_multiplier=settings["pyrite.speculation.multiplier"],
        speculation_min_runtime=settings["pyrite.speculation.minTaskRuntime"],
        speculation_interval=settings["pyrite.speculation.interval"],
    )


def _listeners(settings: Settings, log: str, name: str) -> list[Listener]:
    from pyrite.driver.printing import print_task_output

    listeners: list[Listener] = [print_task_output]
    if log:
        from pyrite.driver.event_log import EventLog

        listeners.append(EventLog(log, name))
    if (progress := settings["pyrite.progress"]) != "false":
        from pyrite.driver.progress import Progress
        from pyrite.driver.screens import screen_here

        screen = screen_here()
        if screen.live or progress == "true":
            listeners.append(Progress(screen))
    return listeners
