"""``pyspark.sql.session``."""

from pyrite.sql.session import SparkSession

__all__ = ["SparkSession"]
