"""Pyrite: a data-parallel engine in Python. These are its public names."""

from pyrite.api.accumulators import Accumulator, AccumulatorParam
from pyrite.api.conf import SparkConf
from pyrite.api.context import SparkContext
from pyrite.api.rdd import RDD
from pyrite.api.statcounter import StatCounter
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
    "JobCancelled",
    "JobFailed",
    "OutOfMemoryError",
    "PyriteError",
    "SerializationError",
    "ShuffleLostError",
    "SparkConf",
    "SparkContext",
    "StatCounter",
    "StoppedError",
    "TaskTimeoutError",
    "UnsupportedError",
    "WorkerLostError",
    "portable_hash",
]
