"""Traces that functions leave of when they were called."""

from typing import Any

LOG: list[Any] = []


def note(what: Any, value: Any) -> Any:
    """Leave a trace, and give the value back."""
    LOG.append((what, repr(value)))
    return value
