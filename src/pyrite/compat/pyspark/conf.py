"""``pyspark.conf``."""

from pyrite.api.conf import SparkConf

__all__ = ["SparkConf"]
