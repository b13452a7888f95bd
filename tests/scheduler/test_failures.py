"""What happens when tasks fail, workers die, nodes go and outputs cannot be read."""

from __future__ import annotations

import pytest
from tests.scheduler.desk import MAP, REDUCE, SHUFFLE, Desk, chain, launched, only, output_of

from pyrite.core.ids import AttemptId
from pyrite.core.lean import replace
from pyrite.core.outcome import Cause, Failure, FetchFailure
from pyrite.core.specs import JobSpec, MapOutput
from pyrite.scheduler import commands as c
from pyrite.scheduler import events as e

COUNTED = [Cause.ERROR, Cause.WORKER_LOST, Cause.OUT_OF_MEMORY, Cause.TIMED_OUT]


# -- attempts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("cause", COUNTED)
def test_a_task_fails_its_job_with_its_last_failure_after_max_attempts(cause: Cause) -> None:
    desk = Desk(max_attempts=3)
    desk.join(1)
    desk.submit(chain(1))
    assert launched(desk.fail(1)) == [(1, (REDUCE, 0, 1))]
    assert launched(desk.fail(1)) == [(1, (REDUCE, 0, 2))]
    failed, dropped = desk.fail(1, cause)
    assert failed == c.JobFailed(0, Failure(cause, "boom"), AttemptId(REDUCE, 0, 2))
    assert dropped == c.StageDropped(REDUCE)
    assert desk.state.idle()


def test_cancelled_attempts_are_not_counted() -> None:
    desk = Desk(max_attempts=1)
    desk.join(1)
    desk.submit(chain(1))
    for number in range(1, 10):
        assert launched(desk.fail(1, Cause.CANCELLED)) == [(1, (REDUCE, 0, number))]


def test_each_task_has_its_own_count() -> None:
    desk = Desk(max_attempts=2)
    desk.join(1, 2)
    desk.submit(chain(2))
    desk.fail(1)
    desk.fail(2)
    desk.succeed_all()
    assert desk.said[-1] == c.JobSucceeded(0)


def test_a_failing_map_task_fails_every_job_that_needs_it_and_no_other() -> None:
    desk = Desk(max_attempts=1)
    desk.join(1)
    desk.submit(chain(1, 1))
    desk.submit(chain(1, 1, job=1))
    desk.submit(chain(1, job=2))
    commands = desk.fail(1)
    assert [failed.job for failed in only(commands, c.JobFailed)] == [0, 1]
    assert launched(commands) == [(1, (REDUCE + 2, 0, 0))]


def test_the_siblings_of_the_last_failure_are_cancelled() -> None:
    desk = Desk(max_attempts=1)
    desk.join(1, 2)
    desk.submit(chain(2))
    (cancel,) = only(desk.fail(1), c.Cancel)
    assert (cancel.worker, cancel.attempt) == (2, (REDUCE, 1, 0))


# -- workers -----------------------------------------------------------------------------------


def test_a_lost_workers_task_runs_elsewhere_and_its_outputs_stay() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(chain(3, 1))
    desk.succeed(1)  # task 0 is done; worker 1 now runs task 2
    assert launched(desk.lose(1)) == []
    assert launched(desk.succeed(2)) == [(2, (MAP, 2, 1))]
    assert launched(desk.succeed(2)) == [(2, (REDUCE, 0, 0))]


def test_the_loss_of_a_worker_counts_unless_it_was_ended_on_purpose() -> None:
    desk = Desk(max_attempts=1)
    desk.join(1, 2, 3)
    desk.submit(chain(1))
    assert launched(desk.lose(1, Cause.CANCELLED)) == [(2, (REDUCE, 0, 1))]
    (failed,) = only(desk.lose(2, Cause.OUT_OF_MEMORY), c.JobFailed)
    assert failed.failure.cause is Cause.OUT_OF_MEMORY


def test_what_a_lost_worker_says_late_changes_nothing() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(1, 1))
    attempt = desk.running[1].attempt
    desk.lose(1)
    output = MapOutput("a", "0/0/0")
    assert desk.tell(e.TaskSucceeded(1, attempt, output)) == [c.OutputDiscarded(output)]
    assert desk.tell(e.TaskFailed(1, attempt, Failure(Cause.ERROR, "boom"))) == []
    assert desk.tell(e.TaskProgress(1, attempt, 5)) == []
    assert desk.lose(1) == []


@pytest.mark.parametrize(
    "event",
    [
        e.WorkerLost(99, Failure(Cause.WORKER_LOST, "?")),
        e.NodeLost("nowhere", "?"),
        e.JobCancelled(99, "?"),
        e.ShuffleDropped(99),
        e.TaskSucceeded(1, AttemptId(REDUCE, 5, 0)),
        e.TaskSucceeded(99, AttemptId(REDUCE, 0, 0)),
        e.TaskFailed(1, AttemptId(REDUCE, 0, 7), Failure(Cause.ERROR, "?")),
        e.FetchFailed(1, AttemptId(9, 9, 9), FetchFailure(9, 9, MapOutput("a", "?"), "?")),
        e.TaskProgress(99, AttemptId(REDUCE, 0, 0), 1),
        e.Tick(),
    ],
    ids=lambda event: type(event).__name__,
)
def test_unknown_events_change_nothing(event: e.Event) -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(1))
    assert desk.tell(event) == []
    assert desk.succeed(1)[-1] == c.JobSucceeded(0)


# -- nodes -------------------------------------------------------------------------------------


def test_a_lost_node_takes_its_workers_and_outputs_and_only_they_are_made_again() -> None:
    desk = Desk()
    desk.join(1, node="a")
    desk.join(2, node="b")
    desk.submit(chain(2, 2))
    desk.succeed(1, node="a")
    desk.succeed(2, node="b")
    assert launched(desk.lose_node("b", 2)) == []  # worker 1 is busy with a reduce task
    assert launched(desk.succeed(1)) == [(1, (MAP, 1, 1))]
    (launch,) = only(desk.succeed(1), c.Launch)
    assert (launch.attempt, launch.epoch) == ((REDUCE, 1, 1), 1)
    assert [o.path for o in desk.state.inputs(REDUCE)[SHUFFLE]] == ["0/0/0", "0/1/1"]


def test_outputs_that_no_remaining_stage_reads_are_not_made_again() -> None:
    desk = Desk()
    desk.join(1, node="a")
    desk.submit(chain(1, 1, 1))
    desk.succeed(1, node="b")
    desk.succeed(1, node="a")  # stage 1 is complete, so nobody reads shuffle 100 any more
    assert launched(desk.lose_node("b")) == []
    assert not desk.state.shuffle_complete(SHUFFLE)
    assert desk.succeed(1)[-1] == c.JobSucceeded(0)


def test_a_later_job_makes_exactly_what_was_lost() -> None:
    desk = Desk()
    desk.join(1, node="a")
    desk.submit(chain(3, 1))
    for node in ("a", "b", "a", "a"):
        desk.succeed(1, node)
    assert desk.lose_node("b") == []
    assert launched(desk.submit(chain(3, 1, job=1))) == [(1, (MAP, 1, 1))]
    assert launched(desk.succeed(1)) == [(1, (REDUCE + 1, 0, 0))]


def test_a_node_lost_while_its_stage_runs_undoes_what_was_done_there() -> None:
    desk = Desk()
    desk.join(1, node="a")
    desk.submit(chain(2, 1))
    desk.succeed(1, node="b")
    desk.lose_node("b")
    assert launched(desk.succeed(1)) == [(1, (MAP, 0, 1))]
    assert desk.all(c.StageFinished) == []


def test_lost_outputs_are_made_again_through_all_generations_that_are_missing() -> None:
    desk = Desk()
    desk.join(1, node="a")
    desk.submit(chain(1, 1, 1))
    desk.succeed(1, node="b")
    desk.succeed(1, node="b")
    desk.lose_node("b")
    desk.cannot_read(1, AttemptId(1, 0, 0), node="b")
    desk.succeed_all()
    attempts = [tuple(launch.attempt) for launch in desk.all(c.Launch)]
    assert attempts == [(0, 0, 0), (1, 0, 0), (10, 0, 0), (0, 0, 1), (1, 0, 1), (10, 0, 1)]
    assert desk.said[-1] == c.JobSucceeded(0)


def test_two_copies_lost_with_one_node_are_one_pending_task() -> None:
    desk = Desk(speculation=True, speculation_quantile=0.5)
    desk.join(1, 2, node="b")
    desk.submit(chain(2))
    desk.succeed(1, node="b")
    assert launched(desk.tick(9.0)) == [(1, (REDUCE, 1, 1))]
    assert len(only(desk.lose_node("b", 1, 2), c.TaskRequeued)) == 1
    assert launched(desk.join(3)) == [(3, (REDUCE, 1, 2))]


# -- fetch failures ----------------------------------------------------------------------------


def test_an_unreadable_output_is_made_again_and_its_reader_not_blamed() -> None:
    desk = Desk(max_attempts=1)
    desk.join(1)
    desk.submit(chain(2, 2))
    desk.succeed(1)
    desk.succeed(1)
    desk.succeed(1)  # reduce task 0 is done and stays done
    commands = desk.cannot_read(1, AttemptId(MAP, 1, 0))
    assert c.OutputDiscarded(MapOutput("a", "0/1/0")) in commands
    assert launched(commands) == [(1, (MAP, 1, 1))]
    (launch,) = only(desk.succeed(1), c.Launch)
    assert (launch.attempt, launch.epoch) == ((REDUCE, 1, 1), 1)
    assert desk.succeed(1)[-1] == c.JobSucceeded(0)


def test_all_outputs_found_unreadable_are_made_again_at_once() -> None:
    desk = Desk(max_attempts=1, max_fetch_failures=2)
    desk.join(1, 2)
    desk.submit(chain(5, 1))
    for _ in range(5):
        desk.succeed(next(iter(desk.running)))
    lost = [AttemptId(MAP, partition, 0) for partition in (1, 2, 4)]
    stale = AttemptId(MAP, 3, 7)  # what partition 3 is not registered with
    reader = next(iter(desk.running))
    desk.cannot_read(reader, lost[0], others=[*lost[1:], stale])
    desk.succeed_all()
    again = [launch.attempt for launch in desk.all(c.Launch) if launch.attempt.number == 1]
    assert again == [(MAP, 1, 1), (MAP, 2, 1), (MAP, 4, 1), (REDUCE, 0, 1)]
    assert desk.all(c.JobSucceeded)


def by_position(spec: JobSpec) -> JobSpec:
    """The job with a first stage whose outputs of two runs do not fit together."""
    first, *rest = spec.stages
    return replace(spec, stages=(replace(first, by_position=True), *rest))


def test_outputs_that_do_not_fit_are_all_made_again_while_nobody_has_read_them() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(by_position(chain(3, 1)))
    for _ in range(3):
        desk.succeed(1)
    desk.cannot_read(1, AttemptId(MAP, 1, 0))  # the one reader, which has made nothing of them
    desk.succeed_all()
    again = [launch.attempt for launch in desk.all(c.Launch) if launch.attempt.number == 1]
    assert again == [(MAP, 0, 1), (MAP, 1, 1), (MAP, 2, 1), (REDUCE, 0, 1)]
    assert desk.all(c.JobSucceeded)


def test_outputs_that_do_not_fit_fail_the_job_once_some_were_read() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(by_position(chain(2, 2)))
    for _ in range(3):
        desk.succeed(1)  # both map tasks and a reader
    commands = desk.cannot_read(1, AttemptId(MAP, 1, 0))
    (failed,) = only(commands, c.JobFailed)
    assert failed.failure.cause is Cause.SHUFFLE_LOST
    assert "repartition" in failed.failure.message
    desk.submit(by_position(chain(2, 2, job=1)))  # a later job makes all of them again
    desk.succeed_all()
    assert desk.all(c.JobSucceeded) == [c.JobSucceeded(1)]


def test_readers_wait_until_their_inputs_are_complete() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(chain(1, 3))
    desk.succeed(1)
    desk.cannot_read(1, AttemptId(MAP, 0, 0))  # worker 1 makes it again
    assert launched(desk.succeed(2)) == []
    assert launched(desk.succeed(1)) == [(2, (REDUCE, 1, 1)), (1, (REDUCE, 2, 0))]


def test_a_stale_report_unregisters_nothing() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(chain(1, 2))
    desk.succeed(1)  # reduce task 0 runs on worker 2, task 1 on worker 1
    desk.cannot_read(1, AttemptId(MAP, 0, 0))
    desk.succeed(1)  # a new output, and reduce task 1 again
    commands = desk.cannot_read(2, AttemptId(MAP, 0, 0))  # the old one, which is gone
    assert desk.state.shuffle_complete(SHUFFLE)
    assert launched(commands) == [(2, (REDUCE, 0, 1))]
    assert only(commands, c.OutputDiscarded) == []


def test_a_stage_that_never_reads_its_inputs_fails_its_job() -> None:
    desk = Desk(max_fetch_failures=3)
    desk.join(1)
    desk.submit(chain(1, 1))
    for number in range(2):
        desk.succeed(1)
        desk.cannot_read(1, AttemptId(MAP, 0, number))
    desk.succeed(1)
    commands = desk.cannot_read(1, AttemptId(MAP, 0, 2))
    (failed,) = only(commands, c.JobFailed)
    assert failed.failure.cause is Cause.SHUFFLE_LOST
    assert "3 times in a row" in failed.failure.message
    assert failed.attempt == (REDUCE, 0, 2)
    assert only(commands, c.Cancel) == []
    assert desk.state.idle()


def test_several_failures_in_one_epoch_are_one() -> None:
    desk = Desk(max_fetch_failures=2)
    desk.join(1, 2, 3)
    desk.submit(chain(3, 3))
    for worker in (1, 2, 3):
        desk.succeed(worker)
    for worker, partition in ((1, 0), (2, 1), (3, 2)):
        desk.cannot_read(worker, AttemptId(MAP, partition, 0))
    desk.succeed_all()
    assert desk.said[-1] == c.JobSucceeded(0)


def test_progress_of_the_stage_forgives_its_fetch_failures() -> None:
    desk = Desk(max_fetch_failures=2)
    desk.join(1)
    desk.submit(chain(1, 3))
    for number in range(3):
        desk.succeed(1)
        desk.succeed(1)  # one more reduce task is done
        if desk.running:
            desk.cannot_read(1, AttemptId(MAP, 0, number))
    desk.succeed_all()
    assert desk.said[-1] == c.JobSucceeded(0)


def test_a_report_about_an_input_that_was_never_given_is_an_error_of_the_task() -> None:
    desk = Desk(max_attempts=2)
    desk.join(1)
    desk.submit(chain(1, 1))
    desk.succeed(1)
    desk.cannot_read(1, AttemptId(MAP, 0, 99))
    (failed,) = only(desk.cannot_read(1, AttemptId(MAP, 7, 0)), c.JobFailed)
    assert failed.failure.cause is Cause.ERROR
    assert desk.state.shuffle_complete(SHUFFLE)


def test_a_late_fetch_failure_of_a_cancelled_attempt_only_frees_the_worker() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(1, 1))
    desk.succeed(1)
    desk.cancel()
    assert desk.cannot_read(1, AttemptId(MAP, 0, 0)) == []
    assert desk.state.shuffle_complete(SHUFFLE)
    assert desk.state.idle()


# -- hung tasks and workers ----------------------------------------------------------------------


def test_an_attempt_without_progress_is_ended_with_its_worker_and_counted() -> None:
    desk = Desk(task_timeout=10.0, max_attempts=2)
    desk.join(1)
    desk.submit(chain(1))
    assert desk.state.next_tick(0.0) == 10.0
    assert desk.tick(9.9) == []
    kill, requeued = desk.tick(10.0)
    assert kill == c.KillWorker(1, "no progress for 10 s")
    assert isinstance(requeued, c.TaskRequeued)
    assert desk.lose(1) == []  # the loss that follows is old news, and not counted again
    desk.join(2)
    (failed,) = only(desk.tick(20.0), c.JobFailed)
    assert failed.failure.cause is Cause.TIMED_OUT


def test_progress_keeps_an_attempt_alive_but_mere_heartbeats_do_not() -> None:
    desk = Desk(task_timeout=10.0)
    desk.join(1)
    desk.submit(chain(1))
    attempt = desk.running[1].attempt
    desk.now = 6.0
    desk.tell(e.TaskProgress(1, attempt, 1000))
    assert desk.tick(10.0) == []
    desk.tell(e.TaskProgress(1, attempt, 1000))
    assert desk.state.next_tick(10.0) == 16.0
    assert only(desk.tick(16.0), c.KillWorker) != []


def test_two_tasks_that_hang_at_once_are_both_ended_though_the_first_fails_the_job() -> None:
    desk = Desk(task_timeout=10.0, max_attempts=1, cancel_grace=0.0)
    desk.join(1, 2)
    desk.submit(chain(2))
    commands = desk.tick(10.0)
    assert [kill.worker for kill in only(commands, c.KillWorker)] == [1, 2]
    assert len(only(commands, c.JobFailed)) == 1
    assert only(commands, c.Cancel) == []


def test_a_worker_that_does_not_stop_a_cancelled_attempt_is_ended() -> None:
    desk = Desk(cancel_grace=5.0)
    desk.join(1)
    desk.submit(chain(1))
    desk.now = 1.0
    desk.cancel()
    assert desk.state.next_tick(1.0) == 6.0
    assert desk.tick(6.0) == [c.KillWorker(1, "still busy 5 s after a cancel")]
    assert desk.state.idle()


def test_time_does_not_go_back() -> None:
    desk = Desk(task_timeout=10.0)
    desk.tick(100.0)
    desk.now = 50.0
    desk.join(1)
    desk.submit(chain(1))
    assert desk.state.next_tick(50.0) == 110.0


def test_late_output_of_a_lost_race_is_not_mistaken_for_the_registered_one() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(1, 1))
    attempt = desk.running[1].attempt
    desk.succeed(1)
    late = MapOutput("b", "0/0/0")  # the same path on another node is another file
    assert desk.tell(e.TaskSucceeded(1, attempt, late)) == [c.OutputDiscarded(late)]
    assert desk.tell(e.TaskSucceeded(1, attempt, output_of(attempt))) == []
