"""Progress: what is told of running stages and ended jobs, and when.

A terminal or a notebook shows the running stages once they have taken a while. Elsewhere, if
progress was asked for, a line tells of each stage's end. At the end of a job stand its named
accumulators.
"""

from __future__ import annotations

import threading

from pyrite.core.ids import JobId, StageId
from pyrite.core.lean import fresh, state
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
from pyrite.driver.screens import Screen, screen_here
from pyrite.driver.stage_line import StageLine

_PATIENCE_SECONDS = 0.5
"""Work that is done by then is not worth a line."""
_REDRAW_SECONDS = 0.1


@state
class Progress:
    """A listener that keeps a screen up to date.

    Parameters:
        screen: where to show; by default, where the program's user looks.
    """

    screen: Screen = fresh(factory=screen_here)
    _stages: dict[StageId, StageLine] = fresh(factory=dict)
    _jobs: dict[JobId, JobStarted] = fresh(factory=dict)
    _at_rest: threading.Event | None = None
    """Set when no stage runs any more; there is none if none runs."""
    _lock: threading.RLock = fresh(factory=threading.RLock)

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
                    if stage := self._stages.get(event.attempt.stage):
                        stage.add(event)
                case StageEnded():
                    self._ended(event)
                case ApplicationEnded():
                    self._rest()
                case WorkerDown():
                    if self._stages:
                        self.screen.say(event.reason)

    def _started(self, event: StageStarted) -> None:
        self._stages[event.stage] = StageLine(self._label(event), event.tasks, event.time)
        if self._at_rest is None and self.screen.live:
            self._at_rest = threading.Event()
            show = threading.Thread(target=self._keep_shown, args=(self._at_rest,), daemon=True)
            show.start()

    def _keep_shown(self, at_rest: threading.Event) -> None:
        """Draw now and then, in a thread of its own: the driver's has better things to do."""
        pause = _PATIENCE_SECONDS
        while not at_rest.wait(pause):
            with self._lock:
                if not at_rest.is_set():
                    self.screen.show(list(self._stages.values()))
            pause = _REDRAW_SECONDS

    def _label(self, event: StageStarted) -> str:
        jobs = [job for job in self._jobs.values() if event.stage in job.stages]
        name = title(jobs[0].properties) if jobs else ""
        return f"{name}: {event.name}" if name else event.name

    def _ended(self, event: StageEnded) -> None:
        stage = self._stages.pop(event.stage, None)
        if stage is None:
            return
        seconds = event.time - stage.started
        if stage.spilled or (not self.screen.live and seconds > _PATIENCE_SECONDS):
            state = "done" if event.complete else "stopped"
            notes = f", {stage.notes()}" if stage.notes() else ""
            self.screen.say(f"{stage.name}: {state}, {stage.done} tasks in {seconds:.1f} s{notes}")
        if not self._stages:
            self._rest()

    def _job_ended(self, event: JobEnded) -> None:
        job = self._jobs.pop(event.job, None)
        if job is None or not event.accumulators:
            return
        state = "failed" if event.error else "done"
        sums = ", ".join(f"{name} {value}" for name, value in event.accumulators.items())
        name = title(job.properties) or job.name
        self.screen.say(f"{name}: {state} in {event.time - job.time:.1f} s; {sums}")

    def _rest(self) -> None:
        if self._at_rest is not None:
            self._at_rest.set()
            self._at_rest = None
            self.screen.show(())
