"""The values of each key, from one side of a cogroup.

As long as no key comes twice a table holds the values themselves, put in at the speed of C; from
then on, lists of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

MISSING: Any = object()
"""Stands for the value of a key that is not there."""


class Table:
    """Key -> its value, or its list of values.

    Parameters:
        keys_only: nobody asks for the values, nor how many there are.

    Attributes:
        by_key: what it holds.
        single: each key has one value, which is not in a list.
    """

    __slots__ = ("_keys_only", "by_key", "single")

    def __init__(self, keys_only: bool = False) -> None:
        self.by_key: dict[Any, Any] = {}
        self.single = True
        self._keys_only = keys_only

    def add(self, keys: Sequence[Any], values: Sequence[Any]) -> None:
        """Add a chunk of records.

        Raises:
            TypeError: a key is unhashable; none was added.
        """
        table = self.by_key
        if self.single:
            new = dict(zip(keys, values, strict=True))
            if self._keys_only or (len(new) == len(keys) and table.keys().isdisjoint(new)):
                table.update(new)
                return
            for key, value in table.items():
                table[key] = [value]
            self.single = False
        for key, value in zip(keys, values, strict=True):
            if key in table:
                table[key].append(value)
            else:
                table[key] = [value]

    def put(self, key: Any, values: Any) -> None:
        """Let a key have these values, unless they are none: a sized iterable. Not to be mixed
        with `add`."""
        self.single = False
        if len(values):
            self.by_key[key] = values

    def take(self, key: Any) -> list[Any]:
        """Remove a key; its values, in a list."""
        found = self.by_key.pop(key, MISSING)
        if found is MISSING:
            return []
        return [found] if self.single else found

    def empty(self) -> dict[Any, Any]:
        """Begin anew; what was in `by_key`."""
        taken, self.by_key, self.single = self.by_key, {}, True
        return taken

    def groups(self) -> Iterator[tuple[Any, Any]]:
        """Each key with all of its values."""
        if self.single:
            return ((key, [value]) for key, value in self.by_key.items())
        return iter(self.by_key.items())
