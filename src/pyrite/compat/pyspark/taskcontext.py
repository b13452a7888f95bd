"""``pyspark.taskcontext``."""

from pyrite.api.barrier import BarrierTaskContext, BarrierTaskInfo
from pyrite.api.taskcontext import TaskContext

__all__ = ["BarrierTaskContext", "BarrierTaskInfo", "TaskContext"]
