"""Second copies of slow tasks."""

from __future__ import annotations

from statistics import median_high

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scheduler.desk import MAP, REDUCE, Desk, chain, launched, only

from pyrite.core.ids import AttemptId
from pyrite.core.specs import MapOutput
from pyrite.scheduler import commands as c
from pyrite.scheduler.speculation import Median


def slow_last_task(**policy: object) -> Desk:
    """Four result tasks on four workers; three took a second each, the last one runs on."""
    desk = Desk(**{"speculation": True, "speculation_quantile": 0.75, **policy})
    desk.join(1, 2, node="a")
    desk.join(3, 4, node="b")
    desk.submit(chain(4))
    desk.now = 1.0
    for worker in (3, 1, 2):
        desk.succeed(worker)
    return desk


def test_a_slow_task_gets_one_copy_on_another_node() -> None:
    desk = slow_last_task()
    assert launched(desk.tick(3.0)) == []  # three times the median, and not more
    assert launched(desk.tick(3.1)) == [(1, (REDUCE, 3, 1))]  # though 3 is idle for longer
    assert launched(desk.tick(50.0)) == []


def test_the_copy_runs_on_the_same_node_if_there_is_no_other() -> None:
    desk = slow_last_task()
    desk.lose(1)
    desk.lose(2)
    assert launched(desk.tick(9.0)) == [(3, (REDUCE, 3, 1))]


@pytest.mark.parametrize("winner", [1, 4], ids=["copy", "original"])
def test_the_first_to_succeed_counts_and_the_other_is_cancelled(winner: int) -> None:
    desk = slow_last_task()
    desk.tick(9.0)
    attempts = {worker: desk.running[worker].attempt for worker in (1, 4)}
    (loser,) = {1, 4} - {winner}
    accept, cancel, *rest = desk.succeed(winner)
    assert accept == c.Accept(0, attempts[winner])
    assert cancel == c.Cancel(loser, attempts[loser], "another attempt finished first")
    assert rest[-1] == c.JobSucceeded(0)
    assert desk.succeed(loser) == []


def test_the_output_of_the_slower_copy_is_discarded() -> None:
    desk = Desk(speculation=True, speculation_quantile=0.5)
    desk.join(1, 2)
    desk.submit(chain(2, 1))
    desk.now = 1.0
    desk.succeed(1)
    assert launched(desk.tick(9.0)) == [(1, (MAP, 1, 1))]
    desk.succeed(1)
    assert c.OutputDiscarded(MapOutput("a", "0/1/0")) in desk.succeed(2)


def test_when_one_copy_fails_the_other_runs_on() -> None:
    desk = slow_last_task()
    desk.tick(9.0)
    commands = desk.fail(4)
    assert (launched(commands), only(commands, c.TaskRequeued)) == ([], [])
    assert desk.succeed(1)[-1] == c.JobSucceeded(0)


def test_failures_of_copies_are_counted_together() -> None:
    desk = slow_last_task(max_attempts=2)
    desk.tick(9.0)
    desk.fail(4)
    (failed,) = only(desk.fail(1), c.JobFailed)
    assert failed.attempt == AttemptId(REDUCE, 3, 1)


def test_no_copies_by_default() -> None:
    assert launched(slow_last_task(speculation=False).tick(99.0)) == []


def test_no_copies_before_most_tasks_are_done() -> None:
    assert launched(slow_last_task(speculation_quantile=0.9).tick(99.0)) == []


def test_no_copies_of_young_attempts() -> None:
    desk = slow_last_task(speculation_min_runtime=60.0)
    assert launched(desk.tick(60.0)) == []
    assert launched(desk.tick(60.2)) == [(1, (REDUCE, 3, 1))]


def test_ticks_are_asked_for_while_there_may_be_something_to_copy() -> None:
    desk = slow_last_task(speculation_interval=0.5)
    desk.tick(2.0)
    assert desk.state.next_tick(2.0) == 2.5
    desk.succeed(4)
    assert desk.state.next_tick(2.0) is None


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_the_median_of_a_stream(values: list[float]) -> None:
    median = Median()
    for value in values:
        median.add(value)
    assert median.value == median_high(values)
