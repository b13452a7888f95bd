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

from pyrite.api import parts
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
from pyrite.compile.compiler import Compiler
from pyrite.core.absent import refuse_name
from pyrite.core.advice import CONTEXT_NAMES
from pyrite.core.errors import SerializationError, SettingsWarning
from pyrite.core.master import Master
from pyrite.core.settings import Settings
from pyrite.core.version import __version__
from pyrite.driver.driver import Driver
from pyrite.driver.rendezvous import Rendezvous
from pyrite.driver.status import Status
from pyrite.plan.planner import plainly
from pyrite.scheduler.history import History

if TYPE_CHECKING:
    from pyrite.api.resource import ResourceInformation


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
        self._conf = _configured(conf or SparkConf(), master, appName, sparkHome)
        self._settings = Settings(dict(self._conf.getAll()))
        if told := unused(self._conf):
            warnings.warn(told, SettingsWarning, stack_level())
        master_url = Master.parse(self.master)
        self.startTime = int(time.time() * 1000)
        self.applicationId = f"local-{self.startTime}"
        self.defaultParallelism: int = (
            self._settings["pyrite.default.parallelism"] or master_url.workers or 1
        )
        self.environment = {**_worker_environment(self._conf), **(environment or {})}
        policy = parts.policy(master_url, self._settings)
        self._status = Status()
        self._history = History(policy) if self._settings["pyrite.history"] else None
        self._profiles = Profiles.wanted(self._settings, lambda: profiler_cls(self))
        log = self._settings.event_log(self.applicationId)
        listeners = parts.listeners(self._settings, log, self.appName)
        self._driver = Driver(
            parts.cluster(master_url, self._settings, self.environment),
            policy,
            [self._status, *listeners],
            self._history,
            self._accumulators,
            self._profiles.around if self._profiles else plainly,
            Rendezvous(self._settings["pyrite.barrier.timeout"]),
            Compiler() if self._settings["pyrite.codegen"] else None,
        )
        self._broadcasts = Home(self._driver)
        self._driver.start()
        self._stopped = False
        try:
            if level := self._settings["pyrite.log.level"]:
                self.setLogLevel(level)
            self._open_files((*submit_options().get("py_files", ()), *(pyFiles or ())))
        except BaseException:
            self._driver.stop()
            raise
        SparkContext._running.append(self)
        atexit.register(self.stop)

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

    def setCheckpointDir(self, dirName: str) -> None:
        """Have `RDD.checkpoint` save under ``dirName``, a path or an fsspec address, in a new
        folder of this program's."""
        self._checkpoints.set_folder(dirName)

    def getCheckpointDir(self) -> str | None:
        """Where `RDD.checkpoint` saves, if that was set."""
        return self._checkpoints.folder

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


def _configured(
    conf: SparkConf, master: str | None, name: str | None, home: str | None
) -> SparkConf:
    """The settings with what was given beside them, which goes before, and with defaults."""
    configured = conf.copy()
    if master is not None:
        configured.setMaster(master)
    if name is not None:
        configured.setAppName(name)
    if home is not None:
        configured.setSparkHome(home)
    configured.setIfMissing("spark.master", "local[*]")
    return configured.setIfMissing("spark.app.name", os.path.basename(sys.argv[0]) or "pyrite")


def _worker_environment(conf: SparkConf) -> dict[str, str]:
    prefix = "spark.executorEnv."
    return {key[len(prefix) :]: value for key, value in conf.getAll() if key.startswith(prefix)}
