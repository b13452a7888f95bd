"""``pyspark.statcounter``."""

from pyrite.api.statcounter import StatCounter

__all__ = ["StatCounter"]
