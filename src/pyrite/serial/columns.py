"""Columns of a chunk of records as bytes, and back: exactly what they were.

Pickle (protocol 5) is the measure: of numbers, None and objects that are there often it makes short
work, and arrays of machine numbers, or a column for each place of a tuple, are no quicker once all
types are checked. Texts are: joined to one, short ones are written and read in one go; and where a
few come again and again as objects of their own, each is sent once, and then is one object for all
readers of the chunk. All columns go into one pickle, so that objects in several places stay one.

Measured: docs/decisions/17-lean-columns.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyrite.serial.records import dumps, loads

_BETWEEN = "\0"
"""Stands between texts that are joined; a column with a text that has it is not."""

_SHORT = 40
"""Characters of texts that it pays to join, on average: to copy long ones twice costs more."""

_OFTEN = 0.6
_OFTEN_SHORT = 0.2
"""Texts come again often if there are no more than so many different ones for each: to find a short
one among those seen before costs as much as to send it again."""

_TEXT = {str}
_SAMPLED = 8
"""One of so many texts is looked at, to know whether they come again."""


def dumps_columns(columns: Sequence[Sequence[Any]]) -> bytes:
    """Columns as bytes; raises as `pyrite.serial.records.dumps`."""
    lean = {id(column): _lean(column) for column in columns}
    return dumps(tuple(lean[id(column)] for column in columns))


def loads_columns(data: bytes | memoryview) -> tuple[Sequence[Any], ...]:
    """The columns again. Those that were one and the same object are."""
    parts: tuple[Any, ...] = loads(data)
    columns = {id(part): _column(part) for part in parts}
    return tuple(columns[id(part)] for part in parts)


def _lean(column: Sequence[Any]) -> Sequence[Any]:
    """What to pickle for a column: a list or tuple, or joined texts."""
    sample = column[: len(column) // _SAMPLED + 1]
    if set(map(type, sample)) != _TEXT:
        return column
    short = sum(map(len, sample)) <= _SHORT * len(sample)
    different = len(set(sample))
    often = different <= (_OFTEN_SHORT if short else _OFTEN) * len(sample)
    one_by_one = len(set(map(id, sample))) > different  # and not the same objects already
    if not ((often and one_by_one) or (short and not often)) or set(map(type, column)) != _TEXT:
        return column
    if often:
        known: dict[str, str] = {}
        return list(map(known.setdefault, column, column))
    joined = _BETWEEN.join(column)
    return joined if joined.count(_BETWEEN) == len(column) - 1 else column


def _column(part: Sequence[Any]) -> Sequence[Any]:
    return part.split(_BETWEEN) if type(part) is str else part
