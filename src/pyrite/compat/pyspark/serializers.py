"""``pyspark.serializers``."""

from pyrite.api.serializers import (
    AutoBatchedSerializer,
    BatchedSerializer,
    CloudPickleSerializer,
    CPickleSerializer,
    MarshalSerializer,
    NoOpSerializer,
    PickleSerializer,
    Serializer,
    UTF8Deserializer,
)

__all__ = [
    "AutoBatchedSerializer",
    "BatchedSerializer",
    "CPickleSerializer",
    "CloudPickleSerializer",
    "MarshalSerializer",
    "NoOpSerializer",
    "PickleSerializer",
    "Serializer",
    "UTF8Deserializer",
]
