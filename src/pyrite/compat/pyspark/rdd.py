"""``pyspark.rdd``."""

from pyrite.api.rdd import RDD
from pyrite.lineage.partitioner import Partitioner
from pyrite.serial.hashing import portable_hash

__all__ = ["RDD", "Partitioner", "portable_hash"]
