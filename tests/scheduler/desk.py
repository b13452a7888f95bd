"""A desk from which tests speak to the scheduler: events in short words, commands to look at.

Every event is followed by `SchedulerState.check`, so each test is one of the invariants as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pyrite.core.ids import AttemptId
from pyrite.core.lean import replace
from pyrite.core.outcome import Cause, Failure, FetchFailure
from pyrite.core.specs import JobSpec, MapOutput, StageSpec
from pyrite.scheduler import commands as c
from pyrite.scheduler import events as e
from pyrite.scheduler.history import RecordedScheduler
from pyrite.scheduler.policy import Policy

C = TypeVar("C")

MAP, REDUCE = 0, 10
SHUFFLE = 100


def chain(
    *sizes: int, job: int = 0, preferred: Mapping[int, tuple[str, ...]] | None = None
) -> JobSpec:
    """A job of stages in a row: map stages 0, 1, ... with shuffles 100, 101, ..., and the result
    stage 10 + job. ``preferred`` is for the first stage."""
    last = len(sizes) - 1
    stages = []
    for at, size in enumerate(sizes):
        stages.append(
            StageSpec(
                stage=at if at < last else REDUCE + job,
                partitions=range(size),
                parents=(at - 1,) if at else (),
                shuffle=SHUFFLE + at if at < last else None,
                preferred=(preferred or {}) if at == 0 else {},
            )
        )
    return JobSpec(job, tuple(stages))


def pinned(
    places: Mapping[int, tuple[str, ...]], size: int = 0, before: int = 0, job: int = 0
) -> JobSpec:
    """A job of a result stage pinned to ``places``, which reads a map stage of ``before`` tasks."""
    *maps, last = chain(*([before] if before else []), size or len(places), job=job).stages
    return JobSpec(job, (*maps, replace(last, preferred=places, pinned=True)))


def barrier(*sizes: int, job: int = 0, at: int = -1, **more: Any) -> JobSpec:
    """A `chain`, whose last stage, or the one ``at``, is a barrier stage and whatever ``more``."""
    stages = list(chain(*sizes, job=job).stages)
    stages[at] = replace(stages[at], barrier=True, **more)
    return JobSpec(job, tuple(stages))


class Desk:
    """The scheduler, a clock, and what each worker was last told to run."""

    def __init__(self, **policy: Any) -> None:
        self.scheduler = RecordedScheduler(Policy(**policy))
        self.state = self.scheduler.state
        self.now = 0.0
        self.running: dict[int, c.Launch] = {}
        self.said: list[c.Command] = []

    def tell(self, event: e.Event) -> list[c.Command]:
        commands = self.scheduler.handle(event, self.now)
        self.state.check()
        for command in commands:
            if isinstance(command, c.Launch):
                assert command.worker not in self.running, "one task at a time"
                self.running[command.worker] = command
            elif isinstance(command, c.KillWorker):
                self.running.pop(command.worker, None)
        self.said += commands
        return commands

    # -- events ------------------------------------------------------------------------------

    def join(self, *workers: int, node: str = "a") -> list[c.Command]:
        return [c for worker in workers for c in self.tell(e.WorkerJoined(worker, node))]

    def submit(self, spec: JobSpec) -> list[c.Command]:
        return self.tell(e.JobSubmitted(spec))

    def succeed(self, worker: int, node: str = "a") -> list[c.Command]:
        """The worker finishes what it runs; a map task writes to a file named after it."""
        attempt = self.running.pop(worker).attempt
        return self.tell(e.TaskSucceeded(worker, attempt, output_of(attempt, node)))

    def fail(self, worker: int, cause: Cause = Cause.ERROR) -> list[c.Command]:
        attempt = self.running.pop(worker).attempt
        return self.tell(e.TaskFailed(worker, attempt, Failure(cause, "boom")))

    def cannot_read(
        self, worker: int, lost: AttemptId, node: str = "a", others: Iterable[AttemptId] = ()
    ) -> list[c.Command]:
        """The worker's attempt cannot read what attempt ``lost`` wrote, nor what ``others`` did."""
        attempt = self.running.pop(worker).attempt
        output = output_of(lost, node)
        assert output is not None
        more = {each.partition: output_of(each, node) or output for each in others}
        failure = FetchFailure(SHUFFLE + lost.stage, lost.partition, output, "no such file", more)
        return self.tell(e.FetchFailed(worker, attempt, failure))

    def lose(self, worker: int, cause: Cause = Cause.WORKER_LOST) -> list[c.Command]:
        self.running.pop(worker, None)
        return self.tell(e.WorkerLost(worker, Failure(cause, "killed by signal 9")))

    def lose_node(self, node: str, *workers: int) -> list[c.Command]:
        for worker in workers:
            self.running.pop(worker, None)
        return self.tell(e.NodeLost(node, "no heartbeat"))

    def cancel(self, job: int = 0) -> list[c.Command]:
        return self.tell(e.JobCancelled(job, "Ctrl-C"))

    def tick(self, at: float) -> list[c.Command]:
        self.now = at
        return self.tell(e.Tick())

    def succeed_all(self, *, node: str = "a") -> None:
        """Let whatever runs succeed, longest running first, until nothing runs."""
        while self.running:
            self.succeed(next(iter(self.running)), node)

    # -- what was said -----------------------------------------------------------------------

    def all(self, kind: type[C]) -> list[C]:
        return only(self.said, kind)


def output_of(attempt: AttemptId, node: str = "a") -> MapOutput | None:
    if attempt.stage >= REDUCE:
        return None
    return MapOutput(node, f"{attempt.stage}/{attempt.partition}/{attempt.number}")


def only(commands: Iterable[object], kind: type[C]) -> list[C]:
    return [command for command in commands if isinstance(command, kind)]


def launched(commands: Iterable[object]) -> list[tuple[int, tuple[int, int, int]]]:
    """(worker, attempt) of each launch."""
    return [(launch.worker, tuple(launch.attempt)) for launch in only(commands, c.Launch)]
