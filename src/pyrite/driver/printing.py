"""What tasks print, shown to the user with the task that printed it."""

from __future__ import annotations

import sys

from pyrite.driver.events import DriverEvent, TaskPrinted


def print_task_output(event: DriverEvent) -> None:
    """A listener that passes lines on to stderr, as Spark does: stdout is the program's own."""
    if not isinstance(event, TaskPrinted) or sys.stderr is None:
        return
    if event.attempt is None:
        origin = f"worker {event.worker}"
    else:
        origin = f"stage {event.attempt.stage}, partition {event.attempt.partition}"
    lines = [f"[{origin}] {line}" for line in event.text.split("\n")]
    try:
        sys.stderr.write("\n".join([*lines, ""]))
        sys.stderr.flush()
    except (OSError, ValueError):  # the stream is closed
        pass
