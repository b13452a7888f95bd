"""Barrier stages: all of their tasks run side by side, or none, and count together."""

from __future__ import annotations

import pytest
from tests.scheduler.desk import (
    MAP,
    REDUCE,
    SHUFFLE,
    Desk,
    barrier,
    chain,
    launched,
    only,
    output_of,
)

from pyrite.core.ids import AttemptId, worker_place
from pyrite.core.lean import replace
from pyrite.core.outcome import Cause, Failure
from pyrite.core.specs import JobSpec, MapOutput
from pyrite.scheduler import commands as c
from pyrite.scheduler import events as e


def paths(desk: Desk) -> list[str]:
    return [output.path for output in desk.state.outputs(SHUFFLE) if output]


# -- together ------------------------------------------------------------------------------------


def test_all_tasks_are_launched_in_one_go() -> None:
    desk = Desk()
    desk.join(1, 2)
    assert launched(desk.submit(barrier(3))) == []
    assert desk.state.next_tick(0.0) is None
    assert launched(desk.join(3)) == [(1, (REDUCE, 0, 0)), (2, (REDUCE, 1, 0)), (3, (REDUCE, 2, 0))]


def test_it_takes_no_more_workers_than_it_has_tasks() -> None:
    desk = Desk()
    desk.join(1, 2, 3)
    desk.submit(barrier(2))
    assert launched(desk.submit(chain(2, job=1))) == [(3, (REDUCE + 1, 0, 0))]


def test_results_are_accepted_when_all_tasks_have_succeeded() -> None:
    desk = Desk()
    desk.join(1, 2, 3)
    desk.submit(barrier(3))
    assert desk.succeed(3) == []
    assert desk.succeed(1) == []
    assert desk.succeed(2) == [
        *[c.Accept(0, AttemptId(REDUCE, partition, 0)) for partition in range(3)],
        c.StageFinished(REDUCE),
        c.JobSucceeded(0),
    ]
    assert desk.state.idle()


def test_outputs_are_registered_when_all_tasks_have_succeeded() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(barrier(2, 1, at=0))
    assert desk.succeed(2) == []
    assert paths(desk) == []
    commands = desk.succeed(1)
    registered = [each.attempt for each in only(commands, c.Registered)]
    assert registered == [(MAP, 0, 0), (MAP, 1, 0)]
    assert launched(commands) == [(2, (REDUCE, 0, 0))]


def test_no_copies_of_slow_tasks() -> None:
    desk = Desk(speculation=True, speculation_quantile=0.5)
    desk.join(1, 2, 3)
    desk.submit(barrier(2))
    desk.now = 1.0
    desk.succeed(1)
    assert launched(desk.tick(99.0)) == []


def test_tasks_go_where_their_input_lies_as_far_as_all_find_room() -> None:
    desk = Desk(locality_wait=9.0)
    desk.join(1, 2, node="a")
    desk.join(3, 4, node="b")
    places = {0: ("b", "a"), 1: ("b",), 2: (worker_place(3),), 3: ()}
    desk.submit(barrier(4, preferred=places))
    where = {attempt[1]: worker for worker, attempt in launched(desk.said)}
    assert where == {0: 1, 1: 4, 2: 3, 3: 2}


# -- pinned --------------------------------------------------------------------------------------


def test_pinned_tasks_wait_for_their_places() -> None:
    desk = Desk()
    desk.join(1, 2, 3)
    desk.submit(chain(1))  # on worker 1
    pins = {0: (worker_place(1),), 1: (worker_place(2),)}
    assert launched(desk.submit(barrier(2, job=1, preferred=pins, pinned=True))) == []
    assert launched(desk.succeed(1)) == [(1, (REDUCE + 1, 0, 0)), (2, (REDUCE + 1, 1, 0))]


def test_pinned_tasks_run_elsewhere_when_one_of_their_own_stage_needs_the_place() -> None:
    desk = Desk()
    desk.join(1, 2)
    pins = dict.fromkeys(range(2), (worker_place(2),))
    desk.submit(barrier(2, preferred=pins, pinned=True))
    assert sorted(launched(desk.said)) == [(1, (REDUCE, 1, 0)), (2, (REDUCE, 0, 0))]


def test_pinned_tasks_whose_place_is_lost_run_anywhere() -> None:
    desk = Desk()
    desk.join(1, 2, 3)
    desk.submit(chain(1))  # on worker 1
    pins = {0: (worker_place(1),)}
    desk.submit(barrier(2, job=1, preferred=pins, pinned=True))
    commands = desk.lose(1)
    assert launched(commands) == [(2, (REDUCE, 0, 1))]  # the first job goes first
    assert launched(desk.succeed(2)) == [(3, (REDUCE + 1, 0, 0)), (2, (REDUCE + 1, 1, 0))]


# -- gathering -----------------------------------------------------------------------------------


def test_freed_workers_are_kept_from_later_stages_until_there_are_enough() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(chain(2))
    desk.submit(barrier(2, job=1))
    desk.submit(chain(5, job=2))
    assert launched(desk.succeed(1)) == []
    assert desk.state.next_tick(0.0) is None
    assert launched(desk.tick(100.0)) == []
    assert launched(desk.succeed(2)) == [(1, (REDUCE + 1, 0, 0)), (2, (REDUCE + 1, 1, 0))]
    assert launched(desk.succeed(1)) == [(1, (REDUCE + 2, 0, 0))]


def test_earlier_stages_go_first() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(chain(3))
    desk.submit(barrier(2, job=1))
    assert launched(desk.succeed(1)) == [(1, (REDUCE, 2, 0))]
    assert launched(desk.succeed(2)) == []
    assert launched(desk.fail(1)) == [(2, (REDUCE, 2, 1))]


def test_no_worker_is_kept_idle_for_workers_that_do_not_live_yet() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(barrier(2))
    assert launched(desk.submit(chain(3, job=1))) == [(1, (REDUCE + 1, 0, 0))]
    assert launched(desk.join(2)) == []  # now there will be enough
    assert launched(desk.succeed(1)) == [(2, (REDUCE, 0, 0)), (1, (REDUCE, 1, 0))]


@pytest.mark.parametrize("end", ["cancelled", "a worker is lost", "its input is lost"])
def test_gathered_workers_are_let_go_when_the_stage_cannot_begin(end: str) -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(barrier(1, 2, job=1))
    desk.succeed(1)
    desk.fail(1)  # the barrier stage begins, fails, ...
    desk.submit(chain(5, job=2))
    match end:
        case "cancelled":
            commands = desk.cancel(1)  # ... and waits for worker 2 to stop
        case "a worker is lost":
            commands = desk.lose(2)
        case "its input is lost":
            commands = desk.lose_node("x") + desk.lose(2)
    assert launched(commands) == [(1, (REDUCE + 2, 0, 0))]


def test_gathered_workers_make_what_the_stage_has_lost() -> None:
    desk = Desk()
    desk.join(1, 2, node="a")
    desk.submit(barrier(1, 2))
    desk.succeed(1, node="b")
    desk.fail(1)
    assert launched(desk.lose_node("b")) == [(1, (MAP, 0, 1))]


def test_no_copies_are_run_on_gathered_workers() -> None:
    desk = Desk(speculation=True, speculation_quantile=0.5)
    desk.join(1, 2, 3)
    desk.submit(chain(2))
    desk.submit(barrier(3, job=1))
    desk.now = 1.0
    desk.succeed(1)
    assert launched(desk.tick(99.0)) == []
    assert launched(desk.cancel(1)) == []
    assert launched(desk.tick(199.0)) == [(3, (REDUCE, 1, 1))]


def test_a_worker_that_does_not_stop_is_replaced_before_the_next_try() -> None:
    desk = Desk(cancel_grace=5.0)
    desk.join(1, 2)
    desk.submit(barrier(2))
    desk.fail(1)
    assert only(desk.tick(5.0), c.KillWorker) == [c.KillWorker(2, "still busy 5 s after a cancel")]
    assert launched(desk.join(3)) == [(1, (REDUCE, 0, 1)), (3, (REDUCE, 1, 1))]


# -- failures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", ["fails", "is lost", "cannot read", "is cancelled"])
def test_one_task_that_comes_to_nothing_starts_all_over(trouble: str) -> None:
    desk = Desk()
    desk.join(1, 2, 3, 4)
    desk.submit(barrier(1, 3))
    desk.succeed(1)
    workers = dict(zip((0, 1, 2), desk.running, strict=True))
    desk.succeed(workers[0])
    match trouble:
        case "fails":
            commands = desk.fail(workers[1])
        case "is lost":
            commands = desk.lose(workers[1])
        case "cannot read":
            commands = desk.cannot_read(workers[1], AttemptId(MAP, 0, 0))
        case "is cancelled":
            commands = desk.fail(workers[1], Cause.CANCELLED)
    assert [cancel.attempt for cancel in only(commands, c.Cancel)] == [(REDUCE, 2, 0)]
    requeued = {each.attempt.partition for each in only(commands, c.TaskRequeued)}
    assert requeued == {0, 1, 2}
    desk.fail(workers[2], Cause.CANCELLED)
    desk.succeed_all()
    assert [accept.attempt for accept in desk.all(c.Accept)] == [
        (REDUCE, 0, 1), (REDUCE, 1, 1), (REDUCE, 2, 1),
    ]  # fmt: skip
    assert desk.said[-1] == c.JobSucceeded(0)


def test_the_next_try_begins_when_the_others_have_stopped() -> None:
    desk = Desk()
    desk.join(1, 2, 3)
    desk.submit(barrier(3))
    assert launched(desk.fail(2)) == []
    assert launched(desk.fail(1, Cause.CANCELLED)) == []
    commands = desk.succeed(3)  # it was done before it heard
    assert only(commands, c.Accept) == []
    assert [attempt for _, attempt in launched(commands)] == [
        (REDUCE, 0, 1), (REDUCE, 1, 1), (REDUCE, 2, 1),
    ]  # fmt: skip


def test_a_result_of_an_abandoned_try_is_never_accepted() -> None:
    desk = Desk()
    desk.join(1, 2, 3)
    desk.submit(barrier(2))
    old = desk.running[1].attempt
    desk.succeed(1)
    desk.fail(2)
    assert desk.tell(e.TaskSucceeded(1, old)) == []
    desk.succeed_all()
    assert {accept.attempt.number for accept in desk.all(c.Accept)} == {1}


def test_failures_of_the_stage_are_counted_together() -> None:
    desk = Desk(max_attempts=3)
    desk.join(1, 2)
    desk.submit(barrier(2))
    for worker, other in ((1, 2), (2, 1)):
        assert only(desk.fail(worker), c.JobFailed) == []
        desk.fail(other, Cause.CANCELLED)
    (failed,) = only(desk.fail(1), c.JobFailed)
    assert failed.failure == Failure(Cause.ERROR, "boom")
    assert failed.attempt is not None
    assert failed.attempt.number == 2
    desk.fail(2, Cause.CANCELLED)
    assert desk.state.idle()


def test_what_is_not_its_fault_is_not_counted() -> None:
    desk = Desk(max_attempts=1)
    desk.join(1, 2)
    desk.submit(barrier(1, 2))
    desk.succeed(1)
    for number in range(3):
        desk.cannot_read(1, AttemptId(MAP, 0, number))
        desk.fail(2, Cause.CANCELLED)
        desk.succeed(next(iter(desk.running)))  # the map task, again
    assert desk.all(c.JobFailed) == []
    desk.succeed_all()
    assert desk.said[-1] == c.JobSucceeded(0)


def test_a_stage_that_never_reads_its_inputs_fails_though_some_of_its_tasks_do() -> None:
    desk = Desk(max_fetch_failures=2)
    desk.join(1, 2)
    desk.submit(barrier(1, 2))
    desk.succeed(1)
    for number in range(2):
        first, second = desk.running
        desk.succeed(first)
        desk.cannot_read(second, AttemptId(MAP, 0, number))
        desk.succeed_all() if number == 1 else desk.succeed(next(iter(desk.running)))
    (failed,) = desk.all(c.JobFailed)
    assert failed.failure.cause is Cause.SHUFFLE_LOST


def test_tasks_that_end_in_one_event_are_one_failure() -> None:
    desk = Desk(max_attempts=2)
    desk.join(1, 2, node="a")
    desk.join(3, 4, 5, node="b")
    desk.submit(barrier(3))
    assert only(desk.lose_node("a", 1, 2), c.JobFailed) == []
    desk.fail(3, Cause.CANCELLED)
    desk.succeed_all()
    assert desk.said[-1] == c.JobSucceeded(0)


def test_tasks_that_hang_at_once_are_one_failure() -> None:
    desk = Desk(max_attempts=2, task_timeout=5.0)
    desk.join(1, 2)
    desk.submit(barrier(2))
    commands = desk.tick(5.0)
    assert [kill.worker for kill in only(commands, c.KillWorker)] == [1, 2]
    assert only(commands, c.JobFailed) == []
    assert launched(desk.join(3, 4)) == [(3, (REDUCE, 0, 1)), (4, (REDUCE, 1, 1))]


def test_the_loss_of_a_worker_whose_task_is_done_changes_nothing() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(barrier(2))
    desk.succeed(1)
    assert desk.lose(1) == []
    assert desk.succeed(2)[-1] == c.JobSucceeded(0)


# -- map outputs ---------------------------------------------------------------------------------


def test_outputs_of_an_abandoned_try_are_discarded() -> None:
    desk = Desk()
    desk.join(1, 2, 3)
    desk.submit(barrier(3, 1, at=0))
    desk.succeed(1)
    assert c.OutputDiscarded(MapOutput("a", "0/0/0")) in desk.fail(2)
    assert c.OutputDiscarded(MapOutput("a", "0/2/0")) in desk.succeed(3)  # though cancelled
    for worker in list(desk.running):
        desk.succeed(worker)
    assert paths(desk) == ["0/0/1", "0/1/1", "0/2/1"]


def test_outputs_held_back_are_discarded_when_the_job_is_cancelled() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(barrier(2, 1, at=0))
    desk.succeed(1)
    assert c.OutputDiscarded(MapOutput("a", "0/0/0")) in desk.cancel()


def test_an_output_held_back_is_not_taken_for_needless_when_it_is_told_of_twice() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(barrier(2, 1, at=0))
    attempt = desk.running[1].attempt
    desk.succeed(1)
    assert desk.tell(e.TaskSucceeded(1, attempt, output_of(attempt))) == []


def test_an_output_held_back_that_is_lost_with_its_node_starts_all_over_and_is_not_counted() -> (
    None
):
    desk = Desk(max_attempts=1)
    desk.join(1, 2, node="a")
    desk.submit(barrier(2, 1, at=0))
    desk.succeed(1, node="b")
    commands = desk.lose_node("b")
    assert [cancel.attempt for cancel in only(commands, c.Cancel)] == [(MAP, 1, 0)]
    assert launched(desk.fail(2, Cause.CANCELLED)) == [(1, (MAP, 0, 1)), (2, (MAP, 1, 1))]


@pytest.mark.parametrize("loss", ["unreadable", "node"])
def test_one_lost_output_has_all_made_again(loss: str) -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(barrier(2, 2, at=0))
    desk.succeed(1, node="a")
    desk.succeed(2, node="b")
    desk.succeed(1)  # the first reader is done, and stays so
    if loss == "node":
        commands = desk.lose_node("b")
        assert only(commands, c.OutputDiscarded) == [c.OutputDiscarded(MapOutput("a", "0/0/0"))]
        desk.cannot_read(2, AttemptId(MAP, 1, 0), node="b")
    else:
        commands = desk.cannot_read(2, AttemptId(MAP, 1, 0), node="b")
        assert {each.output.path for each in only(commands, c.OutputDiscarded)} == {
            "0/0/0", "0/1/0",
        }  # fmt: skip
    assert {attempt for _, attempt in launched(desk.said)[-2:]} == {(MAP, 0, 1), (MAP, 1, 1)}
    desk.succeed_all()
    assert paths(desk) == ["0/0/1", "0/1/1"]
    assert [each.first for each in desk.all(c.Registered)] == [True, True, False, False]
    assert len(desk.all(c.Accept)) == 2


def test_outputs_lost_between_jobs_have_all_made_again() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(barrier(2, 1, at=0))
    desk.succeed(1, node="b")
    desk.succeed_all()
    desk.lose_node("b")
    commands = desk.submit(barrier(2, 1, at=0, job=1))
    assert commands[0] == c.OutputDiscarded(MapOutput("a", "0/1/0"))
    assert [attempt for _, attempt in launched(desk.said)[-2:]] == [(MAP, 0, 1), (MAP, 1, 1)]


# -- another plan --------------------------------------------------------------------------------


def test_a_stage_that_becomes_a_barrier_starts_all_over() -> None:
    """The driver has lost the cached blocks that the stage read, and with them its barrier."""
    desk = Desk()
    desk.join(1, 2)
    desk.submit(chain(2, 1))
    desk.submit(chain(2, 1, job=1))
    desk.succeed(1)
    desk.cancel(0)
    commands = desk.submit(barrier(2, 1, at=0, job=2))
    assert c.OutputDiscarded(MapOutput("a", "0/0/0")) in commands
    assert [cancel.attempt for cancel in only(commands, c.Cancel)] == [(MAP, 1, 0)]
    commands = desk.fail(2, Cause.CANCELLED)
    assert [attempt for _, attempt in launched(commands)] == [(MAP, 0, 1), (MAP, 1, 1)]
    desk.succeed_all()
    assert len(desk.all(c.JobSucceeded)) == 2


def test_a_stage_partly_done_without_a_barrier_starts_all_over_with_one() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(chain(3, 1))
    desk.succeed(1)
    desk.cancel(0)
    for worker in (1, 2):
        desk.fail(worker, Cause.CANCELLED)
    desk.join(3)
    commands = desk.submit(barrier(3, 1, at=0, job=1))
    assert only(commands, c.OutputDiscarded) == [c.OutputDiscarded(MapOutput("a", "0/0/0"))]
    assert len(launched(commands)) == 3


def test_a_stage_that_ceases_to_be_a_barrier_runs_task_by_task() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(barrier(2, 1, at=0))
    desk.succeed(1)
    assert c.OutputDiscarded(MapOutput("a", "0/0/0")) in desk.submit(chain(2, 1, job=1))
    assert len(desk.running) == 2  # the attempt cancelled, and a task alone
    desk.fail(2, Cause.CANCELLED)
    desk.succeed_all()
    assert len(desk.all(c.JobSucceeded)) == 2


def test_a_stage_that_waits_as_a_barrier_lets_go_when_it_ceases_to_be_one() -> None:
    desk = Desk()
    desk.join(1, 2, 3)
    desk.submit(chain(2))
    last, *_ = barrier(3, 1, at=0, job=1).stages
    job = JobSpec(1, (last, replace(chain(1, job=1).stages[0], parents=(MAP,))))
    assert launched(desk.submit(job)) == []
    assert launched(desk.submit(chain(3, 1, job=2))) == [(3, (MAP, 0, 0))]
