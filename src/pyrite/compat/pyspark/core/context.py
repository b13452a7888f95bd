"""``pyspark.core.context``."""

from pyrite.api.context import SparkContext

__all__ = ["SparkContext"]
