"""``pyspark.accumulators``."""

from pyrite.api.accumulators import Accumulator, AccumulatorParam

__all__ = ["Accumulator", "AccumulatorParam"]
