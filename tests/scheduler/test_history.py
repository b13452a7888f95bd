"""The record of a run: it can be run again, and it tells why a task ran where it did."""

from __future__ import annotations

import pytest
from tests.scheduler.desk import MAP, REDUCE, Desk, chain

from pyrite.core.ids import AttemptId, TaskId
from pyrite.core.outcome import Cause
from pyrite.scheduler.history import replay, story
from pyrite.testing.simulation import simulate


def eventful() -> Desk:
    desk = Desk()
    desk.join(1, node="a")
    desk.join(2, node="b")
    desk.submit(chain(1, 2))
    desk.now = 1.0
    desk.succeed(1)
    desk.now = 2.5
    desk.lose(1)
    desk.now = 3.0
    desk.cannot_read(2, AttemptId(MAP, 0, 0))
    desk.succeed_all(node="b")
    return desk


def test_a_history_replays_step_by_step() -> None:
    history = eventful().scheduler.history
    assert list(replay(history)) == history.steps


@pytest.mark.parametrize("seed", range(100))
def test_a_simulated_history_replays_identically(seed: int) -> None:
    history = simulate(seed).history
    assert list(replay(history)) == history.steps


def test_the_story_of_a_task_says_why_it_ran_where() -> None:
    history = eventful().scheduler.history
    assert story(history, TaskId(MAP, 0)) == [
        "0.000 s: attempt 0 launched on worker 1 (a): first attempt",
        "1.000 s: attempt 0 succeeded on worker 1 (a)",
        "1.000 s: attempt 0 registered for shuffle 100: 0/0/0",
        "3.000 s: attempt 1 launched on worker 2 (b): map output unreadable: no such file",
        "3.000 s: attempt 1 succeeded on worker 2 (b)",
        "3.000 s: attempt 1 registered for shuffle 100: 0/0/1",
    ]
    retry = "failure 1 of 4 allowed: killed by signal 9"
    assert story(history, TaskId(REDUCE, 1)) == [
        "1.000 s: attempt 0 launched on worker 1 (a): first attempt",
        f"2.500 s: attempt 0 to be tried again: {retry}",
        f"3.000 s: attempt 1 launched on worker 2 (b): {retry}",
        "3.000 s: attempt 1 succeeded on worker 2 (b)",
        "3.000 s: attempt 1 accepted for job 0",
    ]


def test_the_story_of_a_task_that_failed_its_job() -> None:
    desk = Desk(max_attempts=1)
    desk.join(1)
    desk.submit(chain(1))
    desk.fail(1)
    assert story(desk.scheduler.history, TaskId(REDUCE, 0)) == [
        "0.000 s: attempt 0 launched on worker 1 (a): first attempt",
        "0.000 s: attempt 0 failed on worker 1 (a): error: boom",
        "0.000 s: attempt 0 failed job 0",
    ]


def test_the_story_of_a_task_that_could_not_read_and_was_cancelled() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(1, 1))
    desk.succeed(1)
    desk.cannot_read(1, AttemptId(MAP, 0, 0))
    desk.succeed(1)
    desk.now = 1.0
    desk.cancel()
    desk.fail(1, Cause.CANCELLED)
    again = "input lost: no such file"
    assert story(desk.scheduler.history, TaskId(REDUCE, 0)) == [
        "0.000 s: attempt 0 launched on worker 1 (a): first attempt",
        "0.000 s: attempt 0 on worker 1 (a) could not read output 0 of shuffle 100 on a: "
        "no such file",
        f"0.000 s: attempt 0 to be tried again: {again}",
        f"0.000 s: attempt 1 launched on worker 1 (a): {again}",
        "1.000 s: attempt 1 cancelled on worker 1 (a): job 0 failed: Ctrl-C",
        "1.000 s: attempt 1 failed on worker 1 (a): cancelled: boom",
    ]
