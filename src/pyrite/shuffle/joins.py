"""What joins make of two sides: rows, in the order of the keys of the first side, then of those
that only the second has. No lists are made where keys come once, and Python runs but per row."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, filterfalse
from typing import Any

from pyrite.lineage.dependency import Join
from pyrite.shuffle.tables import MISSING, Table

_NONE = (None,)


def joined(join: Join, left: Table, right: Table) -> Iterator[Any]:
    """The rows of two tables."""
    match join:
        case Join.COMMON_KEYS:
            return filter(right.by_key.__contains__, left.by_key)
        case Join.KEYS_WITHOUT if left.single:
            return filterfalse(right.by_key.__contains__, left.by_key)
        case Join.KEYS_WITHOUT:
            return (key for key, _ in _without(left, right))
        case Join.WITHOUT:
            return _without(left, right)
    all_left = join in (Join.LEFT, Join.FULL)
    rows = (_one_to_one if left.single and right.single else _many_to_many)(left, right, all_left)
    if join in (Join.INNER, Join.LEFT):
        return rows
    only_right = ((key, (None, theirs)) for key, theirs in _without(right, left))
    return chain(rows, only_right)


def _without(table: Table, others: Table) -> Iterator[tuple[Any, Any]]:
    """Each key with each of its values, of those that are not in ``others``."""
    known = others.by_key
    if table.single:
        return ((key, value) for key, value in table.by_key.items() if key not in known)
    groups = table.by_key.items()
    return ((key, value) for key, values in groups if key not in known for value in values)


def _one_to_one(left: Table, right: Table, all_left: bool) -> Iterator[Any]:
    get = right.by_key.get
    items = left.by_key.items()
    if all_left:
        return ((key, (mine, get(key))) for key, mine in items)
    return (
        (key, (mine, theirs)) for key, mine in items if (theirs := get(key, MISSING)) is not MISSING
    )


def _many_to_many(left: Table, right: Table, all_left: bool) -> Iterator[Any]:
    get, single = right.by_key.get, right.single
    nothing = _NONE if all_left else ()
    for key, values in left.groups():
        others = get(key, MISSING)
        if others is MISSING:
            others = nothing
        elif single:
            others = (others,)
        for mine in values:
            for theirs in others:
                yield key, (mine, theirs)
