"""Settings by name, with their types, defaults and meaning. Read once, when a context starts."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from pyrite.core.lean import value
from pyrite.core.machine import machine_memory
from pyrite.core.parsing import (
    MB,
    parse_bool,
    parse_bytes,
    parse_count,
    parse_factor,
    parse_folder,
    parse_fraction,
    parse_list,
    parse_progress,
    parse_seconds,
)

T = TypeVar("T")


@value
class Setting(Generic[T]):
    """One setting.

    Parameters:
        name: ours; ``spark`` is the name under which a PySpark program knows it, or "".
        parse: from text to its value.
        default: the value if it is not set. None: worked out when the context starts.
        meaning: one line for the reference.
        also: another name of Spark's, which goes before the first.
    """

    name: str
    spark: str
    parse: Callable[[str], T]
    default: T | None
    meaning: str
    also: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All names that set it; the first of them that is set counts."""
        return tuple(name for name in (self.name, self.also, self.spark) if name)


ALL: tuple[Setting[Any], ...] = (
    Setting(
        "pyrite.worker.memory",
        "spark.executor.memory",
        parse_bytes,
        None,
        "Resident memory at which a worker spills to disk; 60 % of the machine's, shared.",
        also="spark.python.worker.memory",
    ),
    Setting(
        "pyrite.worker.memoryLimit",
        "spark.executor.pyspark.memory",
        parse_bytes,
        None,
        "Resident memory at which a worker ends itself; 90 % of the machine's, shared.",
    ),
    Setting(
        "pyrite.storage.fraction",
        "spark.memory.storageFraction",
        parse_fraction,
        0.5,
        "Share of a worker's memory that cached blocks may take.",
    ),
    Setting(
        "pyrite.task.maxFailures",
        "spark.task.maxFailures",
        parse_count,
        4,
        "Failures of one task that fail its job.",
    ),
    Setting(
        "pyrite.task.timeout",
        "",
        parse_seconds,
        0.0,
        "A task that moves no data for this long is killed and tried again; 0: never.",
    ),
    Setting(
        "pyrite.task.cancelGrace",
        "spark.task.reaper.killTimeout",
        parse_seconds,
        2.0,
        "A worker that has not stopped a cancelled task after this long is killed.",
    ),
    Setting(
        "pyrite.default.parallelism",
        "spark.default.parallelism",
        parse_count,
        None,
        "Partitions where none are asked for; the number of workers.",
    ),
    Setting(
        "pyrite.split.size",
        "spark.hadoop.mapreduce.input.fileinputformat.split.maxsize",
        parse_bytes,
        64 * MB,
        "Bytes of input text per partition, at most.",
    ),
    Setting(
        "pyrite.local.dir",
        "spark.local.dir",
        str,
        None,
        "Folder for shuffle and spill files; the system's folder for temporary files.",
    ),
    Setting(
        "pyrite.locality.wait",
        "spark.locality.wait",
        parse_seconds,
        3.0,
        "How long an idle worker leaves a task to those that are near its input.",
    ),
    Setting(
        "pyrite.speculation",
        "spark.speculation",
        parse_bool,
        False,
        "Run a second copy of tasks that are much slower than the others of their stage.",
    ),
    Setting(
        "pyrite.speculation.multiplier",
        "spark.speculation.multiplier",
        parse_factor,
        3.0,
        "How many times the median time of its stage's tasks makes a task slow.",
    ),
    Setting(
        "pyrite.speculation.quantile",
        "spark.speculation.quantile",
        parse_fraction,
        0.9,
        "Share of a stage's tasks that must be done before any is called slow.",
    ),
    Setting(
        "pyrite.speculation.minTaskRuntime",
        "spark.speculation.minTaskRuntime",
        parse_seconds,
        0.1,
        "No task younger than this is slow.",
    ),
    Setting(
        "pyrite.speculation.interval",
        "spark.speculation.interval",
        parse_seconds,
        0.1,
        "How often to look for slow tasks.",
    ),
    Setting(
        "pyrite.progress",
        "spark.ui.showConsoleProgress",
        parse_progress,
        "auto",
        "Progress lines: auto (terminals and notebooks get them), true (always), false.",
    ),
    Setting(
        "pyrite.history",
        "",
        parse_bool,
        False,
        "Keep all that the scheduler is told and says, for SparkContext.story().",
    ),
    Setting(
        "pyrite.barrier.timeout",
        "spark.barrier.sync.timeout",
        parse_seconds,
        0.0,
        "A task of a barrier stage that has waited this long for the others fails; 0: never.",
    ),
    Setting(
        "pyrite.files",
        "spark.files",
        parse_list,
        (),
        "Files for SparkFiles.get, with commas between, as of SparkContext.addFile.",
    ),
    Setting(
        "pyrite.pyFiles",
        "spark.submit.pyFiles",
        parse_list,
        (),
        "What tasks may import from, with commas between, as of SparkContext.addPyFile.",
    ),
    Setting(
        "pyrite.archives",
        "spark.archives",
        parse_list,
        (),
        "Archives for SparkFiles.get, with commas between, as of SparkContext.addArchive.",
    ),
    Setting(
        "pyrite.codegen",
        "",
        parse_bool,
        True,
        "Compile the steps of a stage, or use a kernel, as RDD.explain(codegen=True) shows.",
    ),
    Setting(
        "pyrite.profile",
        "spark.python.profile",
        parse_bool,
        False,
        "Profile all tasks with cProfile, for SparkContext.show_profiles().",
    ),
    Setting(
        "pyrite.profile.dump",
        "spark.python.profile.dump",
        str,
        "",
        "Folder to write the profiles to when Python ends; empty: they are printed then.",
    ),
    Setting(
        "pyrite.profile.memory",
        "spark.python.profile.memory",
        parse_bool,
        False,
        "There are no profiles of memory: true is refused.",
    ),
    Setting(
        "pyrite.eventLog",
        "",
        str,
        "",
        "File to write every job, stage, attempt and loss to, as JSON lines; empty: none.",
    ),
    Setting(
        "pyrite.eventLog.enabled",
        "spark.eventLog.enabled",
        parse_bool,
        False,
        "Write the event log to a file in pyrite.eventLog.dir, named after the application's id.",
    ),
    Setting(
        "pyrite.eventLog.dir",
        "spark.eventLog.dir",
        parse_folder,
        "/tmp/spark-events",
        "A folder of this machine, made if need be, for the event logs of programs.",
    ),
    Setting(
        "pyrite.log.level",
        "spark.log.level",
        str,
        "",
        "Level of Pyrite's logger, as of SparkContext.setLogLevel; empty: as it is.",
    ),
)


class Settings:
    """The settings of one context.

    Parameters:
        values: text by name, ours or Spark's.

    Raises:
        ValueError: a ``pyrite.`` name that does not exist, or a value that cannot be read.

    Example:
        >>> settings = Settings({"pyrite.worker.memory": "512m"})
        >>> settings["pyrite.worker.memory"], settings["pyrite.task.maxFailures"]
        (536870912, 4)
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        names = [setting.name for setting in ALL]
        for name in values:
            if name.startswith("pyrite.") and name not in names:
                import difflib

                close = difflib.get_close_matches(name, names, 1)
                hint = f"; did you mean {close[0]}?" if close else ""
                raise ValueError(f"there is no setting {name}{hint}")
        self._values: dict[str, Any] = {}
        for setting in ALL:
            given = next((name for name in setting.names if name in values), None)
            try:
                value = setting.default if given is None else setting.parse(values[given])
            except ValueError as error:
                raise ValueError(f"{given}: {error}") from None
            self._values[setting.name] = value

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def event_log(self, application: str) -> str:
        """The file of the event log of the application of this id, or ""."""
        if self["pyrite.eventLog"] or not self["pyrite.eventLog.enabled"]:
            return str(self["pyrite.eventLog"])
        return os.path.join(self["pyrite.eventLog.dir"], f"{application}.jsonl")

    @property
    def local_dir(self) -> str:
        return os.path.abspath(self["pyrite.local.dir"] or tempfile.gettempdir())

    def worker_memory(self, workers: int) -> int:
        """Bytes at which one of ``workers`` on this machine spills; below their limit."""
        budget = self["pyrite.worker.memory"] or machine_memory() * 6 // 10 // workers
        return int(min(budget, self.worker_memory_limit(workers) * 9 // 10))

    def storage_memory(self, workers: int) -> int:
        """Bytes that cached blocks may take in one of ``workers`` on this machine."""
        return int(self.worker_memory(workers) * self["pyrite.storage.fraction"])

    def worker_memory_limit(self, workers: int) -> int:
        """Bytes at which one of ``workers`` on this machine ends itself."""
        return self["pyrite.worker.memoryLimit"] or machine_memory() * 9 // 10 // workers
