"""The scheduler on a simulated cluster, in thousands of schedules full of troubles.

A seed that fails is run alone with ``simulate(seed)``; once understood it becomes a named test.
"""

from __future__ import annotations

import pytest

from pyrite.core.lean import replace
from pyrite.scheduler import commands as c
from pyrite.scheduler import events as e
from pyrite.testing.simulation import Simulation, simulate
from pyrite.testing.simulation_setting import PLANNED_ANEW, Troubles, draw

SEEDS = 4_000
BATCH = 500


@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_schedules(first: int) -> None:
    for seed in range(first, first + BATCH):
        try:
            simulate(seed)
        except Exception as error:
            error.add_note(f"simulated schedule with seed {seed}")
            raise


@pytest.mark.parametrize("first", range(0, 500, 100))
def test_without_troubles_every_task_runs_once(first: int) -> None:
    """The budget of attempts: one for each task that is needed, when nothing goes wrong. Only what
    another plan makes needless is cancelled, of a barrier stage as a whole, and may be needed
    again."""
    for seed in range(first, first + 100):
        setting = draw(seed)
        policy = replace(setting.policy, speculation=False)
        patient = tuple(replace(s, cancel_at=None) for s in setting.submissions)
        run = Simulation(
            replace(setting, troubles=Troubles(), submissions=patient, policy=policy)
        ).run()
        assert all(isinstance(end, c.JobSucceeded) for end in run.ended.values())
        said = [command for step in run.history.steps for command in step.commands]
        cancelled = {command.attempt for command in said if isinstance(command, c.Cancel)}
        launched = [command.attempt for command in said if isinstance(command, c.Launch)]
        together = {stage.stage for s in patient for stage in s.spec.stages if stage.barrier}
        tries = {(a.stage, a.number) for a in cancelled if a.stage in together}
        whole = [
            attempt.task
            for attempt in launched
            if attempt not in cancelled and (attempt.stage, attempt.number) not in tries
        ]
        assert len(whole) == len(set(whole))
        assert not cancelled or any(s.spec.job >= PLANNED_ANEW for s in patient)


def test_the_troubles_really_happen() -> None:
    """A simulation that has become tame proves nothing."""
    seen: dict[type, int] = {}
    for seed in range(300):
        for step in simulate(seed).history.steps:
            for thing in (step.event, *step.commands):
                seen[type(thing)] = seen.get(type(thing), 0) + 1
    for kind in (
        e.NodeLost, e.WorkerLost, e.FetchFailed, e.TaskFailed, e.TaskProgress, e.JobCancelled,
        e.ShuffleDropped, c.Cancel, c.KillWorker, c.JobFailed, c.StageDropped, c.OutputDiscarded,
    ):  # fmt: skip
        assert seen[kind] > 20, kind
