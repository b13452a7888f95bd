"""``pyspark.profiler``."""

from pyrite.api.profiler import BasicProfiler, Profiler

__all__ = ["BasicProfiler", "Profiler"]
