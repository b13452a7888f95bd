"""What the end of a job tells: the accumulators with names that its tasks have added to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

_LONGEST = 80
"""Characters of a value that are worth showing."""


class Accumulating(Protocol):
    """The accumulators of a context, as the driver knows them."""

    def count(self, shares: Mapping[int, Any]) -> None:
        """Add what a task has added, by numbers of accumulators. In the driver's thread."""
        ...

    def named(self, numbers: Collection[int]) -> Mapping[str, Any]:
        """The values, as they are now, of those of these numbers that have names."""
        ...


class NoAccumulators:
    """Of a driver that needs none."""

    def count(self, shares: Mapping[int, Any]) -> None:
        pass

    def named(self, numbers: Collection[int]) -> Mapping[str, Any]:
        return {}


def shown(values: Mapping[str, Any]) -> dict[str, str]:
    """Values as short texts, in one line each.

    Example:
        >>> shown({"bad lines": 3, "first line": "to be or\\n not to be"})
        {'bad lines': '3', 'first line': 'to be or not to be'}
    """
    return {name: _text(value) for name, value in values.items()}


def _text(value: Any) -> str:
    try:
        text = " ".join(str(value).split())
    except Exception:  # of a class of the user's
        text = f"a {type(value).__name__}"
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."
