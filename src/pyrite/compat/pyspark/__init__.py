"""PySpark's names for its RDD side, and Pyrite's things behind them.

It is imported as ``pyspark``, and its modules also as those of ``pyrite``. There is nothing in it
but names, so that it does not matter how often and as what it is imported.
"""

from functools import partial
from typing import TYPE_CHECKING

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
from pyrite.core.absent import lookup
from pyrite.core.version import PYSPARK_VERSION as __version__
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
    __getattr__ = partial(lookup, __name__)
