"""Stages whose tasks run where their input is, and nowhere else."""

from __future__ import annotations

import pytest
from tests.scheduler.desk import MAP, REDUCE, Desk, chain, launched, only, pinned

from pyrite.core.ids import AttemptId, worker_place
from pyrite.core.outcome import Cause
from pyrite.scheduler import commands as c

HERE, THERE = worker_place(1), worker_place(2)


def test_a_pinned_task_waits_for_its_worker_however_idle_others_are() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(pinned({0: (HERE,), 1: (HERE,)}))
    assert launched(desk.said) == [(1, (REDUCE, 0, 0))]
    assert launched(desk.tick(1000.0)) == []
    assert launched(desk.join(3)) == []
    assert launched(desk.succeed(1)) == [(1, (REDUCE, 1, 0))]


def test_a_pinned_task_runs_on_any_worker_of_its_node() -> None:
    desk = Desk()
    desk.join(1, node="a")
    desk.submit(pinned({0: ("b",), 1: ("b",)}, size=3))
    desk.join(2, 3, node="b")
    assert launched(desk.said) == [
        (1, (REDUCE, 2, 0)), (2, (REDUCE, 0, 0)), (3, (REDUCE, 1, 0)),
    ]  # fmt: skip


def test_tasks_without_a_place_run_anywhere() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(pinned({0: (HERE,)}, size=3))
    assert launched(desk.said) == [(1, (REDUCE, 0, 0)), (2, (REDUCE, 1, 0))]
    assert launched(desk.succeed(2)) == [(2, (REDUCE, 2, 0))]


def test_no_time_is_waited_for() -> None:
    desk = Desk(locality_wait=3.0)
    desk.join(1, 2)
    desk.submit(pinned({0: (HERE,), 1: (HERE,)}))
    assert desk.state.next_tick(0.0) is None
    desk.lose(1)
    assert launched(desk.said) == [(1, (REDUCE, 0, 0)), (2, (REDUCE, 1, 0))]


@pytest.mark.parametrize("place", ["nowhere", worker_place(99)])
def test_a_task_pinned_to_where_nobody_lives_runs_anywhere(place: str) -> None:
    desk = Desk(locality_wait=3.0)
    desk.join(1)
    assert launched(desk.submit(pinned({0: (place,)}))) == [(1, (REDUCE, 0, 0))]


def test_a_task_whose_worker_is_lost_while_it_is_pending_runs_anywhere() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(pinned({0: (HERE,), 1: (HERE,), 2: (HERE,)}))
    assert launched(desk.lose(1)) == [(2, (REDUCE, 1, 0))]
    assert launched(desk.succeed(2)) == [(2, (REDUCE, 2, 0))]  # tried before comes after
    assert launched(desk.succeed(2)) == [(2, (REDUCE, 0, 1))]


def test_a_task_is_free_only_when_all_its_places_are_deserted() -> None:
    desk = Desk()
    desk.join(1, 2, node="a")
    desk.join(3, node="b")
    desk.submit(chain(2))  # keeps 1 and 2 busy
    desk.submit(pinned({0: (HERE, THERE)}, job=1))
    assert launched(desk.lose(1)) == [(3, (REDUCE, 0, 1))]
    assert launched(desk.succeed(3)) == []
    assert launched(desk.lose(2)) == [(3, (REDUCE, 1, 1))]
    assert launched(desk.succeed(3)) == [(3, (REDUCE + 1, 0, 0))]


def test_a_lost_node_frees_what_was_pinned_to_it_and_to_its_workers() -> None:
    desk = Desk()
    desk.join(1, 2, node="a")
    desk.join(3, 4, 5, node="b")
    desk.submit(chain(2))
    desk.submit(pinned({0: ("a",), 1: (HERE, "a"), 2: (THERE,)}, job=1))
    commands = desk.lose_node("a", 1, 2)
    assert len(launched(commands)) == 3
    desk.succeed_all()
    assert desk.all(c.JobSucceeded) == [c.JobSucceeded(0), c.JobSucceeded(1)]


def test_a_place_that_comes_to_life_holds_its_tasks_again_until_it_is_deserted() -> None:
    desk = Desk()
    desk.join(1, node="a")
    desk.submit(pinned({0: ("b",), 1: ("b",), 2: ("b",)}))
    assert launched(desk.join(2, node="b")) == [(2, (REDUCE, 1, 0))]
    assert launched(desk.succeed(1)) == []  # though task 2 was free to run here a moment ago
    assert launched(desk.lose(2)) == [(1, (REDUCE, 2, 0))]
    assert launched(desk.succeed(1)) == [(1, (REDUCE, 1, 1))]


def test_a_worker_lost_before_the_stage_is_ready_holds_nothing() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(pinned({0: (HERE,)}, before=1))
    assert launched(desk.lose(1)) == [(2, (MAP, 0, 1))]
    assert launched(desk.succeed(2)) == [(2, (REDUCE, 0, 0))]


def test_a_failed_pinned_task_is_tried_again_in_its_place() -> None:
    desk = Desk(max_attempts=4)
    desk.join(1, 2)
    desk.submit(pinned({0: (HERE,), 1: (HERE,)}))
    assert launched(desk.fail(1)) == [(1, (REDUCE, 1, 0))]
    assert launched(desk.fail(1)) == [(1, (REDUCE, 0, 1))]
    assert launched(desk.fail(1)) == [(1, (REDUCE, 1, 1))]
    desk.succeed_all()
    assert desk.said[-1] == c.JobSucceeded(0)


def test_a_failed_pinned_task_is_tried_again_in_another_of_its_places() -> None:
    desk = Desk()
    desk.join(1, 2, 3)
    desk.submit(pinned({0: (HERE, THERE)}))
    assert launched(desk.fail(1)) == [(2, (REDUCE, 0, 1))]


def test_a_busy_place_does_not_keep_others_from_later_stages() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(pinned({0: (HERE,), 1: (HERE,)}))
    assert launched(desk.submit(chain(1, job=1))) == [(2, (REDUCE + 1, 0, 0))]


def slow_pinned_task(*places: str) -> Desk:
    """Two tasks, the second of which, pinned to ``places``, runs on worker 1 and on."""
    desk = Desk(speculation=True, speculation_quantile=0.5)
    desk.join(1, node="a")
    desk.submit(pinned({1: places}, size=2))
    desk.join(2, node="b")
    desk.now = 1.0
    desk.succeed(2)
    assert desk.running[1].attempt == AttemptId(REDUCE, 1, 0)
    return desk


def test_no_copies_outside_the_places_of_a_task() -> None:
    desk = slow_pinned_task(HERE)
    assert launched(desk.tick(9.0)) == []
    assert desk.state.next_tick(9.0) == 9.1


def test_a_copy_in_another_place_of_the_task() -> None:
    desk = slow_pinned_task(HERE, worker_place(3), "c")
    assert launched(desk.join(3, node="a")) == []
    assert launched(desk.tick(9.0)) == [(3, (REDUCE, 1, 1))]


def test_a_copy_in_a_place_on_another_node_if_there_is_one() -> None:
    desk = slow_pinned_task(HERE, worker_place(3), "c")
    desk.join(3, node="a")
    desk.join(4, node="c")
    assert launched(desk.tick(9.0)) == [(4, (REDUCE, 1, 1))]


def test_cancelled_pinned_tasks_leave_nothing_behind() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(pinned({0: (HERE,), 1: (HERE,)}))
    assert len(only(desk.cancel(), c.Cancel)) == 1
    assert desk.fail(1, Cause.CANCELLED) == []
    assert desk.state.idle()
