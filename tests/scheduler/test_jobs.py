"""Which stages run for which jobs, in what order, and what is left when a job ends."""

from __future__ import annotations

import pytest
from tests.scheduler.desk import MAP, REDUCE, SHUFFLE, Desk, chain, launched, only, output_of

from pyrite.core.ids import AttemptId
from pyrite.core.outcome import Cause
from pyrite.core.specs import JobSpec, MapOutput, StageSpec
from pyrite.scheduler import commands as c
from pyrite.scheduler import events as e


def test_a_job_waits_for_workers() -> None:
    desk = Desk()
    assert desk.submit(chain(1)) == []
    assert desk.state.next_tick(0.0) is None
    assert launched(desk.join(7)) == [(7, (REDUCE, 0, 0))]


def test_parents_run_first_and_children_read_their_outputs() -> None:
    desk = Desk()
    desk.submit(chain(2, 1))
    desk.join(1, 2)
    assert launched(desk.said) == [(1, (MAP, 0, 0)), (2, (MAP, 1, 0))]
    assert launched(desk.succeed(2)) == []
    assert not desk.state.shuffle_complete(SHUFFLE)
    assert launched(desk.succeed(1)) == [(2, (REDUCE, 0, 0))]
    assert desk.state.shuffle_complete(SHUFFLE)
    assert desk.state.inputs(REDUCE) == {
        SHUFFLE: (MapOutput("a", "0/0/0"), MapOutput("a", "0/1/0"))
    }


def test_the_story_of_a_job_in_commands() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(1, 1))
    desk.succeed_all()
    m, r = AttemptId(MAP, 0, 0), AttemptId(REDUCE, 0, 0)
    assert desk.said == [
        c.StageStarted(MAP, 1),
        c.Launch(1, m, 0, "first attempt"),
        c.Registered(SHUFFLE, m, MapOutput("a", "0/0/0"), first=True),
        c.StageFinished(MAP),
        c.StageStarted(REDUCE, 1),
        c.Launch(1, r, 0, "first attempt"),
        c.Accept(0, r),
        c.StageFinished(REDUCE),
        c.JobSucceeded(0),
    ]
    assert desk.state.idle()


def test_a_job_without_partitions_succeeds_at_once() -> None:
    desk = Desk()
    assert desk.submit(chain(3, 0)) == [c.JobSucceeded(0)]
    assert desk.state.idle()


def test_a_result_stage_may_compute_any_partitions_in_any_order() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(JobSpec(0, (StageSpec(REDUCE, (7, 3)),)))
    desk.succeed_all()
    assert [accept.attempt.partition for accept in desk.all(c.Accept)] == [7, 3]


def test_a_complete_shuffle_is_skipped_and_its_ancestors_are_not_visited() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(2, 2, 1))
    desk.succeed_all()
    desk.tell(e.ShuffleDropped(SHUFFLE))  # the older one; the newer is enough
    assert launched(desk.submit(chain(2, 2, 1, job=1))) == [(1, (REDUCE + 1, 0, 0))]


def test_concurrent_jobs_share_a_map_stage() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(2, 1))
    desk.submit(chain(2, 1, job=1))
    desk.succeed_all()
    assert [tuple(launch.attempt) for launch in desk.all(c.Launch)] == [
        (MAP, 0, 0), (MAP, 1, 0), (REDUCE, 0, 0), (REDUCE + 1, 0, 0),
    ]  # fmt: skip
    assert desk.all(c.JobSucceeded) == [c.JobSucceeded(0), c.JobSucceeded(1)]


def test_a_job_may_be_for_a_shuffle_alone() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(JobSpec(5, (StageSpec(MAP, range(2), shuffle=SHUFFLE),)))
    assert desk.all(c.JobSucceeded) == []
    desk.succeed_all()
    assert desk.said[-1] == c.JobSucceeded(5)
    assert [o.path for o in desk.state.outputs(SHUFFLE) if o] == ["0/0/0", "0/1/0"]
    again = desk.submit(JobSpec(6, (StageSpec(MAP, range(2), shuffle=SHUFFLE),)))
    assert again == [c.JobSucceeded(6)]


def test_a_lineage_of_thousands_of_stages() -> None:
    desk = Desk()
    desk.submit(
        JobSpec(
            0,
            tuple(
                StageSpec(n, range(1), (n - 1,) if n else (), shuffle=n if n < 5000 else None)
                for n in range(5001)
            ),
        )
    )
    desk.scheduler.handle(e.WorkerJoined(1, "a"), 0.0)
    assert desk.cancel()[-1:] == [c.Cancel(1, AttemptId(0, 0, 0), "job 0 failed: Ctrl-C")]


def test_jobs_are_first_come_first_served() -> None:
    desk = Desk()
    desk.submit(chain(2))
    desk.submit(chain(1, job=1))
    desk.join(1)
    desk.succeed_all()
    assert [launch.attempt.stage for launch in desk.all(c.Launch)] == [REDUCE, REDUCE, REDUCE + 1]


def test_a_later_job_uses_workers_that_an_earlier_one_cannot() -> None:
    desk = Desk()
    desk.submit(chain(1, 1))
    desk.submit(chain(1, job=1))
    desk.join(1, 2)
    assert launched(desk.said) == [(1, (MAP, 0, 0)), (2, (REDUCE + 1, 0, 0))]


def test_a_stage_moves_up_when_an_earlier_job_comes_to_need_it() -> None:
    desk = Desk()
    desk.join(1, node="a")
    desk.submit(chain(1, 1, 2))
    desk.succeed(1, node="x")
    desk.succeed(1, node="y")  # job 0 reads shuffle 101, and no longer 100
    desk.lose_node("x")
    desk.submit(chain(2, job=1))
    reader = StageSpec(REDUCE + 2, range(1), parents=(0,))
    desk.submit(JobSpec(2, (StageSpec(0, range(1), shuffle=SHUFFLE), reader)))
    assert launched(desk.lose_node("y")) == []  # now job 0 needs both again
    order = []
    while desk.running:
        order.append(desk.running[1].attempt.stage)
        desk.succeed(1)
    assert order == [REDUCE, 0, 1, REDUCE, REDUCE + 1, REDUCE + 1, REDUCE + 2]


def test_cancelling_a_job_stops_its_attempts_and_frees_their_workers() -> None:
    desk = Desk()
    desk.submit(chain(2, 1))
    desk.join(1)
    failed, dropped, cancel = desk.cancel()
    assert isinstance(failed, c.JobFailed)
    assert (failed.failure.cause, failed.attempt) == (Cause.CANCELLED, None)
    assert dropped == c.StageDropped(MAP)
    assert cancel == c.Cancel(1, AttemptId(MAP, 0, 0), "job 0 failed: Ctrl-C")
    assert not desk.state.idle()  # the worker has yet to stop
    assert launched(desk.submit(chain(1, job=1))) == []
    assert launched(desk.fail(1, Cause.CANCELLED)) == [(1, (REDUCE + 1, 0, 0))]


def test_cancelling_a_job_leaves_what_another_needs() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(1, 1))
    desk.submit(chain(1, 1, job=1))
    assert only(desk.cancel(0), c.Cancel) == []
    desk.succeed_all()
    assert desk.all(c.JobSucceeded) == [c.JobSucceeded(1)]


def test_attempt_numbers_and_epochs_are_not_used_again_by_a_later_job() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(1, 1, 1))
    desk.succeed(1)  # stage 0 is complete, stage 1 runs
    desk.cancel()
    desk.fail(1, Cause.CANCELLED)
    (launch,) = only(desk.submit(chain(1, 1, 1, job=1)), c.Launch)
    assert launch.attempt == (1, 0, 1)
    assert launch.epoch == 1


def test_what_a_cancelled_attempt_still_wrote_is_discarded() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(1, 1))
    desk.cancel()
    assert desk.succeed(1) == [c.OutputDiscarded(MapOutput("a", "0/0/0"))]
    assert not desk.state.shuffle_complete(SHUFFLE)


def test_a_dropped_shuffle_is_forgotten_with_its_files() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(2, 1))
    desk.succeed_all()
    assert desk.tell(e.ShuffleDropped(SHUFFLE)) == [
        c.OutputDiscarded(MapOutput("a", "0/0/0")),
        c.OutputDiscarded(MapOutput("a", "0/1/0")),
        c.ShuffleForgotten(SHUFFLE),
    ]
    assert desk.state.outputs(SHUFFLE) == ()


def test_a_shuffle_dropped_while_it_is_read_goes_when_the_job_ends() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(1, 1))
    desk.succeed(1)
    assert desk.tell(e.ShuffleDropped(SHUFFLE)) == []
    discarded = c.OutputDiscarded(MapOutput("a", "0/0/0"))
    assert discarded in desk.succeed(1)


def test_a_dropped_shuffle_can_be_made_again_while_a_job_falls_back_on_it() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(1, 1, 1))
    desk.succeed(1, node="x")
    desk.succeed(1, node="y")  # shuffle 100 is no longer read, as long as 101 stays
    assert desk.tell(e.ShuffleDropped(SHUFFLE)) == []
    desk.lose_node("x")
    desk.lose_node("y")
    assert launched(desk.cannot_read(1, AttemptId(1, 0, 0), node="y")) == [(1, (MAP, 0, 1))]
    desk.succeed_all()
    assert desk.said[-3:] == [
        c.JobSucceeded(0),
        c.OutputDiscarded(MapOutput("a", "0/0/1")),
        c.ShuffleForgotten(SHUFFLE),
    ]


def test_a_duplicate_success_changes_nothing() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(2, 1))
    attempt = desk.running[1].attempt
    desk.succeed(1)
    assert desk.tell(e.TaskSucceeded(1, attempt, output_of(attempt))) == []


@pytest.mark.parametrize(
    "stages",
    [
        (StageSpec(REDUCE, range(1), parents=(MAP,)),),
        (StageSpec(MAP, range(1)), StageSpec(REDUCE, range(1), parents=(MAP,))),
    ],
    ids=["parent missing", "parent without a shuffle"],
)
def test_a_job_that_makes_no_sense_is_refused_and_changes_nothing(
    stages: tuple[StageSpec, ...],
) -> None:
    desk = Desk()
    with pytest.raises(ValueError, match="no map stage before it"):
        desk.submit(JobSpec(0, stages))
    desk.state.check()
    assert desk.state.idle()


def test_a_job_id_in_use_is_refused() -> None:
    desk = Desk()
    desk.submit(chain(1))
    with pytest.raises(ValueError, match="not new"):
        desk.submit(chain(1))
