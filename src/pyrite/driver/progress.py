"""Progress on the terminal: one line per running stage, gone when the stage is.

Where there is no terminal but progress was asked for, a plain line tells of each stage's end. At
the end of a job stand its named accumulators.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyrite.core.ids import JobId, StageId
from pyrite.core.outcome import Metrics
from pyrite.driver.events import (
    ApplicationEnded,
    DriverEvent,
    JobEnded,
    JobStarted,
    StageEnded,
    StageStarted,
    TaskEnded,
    WorkerDown,
)
from pyrite.driver.groups import title

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

_PATIENCE_SECONDS = 0.5
"""Work that is done by then is not worth a line."""


@dataclass
class _Line:
    name: str
    tasks: int
    started: float
    done: int = 0
    bytes_in: int = 0
    spilled: int = 0
    bar: TaskID | None = None
    failures: int = 0

    def add(self, event: TaskEnded) -> None:
        metrics: Metrics = event.metrics
        self.spilled += metrics.spilled_bytes
        if event.error:
            self.failures += not event.cancelled
            return
        self.done += 1
        self.bytes_in += metrics.bytes_read + metrics.shuffle_bytes_read

    def notes(self) -> str:
        parts = [amount(self.bytes_in)] if self.bytes_in else []
        if self.spilled:
            parts.append(f"spilled {amount(self.spilled)}")
        if self.failures:
            parts.append(f"{self.failures} failed")
        return ", ".join(parts)


@dataclass
class Progress:
    """A listener that shows running stages on stderr."""

    _lines: dict[StageId, _Line] = field(default_factory=dict)
    _jobs: dict[JobId, JobStarted] = field(default_factory=dict)
    _bars: Bars | None = None
    _timer: threading.Timer | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __call__(self, event: DriverEvent) -> None:
        with self._lock:
            match event:
                case JobStarted():
                    self._jobs[event.job] = event
                case JobEnded():
                    self._job_ended(event)
                case StageStarted():
                    self._started(event)
                case TaskEnded():
                    if line := self._lines.get(event.attempt.stage):
                        line.add(event)
                        self._update(line)
                case StageEnded():
                    self._ended(event)
                case ApplicationEnded():
                    self._close()
                case WorkerDown():
                    if self._lines:
                        self._say(event.reason)

    def _started(self, event: StageStarted) -> None:
        line = _Line(self._label(event), event.tasks, event.time)
        self._lines[event.stage] = line
        if self._bars is not None:
            self._add_bar(line)
        elif self._timer is None and sys.stderr.isatty():
            self._timer = threading.Timer(_PATIENCE_SECONDS, self._show)
            self._timer.daemon = True
            self._timer.start()

    def _label(self, event: StageStarted) -> str:
        jobs = [job for job in self._jobs.values() if event.stage in job.stages]
        name = title(jobs[0].properties) if jobs else ""
        return f"{name}: {event.name}" if name else event.name

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        with self._lock:
            if self._timer is None:  # the last stage ended just now
                return
            self._bars = Bars(
                TextColumn("{task.description}"),
                BarColumn(bar_width=20),
                MofNCompleteColumn(),
                TextColumn("{task.fields[notes]}"),
                TimeRemainingColumn(compact=True),
                console=Console(stderr=True),
                transient=True,
            )
            for line in self._lines.values():
                self._add_bar(line)
            self._bars.start()

    def _add_bar(self, line: _Line) -> None:
        assert self._bars is not None
        line.bar = self._bars.add_task(line.name, total=line.tasks, notes=line.notes())
        self._update(line)

    def _update(self, line: _Line) -> None:
        if self._bars is not None and line.bar is not None:
            self._bars.update(line.bar, completed=line.done, notes=line.notes())

    def _ended(self, event: StageEnded) -> None:
        line = self._lines.pop(event.stage, None)
        if line is None:
            return
        if self._bars is not None and line.bar is not None:
            self._bars.remove_task(line.bar)
        seconds = event.time - line.started
        if line.spilled or (not sys.stderr.isatty() and seconds > _PATIENCE_SECONDS):
            state = "done" if event.complete else "stopped"
            notes = f", {line.notes()}" if line.notes() else ""
            self._say(f"{line.name}: {state}, {line.done} tasks in {seconds:.1f} s{notes}")
        if not self._lines:
            self._close()

    def _job_ended(self, event: JobEnded) -> None:
        job = self._jobs.pop(event.job, None)
        if job is None or not event.accumulators:
            return
        state = "failed" if event.error else "done"
        sums = ", ".join(f"{name} {value}" for name, value in event.accumulators.items())
        name = title(job.properties) or job.name
        self._say(f"{name}: {state} in {event.time - job.time:.1f} s; {sums}")

    def _close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    def _say(self, text: str) -> None:
        if self._bars is not None:
            self._bars.console.print(text, markup=False, highlight=False)
        else:
            print(text, file=sys.stderr)


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
