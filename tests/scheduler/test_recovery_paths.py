"""Each recovery path has a scenario that fails when the path is switched off.

Faults mask one another: without the invalidation of a lost node's outputs, for instance, fetch
failures find them one by one, and the answer is right all the same, only late. So a scenario
looks at the path itself and at a budget of attempts, and each is run twice: as things are, and
with the path patched out, when it must fail. Where the simulation's judge can see the fault as
well, some seeds must show it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

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
    pinned,
)

from pyrite.core.ids import AttemptId, worker_place
from pyrite.core.outcome import Cause
from pyrite.core.specs import JobSpec, StageSpec
from pyrite.scheduler import commands as c
from pyrite.scheduler import events as e
from pyrite.scheduler import placement as placement_module
from pyrite.scheduler.deadlines import Deadlines
from pyrite.scheduler.graph import StageGraph
from pyrite.scheduler.outputs import Shuffle
from pyrite.scheduler.pending import PENDING, PendingTasks
from pyrite.scheduler.placement import Placement
from pyrite.scheduler.stages import StageRun
from pyrite.scheduler.state import SchedulerState
from pyrite.scheduler.workers import Workers
from pyrite.testing.simulation import simulate


def worker_loss_requeues() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(chain(1))
    assert launched(desk.lose(1)) == [(2, (REDUCE, 0, 1))]


def node_loss_invalidates_outputs() -> None:
    """No fetch failure is needed to find what is gone, and nothing else is done again."""
    desk = Desk()
    desk.join(1, node="a")
    desk.submit(chain(3, 1, 1))
    for node in ("b", "b", "a", "a"):
        desk.succeed(1, node)
    desk.cancel()
    desk.fail(1, Cause.CANCELLED)
    desk.tell(e.ShuffleDropped(SHUFFLE + 1))
    desk.lose_node("b")
    desk.submit(chain(3, 1, 1, job=1))
    before = len(desk.all(c.Launch))
    desk.succeed_all()
    again = [tuple(launch.attempt)[:2] for launch in desk.all(c.Launch)[before - 1 :]]
    assert again == [(0, 0), (0, 1), (1, 0), (REDUCE + 1, 0)]


def fetch_failure_unregisters() -> None:
    desk = Desk(max_attempts=1)
    desk.join(1)
    desk.submit(chain(1, 1))
    desk.succeed(1)
    assert launched(desk.cannot_read(1, AttemptId(MAP, 0, 0))) == [(1, (MAP, 0, 1))]


def stale_fetch_failure_is_harmless() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(chain(1, 2))
    desk.succeed(1)
    desk.cannot_read(1, AttemptId(MAP, 0, 0))
    desk.succeed(1)
    desk.cannot_read(2, AttemptId(MAP, 0, 0))
    assert desk.state.shuffle_complete(SHUFFLE)


def fetch_failures_are_bounded() -> None:
    desk = Desk(max_fetch_failures=2)
    desk.join(1)
    desk.submit(chain(1, 1))
    for number in range(2):
        desk.succeed(1)
        desk.cannot_read(1, AttemptId(MAP, 0, number))
    assert len(desk.all(c.JobFailed)) == 1


def new_inputs_are_a_new_epoch() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(1, 1))
    desk.succeed(1)
    desk.cannot_read(1, AttemptId(MAP, 0, 0))
    desk.succeed(1)
    assert [launch.epoch for launch in desk.all(c.Launch)][-1] == 1


def attempts_are_bounded() -> None:
    desk = Desk(max_attempts=4)
    desk.join(1)
    desk.submit(chain(1))
    for _ in range(4):
        desk.fail(1)
    assert len(desk.all(c.Launch)) == 4
    assert len(desk.all(c.JobFailed)) == 1


def slow_tasks_are_copied() -> None:
    desk = Desk(speculation=True, speculation_quantile=0.5)
    desk.join(1, 2)
    desk.submit(chain(2))
    desk.now = 1.0
    desk.succeed(1)
    assert launched(desk.tick(9.0)) == [(1, (REDUCE, 1, 1))]


def the_slower_copy_is_cancelled() -> None:
    desk = Desk(speculation=True, speculation_quantile=0.5)
    desk.join(1, 2)
    desk.submit(chain(2, 5))
    desk.now = 1.0
    desk.succeed(1)
    desk.tick(9.0)
    assert [cancel.worker for cancel in only(desk.succeed(1), c.Cancel)] == [2]


def hung_workers_are_killed() -> None:
    desk = Desk(task_timeout=5.0)
    desk.join(1, 2)
    desk.submit(chain(1))
    commands = desk.tick(5.0)
    assert [kill.worker for kill in only(commands, c.KillWorker)] == [1]
    assert launched(commands) == [(2, (REDUCE, 0, 1))]


def progress_saves_from_the_timeout() -> None:
    desk = Desk(task_timeout=5.0)
    desk.join(1)
    desk.submit(chain(1))
    desk.now = 4.0
    desk.tell(e.TaskProgress(1, desk.running[1].attempt, 100))
    assert desk.tick(5.0) == []


def an_end_of_waiting_for_locality() -> None:
    desk = Desk(locality_wait=2.0)
    desk.join(1, node="a")
    desk.submit(chain(1, preferred={0: ("b",)}))
    due = desk.state.next_tick(0.0)
    assert due == 2.0
    assert launched(desk.tick(due)) == [(1, (REDUCE, 0, 0))]


def the_lost_stay_lost() -> None:
    desk = Desk()
    desk.submit(chain(1))
    desk.lose(1)
    assert desk.join(1) == []


def needless_outputs_are_discarded() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(1, 1))
    attempt = desk.running[1].attempt
    desk.cancel()
    assert desk.succeed(1) == [c.OutputDiscarded(output_of(attempt))]


def a_dead_jobs_stages_leave() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(1, 1))
    assert [cancel.worker for cancel in only(desk.cancel(), c.Cancel)] == [1]


def tasks_go_where_their_input_lies() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(2, preferred={1: (worker_place(1),)}))
    assert desk.running[1].attempt == (REDUCE, 1, 0)


def a_task_becomes_ready_where_its_input_lies() -> None:
    desk = Desk()
    desk.join(1, node="a")
    desk.join(2, node="b")
    assert launched(desk.submit(chain(1, preferred={0: ("b",)}))) == [(2, (REDUCE, 0, 0))]


def pinned_tasks_wait_for_their_place() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(pinned({0: (worker_place(1),), 1: (worker_place(1),)}))
    assert len(launched(desk.said)) == 1


def pinned_tasks_are_free_when_their_place_is_lost() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(pinned({0: (worker_place(1),), 1: (worker_place(1),)}))
    assert launched(desk.lose(1)) == [(2, (REDUCE, 1, 0))]


def pinned_tasks_are_copied_in_their_place() -> None:
    desk = Desk(speculation=True, speculation_quantile=0.5)
    desk.join(1, 2)
    desk.submit(pinned({0: (worker_place(1),)}, size=2))
    desk.now = 1.0
    desk.succeed(2)
    assert launched(desk.tick(9.0)) == []


def nobody_waits_for_time_to_free_a_pinned_task() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(pinned({0: (worker_place(1),), 1: (worker_place(1),)}))
    assert desk.state.next_tick(0.0) is None


def a_newer_plan_counts() -> None:
    desk = Desk()
    desk.submit(pinned({0: ("a",)}, before=1))
    source = StageSpec(5, range(1), shuffle=SHUFFLE + 5)
    middle = StageSpec(MAP, range(1), (5,), SHUFFLE)
    desk.submit(JobSpec(1, (source, middle, StageSpec(REDUCE + 1, range(1), (MAP,)))))
    assert launched(desk.join(1)) == [(1, (5, 0, 0))]


def the_plan_of_an_ended_job_does_not_count() -> None:
    desk = Desk()
    desk.submit(pinned({0: ("a",)}, before=1))
    source = StageSpec(5, range(1), shuffle=SHUFFLE + 5)
    middle = StageSpec(MAP, range(1), (5,), SHUFFLE)
    desk.submit(JobSpec(1, (source, middle, StageSpec(REDUCE + 1, range(1), (MAP,)))))
    desk.cancel(1)
    assert launched(desk.join(1)) == [(1, (MAP, 0, 0))]


def barrier_tasks_begin_together() -> None:
    desk = Desk()
    desk.join(1)
    assert launched(desk.submit(barrier(2))) == []


def barrier_stages_are_not_overtaken_for_ever() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(chain(1))
    desk.submit(barrier(2, job=1))
    assert launched(desk.submit(chain(9, job=2))) == []


def what_a_barrier_stage_gathered_is_let_go() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(chain(1))
    desk.submit(barrier(2, job=1))
    desk.submit(chain(1, job=2))
    assert launched(desk.cancel(1)) == [(2, (REDUCE + 2, 0, 0))]


def barrier_tasks_start_over_together() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(barrier(2))
    desk.succeed(1)
    assert [attempt for _, attempt in launched(desk.fail(2))] == [(REDUCE, 0, 1), (REDUCE, 1, 1)]


def barrier_tasks_count_together() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(barrier(2))
    assert only(desk.succeed(1), c.Accept) == []
    assert len(only(desk.succeed(2), c.Accept)) == 2


def barrier_tasks_fail_together() -> None:
    desk = Desk(max_attempts=2)
    desk.join(1, 2)
    desk.submit(barrier(2))
    desk.fail(1)
    desk.fail(2, Cause.CANCELLED)
    assert only(desk.fail(2), c.JobFailed)


def barrier_outputs_are_lost_together() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(barrier(2, 1, at=0))
    desk.succeed(1)
    desk.succeed(2)
    reader = next(iter(desk.running))
    assert len(launched(desk.cannot_read(reader, AttemptId(MAP, 0, 0)))) == 2


def outputs_held_back_are_lost_with_their_node() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(barrier(2, 1, at=0))
    desk.succeed(1, node="b")
    assert len(only(desk.lose_node("b"), c.Cancel)) == 1


def outputs_held_back_go_with_their_try() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(barrier(2, 1, at=0))
    desk.succeed(1)
    assert len(only(desk.fail(2), c.OutputDiscarded)) == 1


class Path(NamedTuple):
    """A scenario, and how to switch off what it is about."""

    scenario: Callable[[], None]
    owner: Any
    name: str
    instead: Any
    simulated: bool = True
    """Whether the simulation must notice as well."""
    seeds: int = 100
    """Within how many schedules."""


def _forget_worker(self: SchedulerState, event: e.WorkerLost, now: float) -> None:
    self._workers.lose(event.worker)


def _find_any(self: Shuffle, partition: int, output: object) -> int:
    return list(self.partitions).index(partition) if not self.missing else -1


def _join_always(self: Workers, worker: int, node: str, now: float) -> Any:
    self._gone.discard(worker)
    return JOIN(self, worker, node, now)


def _open_without_epoch(self: StageGraph, stage: StageRun, now: float) -> None:
    stage.changed = False
    OPEN(self, stage, now)


def _finish_but_keep_copies(self: StageRun, index: int) -> list[Any]:
    FINISH(self, index)
    return []


def _take_of_node(self: PendingTasks, places: Any) -> int:
    return TAKE_LOCAL(self, [place for place in places if ":" not in place])


def _copy_anywhere(self: Placement, stage: StageRun, index: int) -> Any:
    return next(iter(self._workers.idle.values()))


def _due_for_any_stage(self: Placement) -> float | None:
    for worker in self._workers.idle.values():
        return min((self._any_from(worker, stage) for stage in self._graph.ready), default=None)
    return None


def _launch_some(self: Placement, stage: StageRun) -> bool:
    pending = [index for index, task in enumerate(stage.states) if task == PENDING]
    for worker, index in zip(list(self._workers.idle.values()), pending, strict=False):
        self._launch(stage, index, worker, "too early")
    return True


def _requeue_alone(self: SchedulerState, attempt: Any, reason: str, shun: Any) -> None:
    attempt.stage.requeue(attempt.index, reason)
    self._graph.ready.add(attempt.stage)


def _succeed_alone(self: SchedulerState, event: e.TaskSucceeded, now: float) -> None:
    attempt = self._ended(event.worker, event.attempt, now)
    if attempt is not None and attempt.wanted:
        attempt.stage.finish(attempt.index)
        self._settle(attempt.stage, attempt.index, attempt.id, event.output)
        if not attempt.stage.remaining:
            self._finish(attempt.stage, now)


def _count_alone(self: StageRun, index: int) -> int:
    self.failures[index] = self.failures.get(index, 0) + 1
    return self.failures[index]


def _lose_node_but_not_held(self: SchedulerState, event: e.NodeLost, now: float) -> None:
    stages = [stage for stage in self._graph.stages.values() if stage.held]
    held = [(stage, list(stage.held)) for stage in stages]
    for stage in stages:
        stage.held.clear()
    NODE_LOST(self, event, now)
    for stage, back in held:
        stage.held.extend(back if stage.done else [])


TAKE_LOCAL = PendingTasks.take_local
NODE_LOST = SchedulerState._node_lost
JOIN, OPEN, FINISH = Workers.join, StageGraph._open, StageRun.finish

PATHS = [
    Path(worker_loss_requeues, SchedulerState, "_worker_lost", _forget_worker),
    Path(node_loss_invalidates_outputs, Shuffle, "on_node", lambda self, node: []),
    Path(fetch_failure_unregisters, Shuffle, "find", lambda self, partition, output: -1),
    Path(stale_fetch_failure_is_harmless, Shuffle, "find", _find_any),
    Path(fetch_failures_are_bounded, SchedulerState, "_fail_jobs", lambda self, *_: None),
    Path(attempts_are_bounded, SchedulerState, "_fail_jobs", lambda self, *_: None),
    Path(new_inputs_are_a_new_epoch, StageGraph, "_open", _open_without_epoch),
    Path(slow_tasks_are_copied, placement_module, "slow_tasks", lambda *_: [], simulated=False),
    Path(the_slower_copy_is_cancelled, StageRun, "finish", _finish_but_keep_copies),
    Path(hung_workers_are_killed, Deadlines, "pop_due", lambda self, now: []),
    Path(progress_saves_from_the_timeout, SchedulerState, "_task_progress", lambda self, *_: None,
         simulated=False),
    Path(an_end_of_waiting_for_locality, SchedulerState, "next_tick", lambda self, now: None),
    Path(the_lost_stay_lost, Workers, "join", _join_always),
    Path(needless_outputs_are_discarded, StageGraph, "is_registered", lambda self, *_: True),
    Path(a_dead_jobs_stages_leave, SchedulerState, "_cancel", lambda self, *_: None),
    Path(tasks_go_where_their_input_lies, PendingTasks, "take_local", _take_of_node),
    Path(a_task_becomes_ready_where_its_input_lies, Workers, "idle_at", lambda *_: None),
    Path(barrier_tasks_begin_together, Placement, "_launch_together", _launch_some),
    Path(barrier_stages_are_not_overtaken_for_ever, Placement, "gathers", lambda *_: False,
         simulated=False),
    Path(what_a_barrier_stage_gathered_is_let_go, StageGraph, "_make_wait",
         lambda self, stage: self.ready.discard(stage), simulated=False),
    Path(barrier_tasks_start_over_together, SchedulerState, "_requeue", _requeue_alone),
    Path(barrier_tasks_count_together, SchedulerState, "_task_succeeded", _succeed_alone),
    Path(barrier_tasks_fail_together, StageRun, "count_failure", _count_alone),
    Path(barrier_outputs_are_lost_together, StageGraph, "_discard_registered", lambda *_: None),
    Path(outputs_held_back_are_lost_with_their_node, SchedulerState, "_node_lost",
         _lose_node_but_not_held, seeds=400),
    Path(outputs_held_back_go_with_their_try, StageGraph, "_discard_held",
         lambda self, stage: stage.held.clear()),
    Path(a_newer_plan_counts, StageGraph, "_follow", lambda *_: None),
    Path(the_plan_of_an_ended_job_does_not_count, StageGraph, "job_ended", lambda *_: None),
    Path(pinned_tasks_wait_for_their_place, PendingTasks, "held", lambda *_: False),
    Path(pinned_tasks_are_free_when_their_place_is_lost, StageGraph, "desert", lambda *_: None),
    Path(pinned_tasks_are_copied_in_their_place, Placement, "_choose_for_copy", _copy_anywhere),
    Path(nobody_waits_for_time_to_free_a_pinned_task, Placement, "next_due", _due_for_any_stage),
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.scenario.__name__)
class TestPath:
    def test_works(self, path: Path) -> None:
        path.scenario()

    def test_is_missed_when_it_is_off(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(path.owner, path.name, path.instead)
        with pytest.raises((AssertionError, KeyError, ValueError)):
            path.scenario()

    def test_is_missed_by_the_simulation(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        if not path.simulated:
            pytest.skip("a matter of speed, which the judge does not look at, or too rare")
        monkeypatch.setattr(path.owner, path.name, path.instead)
        with pytest.raises((AssertionError, KeyError, ValueError)):
            simulate_all(range(path.seeds))


def simulate_all(seeds: range) -> None:
    for seed in seeds:
        simulate(seed)
