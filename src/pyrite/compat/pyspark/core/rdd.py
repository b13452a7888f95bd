"""``pyspark.core.rdd``."""

from pyrite.compat.pyspark.rdd import RDD, Partitioner, portable_hash

__all__ = ["RDD", "Partitioner", "portable_hash"]
