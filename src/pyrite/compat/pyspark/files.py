"""``pyspark.files``."""

from pyrite.api.sparkfiles import SparkFiles

__all__ = ["SparkFiles"]
