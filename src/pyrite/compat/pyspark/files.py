"""``pyspark.files``."""

from pyrite.api.files import SparkFiles

__all__ = ["SparkFiles"]
