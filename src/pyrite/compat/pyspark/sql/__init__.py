"""``pyspark.sql``."""

from functools import partial
from typing import TYPE_CHECKING

from pyrite.core.absent import lookup
from pyrite.sql import Row, SparkSession

__all__ = ["Row", "SparkSession"]

if not TYPE_CHECKING:
    __getattr__ = partial(lookup, __name__)
