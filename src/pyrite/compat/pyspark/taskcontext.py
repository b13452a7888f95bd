"""``pyspark.taskcontext``."""

from pyrite.api.taskcontext import TaskContext

__all__ = ["TaskContext"]
