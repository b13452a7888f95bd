"""The workers that are alive, which of them are idle, and what the others run."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from pyrite.core.ids import AttemptId, WorkerId

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
    """One incarnation of a worker process. ``idle_since`` counts only while it is idle."""

    __slots__ = ("attempt", "id", "idle_since", "node")

    def __init__(self, id: WorkerId, node: str, now: float) -> None:
        self.id = id
        self.node = node
        self.attempt: Attempt | None = None
        self.idle_since = now


class Workers:
    """All workers alive. The idle ones are kept longest idle first, in all and by node."""

    def __init__(self) -> None:
        self._alive: dict[WorkerId, Worker] = {}
        self._by_node: dict[str, dict[WorkerId, Worker]] = {}
        self.idle: OrderedDict[WorkerId, Worker] = OrderedDict()
        self.idle_by_node: dict[str, OrderedDict[WorkerId, Worker]] = {}
        # Ids that must not come (back) to life: a loss can overtake the join it belongs to.
        # Only asked for membership, so the order of the set does not matter.
        self._gone: set[WorkerId] = set()

    def get(self, worker: WorkerId) -> Worker | None:
        return self._alive.get(worker)

    def on_node(self, node: str) -> list[Worker]:
        return list(self._by_node.get(node, {}).values())

    def all(self) -> list[Worker]:
        return list(self._alive.values())

    def join(self, worker: WorkerId, node: str, now: float) -> Worker | None:
        """Add a worker, neither idle nor busy yet; None if it is known or gone already."""
        if worker in self._alive or worker in self._gone:
            return None
        joined = self._alive[worker] = Worker(worker, node, now)
        self._by_node.setdefault(node, {})[worker] = joined
        return joined

    def lose(self, worker: WorkerId) -> Worker | None:
        """Remove a worker for good; returns it if it was alive."""
        self._gone.add(worker)
        lost = self._alive.pop(worker, None)
        if lost is not None:
            self.unset_idle(lost)
            of_node = self._by_node[lost.node]
            del of_node[worker]
            if not of_node:
                del self._by_node[lost.node]
        return lost

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
