"""The event log: every job, stage, task attempt and loss as one JSON object a line.

Each line has ``event`` (the name of a class in `pyrite.driver.events`) and that class's fields.
"""

from __future__ import annotations

import json
import os
from typing import Any

from pyrite.core.outcome import Metrics
from pyrite.driver.events import ApplicationEnded, DriverEvent


class EventLog:
    """A listener that appends to a file.

    Parameters:
        path: the file; made if it is not there, with its folder.
        application: a name for people, in the first line.

    Raises:
        OSError: the file cannot be opened for writing.
    """

    def __init__(self, path: str, application: str) -> None:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        self._file = open(path, "a", buffering=1, encoding="utf-8")  # noqa: SIM115
        self._write({"event": "ApplicationStarted", "name": application})

    def __call__(self, event: DriverEvent) -> None:
        self._write({"event": type(event).__name__, **_by_name(event)})
        if isinstance(event, ApplicationEnded):
            self._file.close()

    def _write(self, fields: dict[str, object]) -> None:
        self._file.write(json.dumps(fields) + "\n")


def _by_name(event: Any) -> dict[str, Any]:
    return {name: _plain(getattr(event, name)) for name in event.__match_args__}


def _plain(value: Any) -> Any:
    return _by_name(value) if isinstance(value, Metrics) else value
