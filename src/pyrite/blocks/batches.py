"""Records in batches, pickled and compressed: the form of blocks as bytes, wherever they lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import lz4.frame

from pyrite.core.errors import PyriteError
from pyrite.serial.frames import FIRST_LIMIT, next_limit
from pyrite.serial.records import dumps, loads

_MOST = 4096
"""Records of a batch, at most."""


class NotKept(PyriteError):
    """Records cannot be kept as asked, for a reason that is no fault of theirs who compute them."""


class Batch(NamedTuple):
    """Some records as bytes."""

    payload: bytes
    records: int


class Chunks:
    """Iterates over records in lists, of such a length that batches come to a fair size.

    Attributes:
        size: bytes of the last list, pickled; set by `pack`.
    """

    def __init__(self, records: Iterable[Any]) -> None:
        self._records = iter(records)
        self._limit = FIRST_LIMIT

    def __iter__(self) -> Iterator[list[Any]]:
        while chunk := list(islice(self._records, self._limit)):
            yield chunk

    def pack(self, chunk: list[Any]) -> Batch:
        """A list that was given out, as a batch.

        Raises:
            NotKept: the records cannot be pickled.
        """
        try:
            data = dumps(chunk)
        except MemoryError:
            raise
        except Exception as error:
            raise NotKept(f"records cannot be pickled: {error}") from error
        self._limit = next_limit(len(chunk), len(data), _MOST)
        return Batch(lz4.frame.compress(data), len(chunk))


def pack(records: Iterable[Any]) -> Iterator[Batch]:
    """Records as batches. Raises as `Chunks.pack` does."""
    chunks = Chunks(records)
    return map(chunks.pack, chunks)


def unpack(payload: bytes) -> list[Any]:
    """The records of a batch."""
    records: list[Any] = loads(lz4.frame.decompress(payload))
    return records
