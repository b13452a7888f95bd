"""The workers that are alive, which of them are idle, and what the others run."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from pyrite.core.ids import AttemptId, WorkerId, worker_place

if TYPE_CHECKING:
    from pyrite.scheduler.stages import StageRun


class Attempt:
    """A task attempt that a worker is running. Once ``wanted`` is False only the worker holds
    on to it, until it reports."""

    __slots__ = ("epoch", "id", "index", "progress", "stage", "started", "wanted", "worker")

    def __init__(
        self, id: AttemptId, stage: StageRun, index: int, worker: Worker, started: float
    ) -> None:
        self.id = id
        self.stage = stage
        self.index = index
        self.worker = worker
        self.epoch = stage.epoch
        self.started = started
        self.progress = 0
        self.wanted = True


class Worker:
    """One incarnation of a worker process. ``idle_since`` counts only while it is idle.

    ``places`` are those that a task may ask for to run here, nearest first: the worker, its node.
    """

    __slots__ = ("attempt", "id", "idle_since", "node", "places")

    def __init__(self, id: WorkerId, node: str, now: float) -> None:
        self.id = id
        self.node = node
        self.places = (worker_place(id), node)
        self.attempt: Attempt | None = None
        self.idle_since = now


class Workers:
    """All workers alive, by place; the idle ones longest idle first, in all and by node."""

    def __init__(self) -> None:
        self._alive: dict[WorkerId, Worker] = {}
        self.by_place: dict[str, dict[WorkerId, Worker]] = {}
        self.idle: OrderedDict[WorkerId, Worker] = OrderedDict()
        self.idle_by_node: dict[str, OrderedDict[WorkerId, Worker]] = {}
        # Ids that must not come (back) to life: a loss can overtake the join it belongs to.
        # Only asked for membership, so the order of the set does not matter.
        self._gone: set[WorkerId] = set()

    def __len__(self) -> int:
        return len(self._alive)

    def get(self, worker: WorkerId) -> Worker | None:
        return self._alive.get(worker)

    def on_node(self, node: str) -> list[Worker]:
        return list(self.by_place.get(node, {}).values())

    def all(self) -> list[Worker]:
        return list(self._alive.values())

    def join(self, worker: WorkerId, node: str, now: float) -> Worker | None:
        """Add a worker, neither idle nor busy yet; None if it is known or gone already."""
        if worker in self._alive or worker in self._gone:
            return None
        joined = self._alive[worker] = Worker(worker, node, now)
        for place in joined.places:
            self.by_place.setdefault(place, {})[worker] = joined
        return joined

    def lose(self, worker: WorkerId) -> Worker | None:
        """Remove a worker for good; returns it if it was alive."""
        self._gone.add(worker)
        lost = self._alive.pop(worker, None)
        if lost is not None:
            self.unset_idle(lost)
            for place in lost.places:
                there = self.by_place[place]
                del there[worker]
                if not there:
                    del self.by_place[place]
        return lost

    def idle_at(self, place: str) -> Worker | None:
        """The worker there that has been idle for longest."""
        of_node = self.idle_by_node.get(place)
        if of_node is not None:
            return next(iter(of_node.values()))
        for worker in self.by_place.get(place, ()):  # itself a worker, or a node with none idle
            return self.idle.get(worker)
        return None

    def idle_places(self) -> list[str]:
        """Where workers are idle, in a fixed order: each of them, then their nodes."""
        return [worker.places[0] for worker in self.idle.values()] + list(self.idle_by_node)

    def set_idle(self, worker: Worker) -> None:
        self.idle[worker.id] = worker
        of_node = self.idle_by_node.get(worker.node)
        if of_node is None:
            of_node = self.idle_by_node[worker.node] = OrderedDict()
        of_node[worker.id] = worker

    def unset_idle(self, worker: Worker) -> None:
        if self.idle.pop(worker.id, None) is not None:
            of_node = self.idle_by_node[worker.node]
            del of_node[worker.id]
            if not of_node:
                del self.idle_by_node[worker.node]
