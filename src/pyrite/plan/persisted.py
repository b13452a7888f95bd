"""Which datasets the program keeps, and where their blocks are. All threads of a driver use it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping

from pyrite.blocks.level import StorageLevel
from pyrite.core.ids import BlockId, NodeId
from pyrite.core.lean import fresh, state
from pyrite.core.outcome import BlockChange
from pyrite.lineage.kept import Blocks
from pyrite.lineage.node import Node


@state
class _Dataset:
    level: StorageLevel
    places: dict[int, dict[str, int]] = fresh(factory=dict)
    """Partition -> place -> bytes."""


class Persisted:
    """The persisted datasets of one program."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._datasets: dict[NodeId, _Dataset] = {}
        self._homes: dict[str, str] = {}

    def __contains__(self, dataset: NodeId) -> bool:
        return dataset in self._datasets

    def __iter__(self) -> Iterator[NodeId]:
        with self._lock:
            return iter(list(self._datasets))

    def add(self, dataset: NodeId, level: StorageLevel) -> None:
        """From now on plans keep this dataset."""
        with self._lock:
            self._datasets[dataset] = _Dataset(level)

    def keep_on_disk(self, dataset: NodeId) -> None:
        """From now on, each block that is kept or read is to be on its node's disk, too."""
        with self._lock:
            if known := self._datasets.get(dataset):
                known.level = known.level.on_disk()

    def discard(self, dataset: NodeId) -> bool:
        """Plans no longer keep it. True if they did."""
        with self._lock:
            return self._datasets.pop(dataset, None) is not None

    def level(self, dataset: NodeId) -> StorageLevel | None:
        """How a dataset is kept, if it is."""
        known = self._datasets.get(dataset)
        return known.level if known else None

    def blocks(self, node: Node) -> Blocks | None:
        """The node that reads the blocks of a persisted dataset, if they are all there."""
        with self._lock:
            known = self._datasets.get(node.id)
            if known is None or len(known.places) < node.num_partitions:
                return None
            places = [tuple(known.places[each]) for each in range(node.num_partitions)]
            return Blocks(node, known.level, places)

    def places(self, dataset: NodeId) -> Mapping[int, tuple[str, ...]]:
        """Where the blocks of a dataset are, by partition, of those that are there."""
        with self._lock:
            known = self._datasets.get(dataset)
            return {p: tuple(places) for p, places in known.places.items()} if known else {}

    def changed(self, change: BlockChange) -> bool:
        """A worker has told of a block. False if nobody wants blocks of the dataset."""
        with self._lock:
            known = self._datasets.get(change.block.node)
            if known is None:
                return False
            if change.held:
                places = known.places.setdefault(change.block.partition, {})
                places[change.place] = change.bytes
            else:
                _take_out(known, change.block.partition, change.place)
            return True

    def lost(self, block: BlockId) -> None:
        """A block is nowhere to be found."""
        with self._lock:
            if known := self._datasets.get(block.node):
                known.places.pop(block.partition, None)

    def worker_joined(self, worker: str, node: str) -> None:
        """The worker of that place can read what lies on that node."""
        self._homes[worker] = node

    def home(self, place: str) -> str:
        """The node of a worker's place."""
        return self._homes.get(place, place)

    def lost_place(self, place: str) -> list[NodeId]:
        """A worker, or a node, is gone, and all blocks in that place. Gives their datasets."""
        datasets = []
        with self._lock:
            self._homes.pop(place, None)
            for dataset, known in self._datasets.items():
                lost = [p for p, places in known.places.items() if place in places]
                for partition in lost:
                    _take_out(known, partition, place)
                if lost:
                    datasets.append(dataset)
        return datasets

    def sizes(self, dataset: NodeId) -> Mapping[int, int]:
        """Bytes of each partition's block, of those that are there."""
        with self._lock:
            known = self._datasets.get(dataset)
            return {p: max(of.values()) for p, of in known.places.items()} if known else {}

    def unsaved(self, dataset: NodeId, partitions: Iterable[int]) -> list[int]:
        """Those of ``partitions`` whose block is on no node's disk."""
        with self._lock:
            known = self._datasets.get(dataset)
            places = known.places if known else {}
            return [p for p in partitions if all(at in self._homes for at in places.get(p, ()))]


def _take_out(dataset: _Dataset, partition: int, place: str) -> None:
    places = dataset.places.get(partition)
    if places is not None:
        places.pop(place, None)
        if not places:
            del dataset.places[partition]
