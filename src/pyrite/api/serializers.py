"""PySpark's serializers, for programs that name one. The engine chooses its own codecs.

``SparkContext(serializer=MarshalSerializer())`` is taken, and changes nothing: records of simple
types travel by ``marshal`` anyway, others by pickle.
"""

from __future__ import annotations

import io
import marshal
import pickle
from collections.abc import Collection
from typing import Any, NoReturn

from pyrite.core.errors import UnsupportedError
from pyrite.serial.records import dumps_by_value


class Serializer:
    """Values as bytes, and back."""

    def dumps(self, obj: Any) -> bytes:
        """A value as bytes."""
        raise UnsupportedError(_ADVICE.format(name=type(self).__name__))

    def loads(self, obj: bytes) -> Any:
        """The value that `dumps` made bytes of."""
        raise UnsupportedError(_ADVICE.format(name=type(self).__name__))

    def dump_stream(self, iterator: Any, stream: Any) -> NoReturn:
        """Refused: an error says what to use."""
        raise UnsupportedError(_ADVICE.format(name=type(self).__name__))

    def load_stream(self, stream: Any) -> NoReturn:
        """Refused: an error says what to use."""
        raise UnsupportedError(_ADVICE.format(name=type(self).__name__))

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        values = ", ".join(map(str, vars(self).values()))
        return f"{type(self).__name__}({values})"


_ADVICE = (
    "{name} is a part of how PySpark speaks with its JVM: it may be named, and does nothing here. "
    "PickleSerializer and MarshalSerializer have dumps() and loads()"
)


class PickleSerializer(Serializer):
    """By ``pickle``."""

    def dumps(self, obj: Any) -> bytes:
        return pickle.dumps(obj, pickle.HIGHEST_PROTOCOL)

    def loads(self, obj: bytes, encoding: str = "bytes") -> Any:
        return pickle.loads(obj, encoding=encoding)


class CloudPickleSerializer(PickleSerializer):
    """By ``cloudpickle``: functions too. `CPickleSerializer` is another name of it.

    Parameters:
        allowed_names: if given, `loads` refuses every other ``(module, name)``.

    Example:
        >>> serializer = CPickleSerializer()
        >>> serializer.loads(serializer.dumps(lambda x: x + 1))(2)
        3
    """

    def __init__(self, allowed_names: Collection[tuple[str, str]] | None = None) -> None:
        self.allowed_names = allowed_names

    def dumps(self, obj: Any) -> bytes:
        return dumps_by_value(obj)

    def loads(self, obj: bytes, encoding: str = "bytes") -> Any:
        if self.allowed_names is None:
            return super().loads(obj, encoding)
        return _Restricted(obj, self.allowed_names, encoding).load()


CPickleSerializer = CloudPickleSerializer


class _Restricted(pickle.Unpickler):
    def __init__(self, data: bytes, allowed: Collection[tuple[str, str]], encoding: str) -> None:
        super().__init__(io.BytesIO(data), encoding=encoding)
        self.allowed = allowed

    def find_class(self, module: str, name: str, /) -> Any:
        if (module, name) not in self.allowed:
            raise pickle.UnpicklingError(f"{module}.{name} is not among the allowed names")
        return super().find_class(module, name)


class MarshalSerializer(Serializer):
    """By ``marshal``: quick, for values of simple types."""

    def dumps(self, obj: Any) -> bytes:
        return marshal.dumps(obj)

    def loads(self, obj: bytes) -> Any:
        return marshal.loads(obj)


class NoOpSerializer(Serializer):
    """Bytes as they are."""

    def dumps(self, obj: Any) -> bytes:
        data: bytes = obj
        return data

    def loads(self, obj: bytes) -> Any:
        return obj


class UTF8Deserializer(Serializer):
    """Text from UTF-8.

    Parameters:
        use_unicode: False: bytes as they are.
    """

    def __init__(self, use_unicode: bool = True) -> None:
        self.use_unicode = use_unicode


class BatchedSerializer(Serializer):
    """A serializer, for ``batchSize`` values at a time. Batches are sized by the engine here."""

    UNLIMITED_BATCH_SIZE = -1
    UNKNOWN_BATCH_SIZE = 0

    def __init__(self, serializer: Serializer, batchSize: int = UNLIMITED_BATCH_SIZE) -> None:
        self.serializer = serializer
        self.batchSize = batchSize


class AutoBatchedSerializer(BatchedSerializer):
    """A serializer, for batches of about ``bestSize`` bytes."""

    def __init__(self, serializer: Serializer, bestSize: int = 1 << 16) -> None:
        super().__init__(serializer, self.UNKNOWN_BATCH_SIZE)
        self.bestSize = bestSize
