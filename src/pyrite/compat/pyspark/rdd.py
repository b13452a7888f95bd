"""``pyspark.rdd``. A `PipelinedRDD` is there a kind of RDD; here every RDD is one."""

from pyrite.api.barrier import RDDBarrier
from pyrite.api.estimates import BoundedFloat
from pyrite.api.partitioner import Partitioner
from pyrite.api.rdd import RDD
from pyrite.serial.hashing import portable_hash

PipelinedRDD = RDD

__all__ = ["RDD", "BoundedFloat", "Partitioner", "PipelinedRDD", "RDDBarrier", "portable_hash"]
