"""``pyspark.rdd``."""

from pyrite.api.barrier import RDDBarrier
from pyrite.api.estimates import BoundedFloat
from pyrite.api.partitioner import Partitioner
from pyrite.api.rdd import RDD
from pyrite.serial.hashing import portable_hash

__all__ = ["RDD", "BoundedFloat", "Partitioner", "RDDBarrier", "portable_hash"]
