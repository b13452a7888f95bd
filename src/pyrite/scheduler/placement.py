"""Which idle worker takes which pending task.

What has become possible is launched at the end of an event, when the dust has settled. Between
events one thing holds: while a worker is idle, no task that it might run is pending. So a freed
worker need only look at ready stages, and a task that becomes pending only at idle workers, and
neither is ever searched for.

A barrier stage takes as many idle workers as it has tasks, or none. So that those behind it in the
queue do not take each worker that is freed before it has enough, they get none while it waits: it
*gathers* workers. It does so only while enough of them live, whatever they do at present; else it
would keep others waiting for workers that may be slow to come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from pyrite.core.ids import WorkerId
from pyrite.scheduler.graph import StageGraph
from pyrite.scheduler.matching import match
from pyrite.scheduler.pending import PENDING
from pyrite.scheduler.policy import Policy
from pyrite.scheduler.speculation import slow_tasks
from pyrite.scheduler.stages import StageRun
from pyrite.scheduler.workers import Worker, Workers

Launch: TypeAlias = Callable[[StageRun, int, Worker, str], None]
"""Told of a stage, the index of a pending task of it, an idle worker, and a reason."""


class Placement:
    """Brings pending tasks and idle workers together, and has them launched with ``launch``."""

    def __init__(self, policy: Policy, workers: Workers, graph: StageGraph, launch: Launch) -> None:
        self._policy = policy
        self._workers = workers
        self._graph = graph
        self._ready = graph.ready
        self._launch = launch
        # Filled by an event, and emptied at its end:
        self.freed: list[Worker] = []
        self.requeued: list[tuple[StageRun, int]] = []

    def place(self, now: float) -> None:
        """Launch what can be, after an event that made no stage ready."""
        if self._ready.barriers:
            self.place_all(now)
        if self.requeued:
            requeued, self.requeued = self.requeued, []
            for stage, index in requeued:
                if stage.in_ready and stage.states[index] == PENDING:
                    self._offer_task(stage, index, now)
        if self.freed:
            freed, self.freed = self.freed, []
            for worker in freed:
                self._feed(worker, now)

    def place_all(self, now: float) -> None:
        """Launch what can be: any idle worker may run a task of any ready stage."""
        for worker in self.freed:
            self._workers.set_idle(worker)
        self.freed.clear()
        self.requeued.clear()
        for stage in list(self._ready) if self._workers.idle else ():
            if not stage.spec.barrier:
                self._offer_stage(stage, now)
            elif not self._launch_together(stage) and self.gathers(stage):
                break

    def _feed(self, worker: Worker, now: float) -> None:
        """Give a freed worker the first task that suits it, or let it be idle."""
        for stage in self._ready:
            index = stage.pending.take_local(worker.places)
            if index < 0:
                index = stage.pending.take(worker.id, self._takes_any(worker, stage, now))
            if index >= 0:
                self._launch(stage, index, worker, stage.launch_reason(index))
                return
        self._workers.set_idle(worker)

    def _offer_stage(self, stage: StageRun, now: float) -> None:
        """Give a stage's pending tasks to idle workers: first where their input lies."""
        pending, workers = stage.pending, self._workers
        places = pending.local_places()
        if len(places) < len(workers.idle):
            places.sort(key=workers.idle_by_node.__contains__)  # single workers before nodes
        else:
            places = workers.idle_places()
        for place in places:
            while (at_place := workers.idle_at(place)) is not None:
                index = pending.take_local((place,))
                if index < 0:
                    break
                self._launch(stage, index, at_place, stage.launch_reason(index))
        while pending.count and workers.idle:
            worker = next(iter(workers.idle.values()))
            index = pending.take(worker.id, self._takes_any(worker, stage, now))
            if index < 0:
                break  # the others have been idle for less long, so they would not take one either
            self._launch(stage, index, worker, stage.launch_reason(index))

    def _offer_task(self, stage: StageRun, index: int, now: float) -> None:
        """Give a single pending task to an idle worker: first where its input lies."""
        workers, places = self._workers, stage.pending.places(index)
        for place in places:
            if (at_place := workers.idle_at(place)) is not None:
                self._launch(stage, index, at_place, stage.launch_reason(index))
                return
        worker = next(iter(workers.idle.values()), None)
        if worker is None or stage.pending.held(index):
            return
        if not places or self._takes_any(worker, stage, now):
            self._launch(stage, index, worker, stage.launch_reason(index))

    def _launch_together(self, stage: StageRun) -> bool:
        """Launch all tasks of a barrier stage, if there are idle workers for all: as many as can be
        where their input lies. Pinned ones wait for their places, unless others need those."""
        idle = self._workers.idle
        if len(idle) < len(stage.states):
            return False
        cast = match(self._wishes(stage, idle))
        if stage.spec.pinned:
            alive = {worker.id: worker for worker in self._workers.all()}
            if len(cast) < len(match(self._wishes(stage, alive))):
                return False
        local = set(cast.values())
        others = [worker for id, worker in idle.items() if id not in local]
        others.reverse()
        for index in range(len(stage.states)):
            worker = idle[cast[index]] if index in cast else others.pop()
            self._launch(stage, index, worker, stage.launch_reason(index))
        return True

    def _wishes(
        self, stage: StageRun, workers: Mapping[WorkerId, Worker]
    ) -> dict[int, list[WorkerId]]:
        """Which of ``workers`` each task of the stage would like, by its index."""
        by_place = self._workers.by_place
        return {
            index: [id for place in places for id in by_place.get(place, ()) if id in workers]
            for index in range(len(stage.states))
            if (places := stage.pending.places(index))
        }

    def gathers(self, stage: StageRun) -> bool:
        """Whether a barrier stage that is ready keeps idle workers from those behind it."""
        return len(self._workers) >= len(stage.states)

    def _served(self) -> Iterator[StageRun]:
        """Ready stages that may have an idle worker, one at a time."""
        for stage in self._ready:
            if not stage.spec.barrier:
                yield stage
            elif self.gathers(stage):
                return

    def copy_slow_tasks(self, now: float) -> None:
        """Idle workers take second copies; pending tasks have had their turn, and nobody gathers
        workers."""
        if any(stage.spec.barrier and self.gathers(stage) for stage in self._ready):
            return
        for stage in list(self._graph.stages.values()):
            for index in slow_tasks(stage, self._policy, now):
                if not self._workers.idle:
                    return
                worker = self._choose_for_copy(stage, index)
                if worker is not None:
                    self._launch(stage, index, worker, "copy of a slow attempt")

    def _choose_for_copy(self, stage: StageRun, index: int) -> Worker | None:
        """An idle worker, if possible of another node than the one that is slow."""
        node = stage.running[index][0].worker.node
        idle: Iterable[Worker] = self._workers.idle.values()
        if stage.pending.held(index):
            there = map(self._workers.idle_at, stage.pending.places(index))
            idle = [worker for worker in there if worker is not None]
        return next((w for w in idle if w.node != node), next(iter(idle), None))

    def _takes_any(self, worker: Worker, stage: StageRun, now: float) -> bool:
        """Whether an idle worker has held out long enough for tasks of its own place. It need not
        for pinned ones: either they are held, or nobody is there to wait for."""
        return stage.spec.pinned or self._any_from(worker, stage) <= now

    def _any_from(self, worker: Worker, stage: StageRun) -> float:
        return max(worker.idle_since, stage.ready_since) + self._policy.locality_wait

    def next_due(self) -> float | None:
        """When an idle worker will have held out for long enough, if any task waits for that."""
        for worker in self._workers.idle.values():  # the first of them, idle for longest
            ready = (stage for stage in self._served() if not stage.spec.pinned)
            return min((self._any_from(worker, stage) for stage in ready), default=None)
        return None
