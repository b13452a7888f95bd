"""What a thread of the user's has set for the jobs that it starts."""

from __future__ import annotations

import threading
from collections.abc import Mapping


class LocalProperties(threading.local):
    """Texts by name, each thread its own. `SparkContext.setLocalProperty` sets them; tasks read
    them with `TaskContext.getLocalProperty`. A job's group, description and tags are among them.
    """

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self._values.get(name)

    def set(self, name: str, value: str | None) -> None:
        """Set one; None removes it."""
        if value is None:
            self._values.pop(name, None)
        else:
            self._values[name] = value

    def snapshot(self) -> Mapping[str, str]:
        """All of them, as they are now."""
        return dict(self._values)

    def restore(self, values: Mapping[str, str]) -> None:
        """Have ``values`` and nothing else."""
        self._values = dict(values)
