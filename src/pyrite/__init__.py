"""Pyrite: a data-parallel engine in Python. These are its public names."""

from pyrite.api.accumulators import Accumulator, AccumulatorParam
from pyrite.api.conf import SparkConf
from pyrite.api.context import SparkContext
from pyrite.api.rdd import RDD
from pyrite.api.statcounter import StatCounter
from pyrite.api.status import SparkExecutorInfo, SparkJobInfo, SparkStageInfo, StatusTracker
from pyrite.api.taskcontext import TaskContext
from pyrite.api.threads import InheritableThread, inheritable_thread_target
from pyrite.core.errors import (
    DriverOnlyError,
    JobCancelled,
    JobFailed,
    OutOfMemoryError,
    PyriteError,
    SerializationError,
    ShuffleLostError,
    StoppedError,
    TaskTimeoutError,
    UnsupportedError,
    WorkerLostError,
)
from pyrite.serial.hashing import portable_hash

__version__ = "0.1.0"

__all__ = [
    "RDD",
    "Accumulator",
    "AccumulatorParam",
    "DriverOnlyError",
    "InheritableThread",
    "JobCancelled",
    "JobFailed",
    "OutOfMemoryError",
    "PyriteError",
    "SerializationError",
    "ShuffleLostError",
    "SparkConf",
    "SparkContext",
    "SparkExecutorInfo",
    "SparkJobInfo",
    "SparkStageInfo",
    "StatCounter",
    "StatusTracker",
    "StoppedError",
    "TaskContext",
    "TaskTimeoutError",
    "UnsupportedError",
    "WorkerLostError",
    "inheritable_thread_target",
    "portable_hash",
]
