"""``pyspark.accumulators``."""

from pyrite.api.accumulators import Accumulator, AccumulatorParam, AddingAccumulatorParam

__all__ = ["Accumulator", "AccumulatorParam"]

INT_ACCUMULATOR_PARAM = AddingAccumulatorParam(0)
FLOAT_ACCUMULATOR_PARAM = AddingAccumulatorParam(0.0)
COMPLEX_ACCUMULATOR_PARAM = AddingAccumulatorParam(0.0j)
