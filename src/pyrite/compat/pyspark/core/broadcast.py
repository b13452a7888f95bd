"""``pyspark.core.broadcast``."""

from pyrite.api.broadcast import Broadcast

__all__ = ["Broadcast"]
