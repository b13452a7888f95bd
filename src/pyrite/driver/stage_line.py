"""What is told of a stage while it runs."""

from __future__ import annotations

from pyrite.core.outcome import Metrics
from pyrite.driver.events import TaskEnded


class StageLine:
    """A running stage.

    Parameters:
        started: seconds since the epoch.
        done, failures: how many of its tasks have succeeded, and attempts failed.
        bytes_in: bytes read by tasks that have succeeded, from storage and from shuffles.
    """

    def __init__(
        self,
        name: str,
        tasks: int,
        started: float,
        done: int = 0,
        bytes_in: int = 0,
        spilled: int = 0,
        failures: int = 0,
    ) -> None:
        self.name = name
        self.tasks = tasks
        self.started = started
        self.done = done
        self.bytes_in = bytes_in
        self.spilled = spilled
        self.failures = failures

    def add(self, event: TaskEnded) -> None:
        """Count a task that has ended."""
        metrics: Metrics = event.metrics
        self.spilled += metrics.spilled_bytes
        if event.error:
            self.failures += not event.cancelled
            return
        self.done += 1
        self.bytes_in += metrics.bytes_read + metrics.shuffle_bytes_read

    def notes(self) -> str:
        """What there is to say besides the number of tasks."""
        parts = [amount(self.bytes_in)] if self.bytes_in else []
        if self.spilled:
            parts.append(f"spilled {amount(self.spilled)}")
        if self.failures:
            parts.append(f"{self.failures} failed")
        return ", ".join(parts)


def amount(number: int) -> str:
    """Bytes for people.

    Example:
        >>> amount(1_500_000)
        '1.5 MB'
    """
    size = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
