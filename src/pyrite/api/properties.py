"""What a thread of the user's has set for the jobs that it starts."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class LocalProperties(threading.local):
    """Texts by name, each thread its own. `SparkContext.setLocalProperty` sets them; tasks read
    them with `TaskContext.getLocalProperty`. A job's group, description and tags are among them.
    """

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self._values.get(name)

    def set(self, name: str, value: object) -> None:
        """Set one; None removes it.

        Raises:
            TypeError: the value is neither text nor None.
        """
        if value is None:
            self._values.pop(name, None)
        elif isinstance(value, str):
            self._values[name] = value
        else:
            kind = type(value).__name__
            raise TypeError(f"the property {name} must be a str or None, not {kind} {value!r}")

    def snapshot(self) -> Mapping[str, str]:
        """All of them, as they are now."""
        return dict(self._values)

    def restore(self, values: Mapping[str, str]) -> None:
        """Have ``values`` and nothing else."""
        self._values = dict(values)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Undo at the end what is set in between."""
        before = self.snapshot()
        try:
            yield
        finally:
            self.restore(before)
