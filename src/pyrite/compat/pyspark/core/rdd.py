"""``pyspark.core.rdd``."""

from pyrite.compat.pyspark.rdd import (
    RDD,
    BoundedFloat,
    Partitioner,
    PipelinedRDD,
    RDDBarrier,
    portable_hash,
)

__all__ = ["RDD", "BoundedFloat", "Partitioner", "PipelinedRDD", "RDDBarrier", "portable_hash"]
