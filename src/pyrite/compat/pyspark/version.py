"""``pyspark.version``: the PySpark whose names these are."""

from pyrite.core.version import PYSPARK_VERSION as __version__

__all__ = ["__version__"]
