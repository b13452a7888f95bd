"""The blocks in a worker's memory, the least recently used first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from itertools import chain
from typing import Any

from pyrite.blocks.batches import Batch, pack, unpack
from pyrite.blocks.level import StorageLevel
from pyrite.core.ids import BlockId, NodeId
from pyrite.core.lean import value


@value
class Objects:
    """A block as live objects.

    Parameters:
        size: bytes, estimated.
    """

    level: StorageLevel
    objects: list[Any]
    size: int

    def records(self) -> Iterator[Any]:
        return iter(self.objects)

    def batches(self) -> Iterator[Batch]:
        return pack(self.objects)


@value
class Serialized:
    """A block as bytes, of which there are ``size``."""

    level: StorageLevel
    packed: list[Batch]
    size: int

    def records(self) -> Iterator[Any]:
        return chain.from_iterable(unpack(batch.payload) for batch in self.packed)

    def batches(self) -> Iterator[Batch]:
        return iter(self.packed)


class MemoryBlocks:
    """Blocks within a budget.

    Parameters:
        budget: bytes that all blocks together may take.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._blocks: OrderedDict[BlockId, Objects | Serialized] = OrderedDict()
        self._counting = threading.Lock()
        self.used = 0
        """Bytes that the blocks take."""

    def __iter__(self) -> Iterator[tuple[BlockId, Objects | Serialized]]:
        # A copy: another thread may drop blocks meanwhile.
        return iter(list(self._blocks.items()))

    def get(self, block: BlockId) -> Objects | Serialized | None:
        """A block, from now on the most recently used one; None if it is not here."""
        held = self._blocks.get(block)
        if held is not None:
            try:
                self._blocks.move_to_end(block)
            except KeyError:  # dropped by another thread
                return None
        return held

    def victims(self, block: BlockId, size: int) -> list[BlockId] | None:
        """What has to go so that ``block`` can be held with ``size`` bytes, None if nothing helps.

        Blocks of its own dataset never go: one that is read from end to end, and does not
        fit, would lose each block just before it is read again.
        """
        excess = self.used + size - self._budget
        if excess <= 0:
            return []
        victims = []
        for other, held in self:
            if excess <= 0:
                break
            if other.node != block.node:
                victims.append(other)
                excess -= held.size
        return victims if excess <= 0 else None

    def put(self, block: BlockId, held: Objects | Serialized) -> None:
        """Hold a block, for which there is room."""
        with self._counting:
            before = self._blocks.get(block)
            self._blocks[block] = held
            self.used += held.size - (before.size if before else 0)

    def drop(self, block: BlockId) -> Objects | Serialized | None:
        """Hold a block no longer; it is returned if it was here."""
        with self._counting:
            held = self._blocks.pop(block, None)
            self.used -= held.size if held else 0
        return held

    def of(self, node: NodeId) -> list[BlockId]:
        """The blocks of a dataset that are here."""
        return [block for block, _ in self if block.node == node]
