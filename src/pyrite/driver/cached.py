"""Cached blocks: what the loop hears of them, and who has to know of it."""

from __future__ import annotations

from collections.abc import Iterable

from pyrite.cluster.base import Cluster
from pyrite.core.ids import BlockId, NodeId, WorkerId, worker_place
from pyrite.core.outcome import BlockChange
from pyrite.plan.planner import Planner


class CachedBlocks:
    """Sees to it that plans take no block to be where it is not, and that workers hold none that
    nobody wants.

    Parameters:
        planner: makes plans, from where the blocks are.
        cluster: where the workers are.
    """

    def __init__(self, planner: Planner, cluster: Cluster) -> None:
        self._planner = planner
        self._persisted = planner.persisted
        self._cluster = cluster

    def worker_joined(self, worker: WorkerId, node: str) -> None:
        """A worker will hold blocks, and can read those of its node."""
        self._persisted.worker_joined(worker_place(worker), node)

    def worker_lost(self, worker: WorkerId) -> None:
        """What was in a worker's memory is gone. It may have left files that it told nobody of."""
        for dataset in self._persisted.lost_place(worker_place(worker)):
            self._planner.expire(dataset)
        for dataset in self._cluster.datasets_on_disk():
            if dataset not in self._persisted:
                self._cluster.forget_dataset(dataset)

    def node_of(self, worker: WorkerId) -> str:
        """Where a worker lives."""
        return self._persisted.home(worker_place(worker))

    def changed(self, changes: Iterable[BlockChange]) -> None:
        """A worker has kept blocks, or let them go."""
        for change in changes:
            dataset = change.block.node
            wanted = self._persisted.changed(change)
            if not change.held:
                self._planner.expire(dataset)
            elif not wanted:
                self._cluster.forget_dataset(dataset)

    def missing(self, block: BlockId) -> None:
        """A task did not find a block that its plan takes to be there."""
        self._persisted.lost(block)
        self._planner.expire(block.node)

    def dropped(self, dataset: NodeId) -> None:
        """Nobody can name a dataset any more that was kept."""
        self._persisted.discard(dataset)
        self.forget(dataset)

    def forget(self, dataset: NodeId) -> None:
        """What has been kept of a dataset so far is not wanted any more. It may be kept anew."""
        self._planner.expire(dataset)
        self._cluster.forget_dataset(dataset)
