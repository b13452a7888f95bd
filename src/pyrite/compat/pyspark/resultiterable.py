"""``pyspark.resultiterable``: the values of a key, as `groupByKey` gives them."""

from pyrite.shuffle.values import Values as ResultIterable

__all__ = ["ResultIterable"]
