"""``pyspark.resource.profile``."""

from pyrite.api.resource import ResourceProfile, ResourceProfileBuilder

__all__ = [
    "ResourceProfile",
    "ResourceProfileBuilder",
]
