"""What must hold between any two events. For tests: it looks at everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyrite.scheduler.outputs import Shuffle
from pyrite.scheduler.pending import DONE, PENDING, RUNNING
from pyrite.scheduler.stages import TOGETHER, StageRun

if TYPE_CHECKING:
    from pyrite.scheduler.state import SchedulerState


def check(state: SchedulerState) -> None:
    """Raise AssertionError if the state contradicts itself."""
    graph = state._graph
    for stage in graph.stages.values():
        _check_stage(state, stage)
    for shuffle in graph.shuffles.values():
        _check_shuffle(state, shuffle)
    _check_workers(state)
    for job, result in state._jobs.items():
        assert result.active, f"job {job} has lost its result stage"
        assert result.output is None
        assert result.owner.id == job
    results = [stage for stage in graph.stages.values() if stage.output is None]
    assert len(results) == len(state._jobs), "a result stage without a job"
    order = [stage.order for stage in graph.ready]
    assert order == sorted(set(order))
    assert all(stage.active and stage.in_ready for stage in graph.ready)
    placement = state._placement
    for left in (state._commands, placement.freed, placement.requeued, graph.opened):
        assert not left, "left over from the last event"
    if not state._jobs:
        assert not graph.stages, "stages in play without a job"
        assert not len(graph.ready)
        assert not len(state._hung)


def _check_stage(state: SchedulerState, stage: StageRun) -> None:
    assert stage.active
    assert stage.lineage in [result.owner for result in state._jobs.values()], "an ended job's plan"
    assert stage.lineage.stages[stage.id][1] == stage.spec
    counts = {what: stage.states.count(what) for what in (PENDING, RUNNING, DONE)}
    assert stage.pending.count == counts[PENDING]
    assert stage.done == counts[DONE]
    assert stage.remaining or stage.waiting, f"stage {stage.id} is in play with nothing to do"
    assert len(stage.running) == counts[RUNNING]
    for index, attempts in stage.running.items():
        assert stage.states[index] == RUNNING
        assert 1 <= len(attempts) <= 2
        for attempt in attempts:
            assert attempt.wanted
            assert attempt.worker.attempt is attempt
            assert state._workers.get(attempt.worker.id) is attempt.worker
            assert attempt.id.number <= stage.last_number
    assert all(n < state.policy.max_attempts for n in stage.failures.values())
    if stage.spec.barrier:
        _check_barrier(stage)
    else:
        assert not stage.held
        assert all(stage.states[index] != DONE for index in stage.failures)
    assert stage.fetch_failures < state.policy.max_fetch_failures
    assert stage.waiting == sum(bool(shuffle.missing) for shuffle in stage.inputs)
    assert stage.in_ready == (not stage.waiting and stage.pending.count > 0)
    assert all(shuffle.readers[stage.id] is stage for shuffle in stage.inputs)
    if stage.output is not None:
        assert stage.output.maker is stage
        assert stage.output.readers, f"nobody needs stage {stage.id}"
        for known, state_ in zip(stage.output.outputs, stage.states, strict=True):
            assert (known is not None) == (state_ == DONE and not stage.spec.barrier)


def _check_barrier(stage: StageRun) -> None:
    assert set(stage.failures) <= {TOGETHER}
    assert stage.pending.count in (0, len(stage.states)), "not all of a barrier stage is launched"
    held = {index for index, _, _ in stage.held}
    assert held == {index for index, state_ in enumerate(stage.states) if state_ == DONE}
    attempts = [attempt.id for copies in stage.running.values() for attempt in copies]
    attempts += [id for _, id, _ in stage.held]
    assert all(id.number == stage.last_number for id in attempts), "of different tries"


def _check_shuffle(state: SchedulerState, shuffle: Shuffle) -> None:
    assert state._graph.shuffles[shuffle.id] is shuffle
    assert shuffle.missing == shuffle.outputs.count(None)
    assert (shuffle.maker is not None) == bool(shuffle.readers and shuffle.missing)
    for reader in (*shuffle.readers.values(), *([shuffle.maker] if shuffle.maker else [])):
        assert state._graph.stages[reader.id] is reader
    if shuffle.id in state._dropped:
        jobs = [result.owner for result in state._jobs.values()]
        assert any(shuffle.stage in job.stages for job in jobs), "a dropped shuffle is kept"


def _check_workers(state: SchedulerState) -> None:
    workers = state._workers
    for worker in workers.all():
        assert (worker.attempt is None) == (worker.id in workers.idle)
        assert (worker.id in workers.idle_by_node.get(worker.node, {})) == (
            worker.id in workers.idle
        )
        assert all(worker.id in workers.by_place[place] for place in worker.places)
        if worker.attempt is not None:
            attempt = worker.attempt
            held = attempt in attempt.stage.running.get(attempt.index, ())
            assert held == attempt.wanted
            if state.policy.task_timeout:
                assert (attempt in state._hung) == attempt.wanted
            if state.policy.cancel_grace:
                assert (attempt in state._stopping) != attempt.wanted
    since = [worker.idle_since for worker in workers.idle.values()]
    assert since == sorted(since), "the longest idle worker must come first"
    assert sum(map(len, workers.by_place.values())) == 2 * len(workers.all())
    assert all(workers.by_place.values()), "a place without workers"
    for stage in state._graph.ready:
        if stage.spec.barrier:
            enough = len(workers.idle) >= len(stage.states)
            assert not enough or stage.spec.pinned, "a barrier stage could have begun"
            if state._placement.gathers(stage):
                return
        elif workers.idle:
            _check_waiting(state, stage)


def _check_waiting(state: SchedulerState, stage: StageRun) -> None:
    """Its pending tasks have a reason not to be taken by an idle worker."""
    for index in (index for index, s in enumerate(stage.states) if s == PENDING):
        places = stage.pending.places(index)
        assert places, "an idle worker and a task it might run"
        assert stage.pending.held(index) or (
            state.policy.locality_wait > 0 and not stage.spec.pinned
        ), "it need not wait"
        assert not any(state._workers.idle_at(place) for place in places), "its place is idle"
