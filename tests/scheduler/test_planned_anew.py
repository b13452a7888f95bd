"""A job is cancelled and submitted again with another plan of the same map stages.

So does a driver that has lost a cached block: the stage that read it now reads a shuffle instead.
"""

from __future__ import annotations

import pytest
from tests.scheduler.desk import MAP, REDUCE, SHUFFLE, Desk, chain, launched, only, output_of

from pyrite.core.ids import AttemptId, worker_place
from pyrite.core.lean import replace
from pyrite.core.outcome import Cause
from pyrite.core.specs import JobSpec, MapOutput, StageSpec
from pyrite.scheduler import commands as c
from pyrite.scheduler import events as e

SOURCE = 5
"""A map stage that only some plans name."""


def plan(
    job: int,
    *,
    from_source: bool = False,
    places: dict[int, tuple[str, ...]] | None = None,
    pinned: bool = False,
) -> JobSpec:
    """A map stage of two tasks, which may read a source stage, and a result stage of one."""
    source = StageSpec(SOURCE, range(1), shuffle=SHUFFLE + SOURCE)
    read = (SOURCE,) if from_source else ()
    middle = StageSpec(MAP, range(2), read, SHUFFLE, preferred=places or {}, pinned=pinned)
    result = StageSpec(REDUCE + job, range(1), parents=(MAP,))
    return JobSpec(job, (source, middle, result) if from_source else (middle, result))


def cached(job: int, worker: int = 1) -> JobSpec:
    """Its map tasks are pinned to one worker, which holds the cached dataset."""
    places = dict.fromkeys(range(2), (worker_place(worker),))
    return plan(job, places=places, pinned=True)


def test_the_new_plan_counts_and_registered_outputs_are_kept() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(cached(0))
    desk.succeed(1)
    desk.cancel(0)
    assert desk.submit(plan(1, from_source=True)) == []  # the worker has yet to stop
    assert launched(desk.fail(1, Cause.CANCELLED)) == [(1, (SOURCE, 0, 0))]
    assert launched(desk.succeed(1)) == [(1, (MAP, 1, 1))]
    assert desk.state.inputs(MAP) == {SHUFFLE + SOURCE: (MapOutput("a", "5/0/0"),)}
    assert launched(desk.succeed(1)) == [(1, (REDUCE + 1, 0, 0))]
    assert [o.path for o in desk.state.outputs(SHUFFLE) if o] == ["0/0/0", "0/1/1"]
    assert desk.succeed(1)[-1] == c.JobSucceeded(1)


def test_a_plan_with_fewer_inputs_does_not_make_those_it_lacks() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(plan(0, from_source=True))
    desk.cancel(0)
    desk.submit(cached(1))
    assert launched(desk.fail(1, Cause.CANCELLED)) == [(1, (MAP, 0, 0))]
    desk.succeed_all()
    assert {launch.attempt.stage for launch in desk.all(c.Launch)} == {SOURCE, MAP, REDUCE + 1}
    assert desk.said[-1] == c.JobSucceeded(1)


def test_new_places_count() -> None:
    desk = Desk()
    desk.join(1, 2, 3)
    desk.submit(cached(0))
    desk.cancel(0)
    assert launched(desk.submit(cached(1, worker=3))) == [(3, (MAP, 0, 1))]
    assert launched(desk.fail(1, Cause.CANCELLED)) == []
    assert launched(desk.succeed(3)) == [(3, (MAP, 1, 1))]


@pytest.mark.parametrize("late", ["succeeds", "fails", "cannot read", "is lost"])
def test_late_reports_of_the_cancelled_job_change_nothing(late: str) -> None:
    desk = Desk(max_attempts=1)
    desk.join(1, 2)
    desk.submit(plan(0, from_source=True))
    desk.succeed(1)  # the source; both map tasks run
    source = AttemptId(SOURCE, 0, 0)
    desk.cancel(0)
    desk.submit(plan(1, from_source=True))
    old = desk.running[1].attempt
    output = output_of(old)
    assert output is not None
    match late:
        case "succeeds":
            commands = desk.succeed(1)
            assert c.OutputDiscarded(output) in commands
        case "fails":
            commands = desk.fail(1)
        case "cannot read":
            commands = desk.cannot_read(1, source)
        case "is lost":
            desk.lose(1)
            commands = desk.join(3)
    ((worker, new),) = launched(commands)
    assert new == (MAP, 0, 1)
    assert desk.tell(e.TaskSucceeded(1, old, output)) == [c.OutputDiscarded(output)]
    desk.fail(2, Cause.CANCELLED)
    desk.succeed(worker)
    desk.succeed_all()
    assert desk.all(c.JobFailed)[1:] == []
    assert desk.said[-1] == c.JobSucceeded(1)
    assert [o.path for o in desk.state.outputs(SHUFFLE) if o] == ["0/0/1", "0/1/1"]


def test_a_running_job_that_shares_the_stage_goes_on_with_the_new_plan() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(cached(0))  # its tasks are all pinned to worker 1
    desk.submit(cached(1))
    desk.cancel(0)
    commands = desk.submit(plan(2))
    assert launched(commands) == [(2, (MAP, 1, 0))]
    desk.succeed_all()  # the attempt at task 0 that was under way is as good as any
    assert [tuple(launch.attempt) for launch in desk.all(c.Launch)] == [
        (MAP, 0, 0), (MAP, 1, 0), (REDUCE + 1, 0, 0), (REDUCE + 2, 0, 0),
    ]  # fmt: skip
    assert desk.all(c.JobSucceeded) == [c.JobSucceeded(1), c.JobSucceeded(2)]


def test_a_stage_under_way_waits_for_the_inputs_of_its_new_plan() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(plan(0))
    desk.submit(plan(1, from_source=True))
    assert launched(desk.succeed(1)) == [(1, (SOURCE, 0, 0))]
    (launch,) = [desk.succeed(1)[-1]]
    assert isinstance(launch, c.Launch)
    assert (launch.attempt, launch.epoch) == ((MAP, 1, 0), 1)
    desk.succeed_all()
    assert desk.all(c.JobSucceeded) == [c.JobSucceeded(0), c.JobSucceeded(1)]


def test_what_only_the_old_plan_needs_is_dropped() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(plan(0, from_source=True))
    commands = desk.submit(plan(1))
    assert commands == [
        c.StageDropped(SOURCE),
        c.Cancel(1, AttemptId(SOURCE, 0, 0), "stage 0 no longer reads it"),
    ]
    assert launched(desk.fail(1, Cause.CANCELLED)) == [(1, (MAP, 0, 0))]


def test_when_the_newest_job_ends_the_others_go_on_with_their_own_plan() -> None:
    """The driver forgets stages that no active job names: they must not be asked for."""
    desk = Desk()
    desk.join(1)
    desk.submit(plan(0))
    desk.submit(plan(1, from_source=True))
    assert launched(desk.succeed(1)) == [(1, (SOURCE, 0, 0))]
    desk.cancel(1)
    assert launched(desk.fail(1, Cause.CANCELLED)) == [(1, (MAP, 1, 0))]
    desk.succeed_all()
    assert desk.said[-1] == c.JobSucceeded(0)


def test_a_stage_that_fails_fails_only_jobs_whose_plan_names_it() -> None:
    desk = Desk(max_attempts=1)
    desk.join(1)
    desk.submit(plan(0))
    desk.submit(plan(1, from_source=True))
    desk.succeed(1)
    (failed, *_) = desk.fail(1)  # the source stage
    assert isinstance(failed, c.JobFailed)
    assert failed.job == 1
    desk.succeed_all()
    assert desk.all(c.JobSucceeded) == [c.JobSucceeded(0)]


def test_a_job_that_comes_to_need_the_stage_that_failed_fails_with_it() -> None:
    desk = Desk(max_attempts=1)
    desk.join(1, 2, 3)
    desk.submit(plan(0, from_source=True))
    source, middle = plan(1, from_source=True).stages[:2]
    reader = StageSpec(REDUCE + 1, range(1), parents=(SOURCE, MAP))
    desk.submit(JobSpec(1, (source, replace(middle, parents=()), reader)))
    desk.submit(JobSpec(2, (source, StageSpec(REDUCE + 2, range(1), parents=(SOURCE,)))))
    assert sorted(launched(desk.said)) == [
        (1, (SOURCE, 0, 0)), (2, (MAP, 0, 0)), (3, (MAP, 1, 0)),
    ]  # fmt: skip
    assert [failed.job for failed in only(desk.fail(1), c.JobFailed)] == [1, 2, 0]


def test_an_attempt_of_the_old_plan_finds_that_its_input_is_gone() -> None:
    desk = Desk(max_attempts=1)
    desk.join(1)
    desk.submit(plan(0, from_source=True))
    desk.succeed(1)
    desk.submit(plan(1))
    commands = desk.cannot_read(1, AttemptId(SOURCE, 0, 0))
    assert c.OutputDiscarded(MapOutput("a", "5/0/0")) in commands
    assert launched(commands) == [(1, (MAP, 0, 1))]
    desk.succeed_all()
    assert desk.all(c.JobFailed) == []


def test_lost_outputs_are_made_again_by_the_newest_plan() -> None:
    desk = Desk()
    desk.join(1, node="a")
    desk.submit(chain(3, job=7))  # keeps the results waiting
    desk.submit(plan(0))
    desk.submit(plan(1, from_source=True))
    for _ in range(6):
        desk.succeed(1, node="b")
    assert desk.running[1].attempt.stage == REDUCE
    desk.lose_node("b")
    assert launched(desk.cannot_read(1, AttemptId(MAP, 0, 0), node="b")) == [(1, (SOURCE, 0, 1))]
    desk.succeed_all()
    assert len(desk.all(c.JobSucceeded)) == 3
