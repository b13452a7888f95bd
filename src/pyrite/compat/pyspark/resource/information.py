"""``pyspark.resource.information``."""

from pyrite.api.resource import ResourceInformation

__all__ = [
    "ResourceInformation",
]
