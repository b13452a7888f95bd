"""``pyspark.storagelevel``."""

from pyrite.blocks.level import StorageLevel

__all__ = ["StorageLevel"]
