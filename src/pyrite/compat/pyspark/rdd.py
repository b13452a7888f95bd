"""``pyspark.rdd``."""

from pyrite.api.estimates import BoundedFloat
from pyrite.api.partitioner import Partitioner
from pyrite.api.rdd import RDD
from pyrite.serial.hashing import portable_hash

__all__ = ["RDD", "BoundedFloat", "Partitioner", "portable_hash"]
