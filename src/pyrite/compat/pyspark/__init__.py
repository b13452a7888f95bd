"""PySpark's names for its RDD side, and Pyrite's things behind them.

It is imported as ``pyspark``, and its modules also as those of ``pyrite``. There is nothing in it
but names, so that it does not matter how often and as what it is imported.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from pyrite.core.absent import lookup
from pyrite.core.version import PYSPARK_VERSION as __version__

if TYPE_CHECKING:
    from pyrite.api.accumulators import Accumulator, AccumulatorParam
    from pyrite.api.barrier import BarrierTaskContext, BarrierTaskInfo, RDDBarrier
    from pyrite.api.broadcast import Broadcast
    from pyrite.api.conf import SparkConf
    from pyrite.api.context import SparkContext
    from pyrite.api.profiler import BasicProfiler, Profiler
    from pyrite.api.rdd import RDD
    from pyrite.api.serializers import CPickleSerializer, MarshalSerializer
    from pyrite.api.sparkfiles import SparkFiles
    from pyrite.api.statcounter import StatCounter
    from pyrite.api.status import SparkExecutorInfo, SparkJobInfo, SparkStageInfo, StatusTracker
    from pyrite.api.taskcontext import TaskContext
    from pyrite.api.threads import InheritableThread, inheritable_thread_target
    from pyrite.blocks.level import StorageLevel
    from pyrite.serial.hashing import portable_hash
    from pyrite.sql.row import Row

__all__ = [
    "RDD",
    "Accumulator",
    "AccumulatorParam",
    "BarrierTaskContext",
    "BarrierTaskInfo",
    "BasicProfiler",
    "Broadcast",
    "CPickleSerializer",
    "InheritableThread",
    "MarshalSerializer",
    "Profiler",
    "RDDBarrier",
    "Row",
    "SparkConf",
    "SparkContext",
    "SparkExecutorInfo",
    "SparkFiles",
    "SparkJobInfo",
    "SparkStageInfo",
    "StatCounter",
    "StatusTracker",
    "StorageLevel",
    "TaskContext",
    "__version__",
    "inheritable_thread_target",
    "portable_hash",
]

if not TYPE_CHECKING:
    _NAMES = {
        "pyrite.api.accumulators": "Accumulator AccumulatorParam",
        "pyrite.api.barrier": "BarrierTaskContext BarrierTaskInfo RDDBarrier",
        "pyrite.api.broadcast": "Broadcast",
        "pyrite.api.conf": "SparkConf",
        "pyrite.api.context": "SparkContext",
        "pyrite.api.profiler": "BasicProfiler Profiler",
        "pyrite.api.rdd": "RDD",
        "pyrite.api.serializers": "CPickleSerializer MarshalSerializer",
        "pyrite.api.sparkfiles": "SparkFiles",
        "pyrite.api.statcounter": "StatCounter",
        "pyrite.api.status": "SparkExecutorInfo SparkJobInfo SparkStageInfo StatusTracker",
        "pyrite.api.taskcontext": "TaskContext",
        "pyrite.api.threads": "InheritableThread inheritable_thread_target",
        "pyrite.blocks.level": "StorageLevel",
        "pyrite.serial.hashing": "portable_hash",
        "pyrite.sql.row": "Row",
    }
    _module_of = {name: module for module, names in _NAMES.items() for name in names.split()}

    def __getattr__(name: str) -> object:
        """A name, when it is first asked for: a program does not wait for what it does not use."""
        if name not in _module_of:
            return lookup(__name__, name)
        value = getattr(import_module(_module_of[name]), name)
        return globals().setdefault(name, value)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
