"""A record of all that the scheduler was told and said, to run again or to ask why.

The scheduler is deterministic, so the events are enough to live through a run once more
(`replay`), and the commands beside them tell the story of a single task (`story`).
"""

from __future__ import annotations

from collections.abc import Iterator

from pyrite.core.ids import TaskId, WorkerId
from pyrite.core.lean import fresh, state, value
from pyrite.scheduler import commands as c
from pyrite.scheduler import events as e
from pyrite.scheduler.policy import Policy
from pyrite.scheduler.state import SchedulerState


@value
class Step:
    """One event and what came of it."""

    now: float
    event: e.Event
    commands: tuple[c.Command, ...]


@state
class History:
    """Steps in order, from an empty state under ``policy``."""

    policy: Policy
    steps: list[Step] = fresh(factory=list)


class RecordedScheduler:
    """A `SchedulerState` whose every step is written down in ``history``."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.state = SchedulerState(policy)
        self.history = History(self.state.policy)

    def handle(self, event: e.Event, now: float) -> list[c.Command]:
        commands = self.state.handle(event, now)
        self.history.steps.append(Step(now, event, tuple(commands)))
        return commands


def replay(history: History) -> Iterator[Step]:
    """Live through the same events with a new state. Equal to ``history.steps``, or the
    scheduler is not deterministic."""
    state = SchedulerState(history.policy)
    for step in history.steps:
        yield Step(step.now, step.event, tuple(state.handle(step.event, step.now)))


def story(history: History, task: TaskId) -> list[str]:
    """Why a task ran where and when: a line per thing that happened to it, in order.

    >>> print(*story(history, TaskId(0, 3)), sep="\\n")          # doctest: +SKIP
    0.000 s: attempt 0 launched on worker 7 (n1): first attempt
    2.150 s: attempt 0 failed on worker 7 (n1): worker lost: killed by signal 9
    2.150 s: attempt 0 to be tried again: failure 1 of 4 allowed: killed by signal 9
    2.150 s: attempt 1 launched on worker 9 (n2): failure 1 of 4 allowed: killed by signal 9
    3.400 s: attempt 1 succeeded on worker 9 (n2)
    """
    nodes: dict[WorkerId, str] = {}
    lines: list[str] = []
    for step in history.steps:
        event = step.event
        if isinstance(event, e.WorkerJoined):
            nodes.setdefault(event.worker, event.node)
        told = [_tell_event(event, task, nodes)]
        told.extend(_tell_command(command, task, nodes) for command in step.commands)
        lines.extend(f"{step.now:.3f} s: {line}" for line in told if line)
    return lines


def _tell_event(event: e.Event, task: TaskId, nodes: dict[WorkerId, str]) -> str:
    if not isinstance(event, e.TaskSucceeded | e.TaskFailed | e.FetchFailed):
        return ""
    if event.attempt.task != task:
        return ""
    attempt, where = _name(event.attempt.number), _where(event.worker, nodes)
    match event:
        case e.TaskSucceeded():
            return f"{attempt} succeeded on {where}"
        case e.TaskFailed(failure=failure):
            return f"{attempt} failed on {where}: {failure.cause.value}: {failure.message}"
        case e.FetchFailed(failure=missing):
            return (
                f"{attempt} on {where} could not read output {missing.map_partition} of "
                f"shuffle {missing.shuffle} on {missing.output.node}: {missing.message}"
            )


def _tell_command(command: c.Command, task: TaskId, nodes: dict[WorkerId, str]) -> str:
    if isinstance(command, c.JobFailed):
        if command.attempt is None or command.attempt.task != task:
            return ""
        return f"{_name(command.attempt.number)} failed job {command.job}"
    if (
        not isinstance(command, c.Launch | c.Cancel | c.Accept | c.Registered | c.TaskRequeued)
        or command.attempt.task != task
    ):
        return ""
    attempt = _name(command.attempt.number)
    match command:
        case c.Launch():
            return f"{attempt} launched on {_where(command.worker, nodes)}: {command.reason}"
        case c.Cancel():
            return f"{attempt} cancelled on {_where(command.worker, nodes)}: {command.reason}"
        case c.Accept():
            return f"{attempt} accepted for job {command.job}"
        case c.Registered():
            return f"{attempt} registered for shuffle {command.shuffle}: {command.output.path}"
        case c.TaskRequeued():
            return f"{attempt} to be tried again: {command.reason}"


def _name(number: int) -> str:
    return f"attempt {number}"


def _where(worker: WorkerId, nodes: dict[WorkerId, str]) -> str:
    return f"worker {worker} ({nodes.get(worker, 'unknown node')})"
