"""A worker's door to the blocks of cached datasets: read them, or keep what was computed.

Keeping is an aid, never a duty: whatever stands in the way of storing a block (no memory, no disk,
records that cannot be pickled), the records are handed on, and computed again when needed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any, NamedTuple

from pyrite.blocks.batches import Batch, Chunks, NotKept, unpack
from pyrite.blocks.disk import DiskBlocks
from pyrite.blocks.level import StorageLevel
from pyrite.blocks.memory import MemoryBlocks, Objects, Serialized
from pyrite.blocks.sizes import SizeEstimate
from pyrite.core.context import MemoryWatch
from pyrite.core.errors import CorruptBlockError
from pyrite.core.ids import BlockId, NodeId
from pyrite.core.log import log
from pyrite.core.outcome import BlockChange

_GROWTH = 8
"""Between two looks at the memory, a block that is being taken in grows by one part in so many,"""
_STRETCH = 1 << 16
"""and by so many records at most."""


_NOT_KEPT = "is not kept, but computed again when needed"


class HeldBlock(NamedTuple):
    """A block that is here: as ``objects``, as ``bytes`` in memory, or on ``disk``."""

    block: BlockId
    form: str
    size: int


class BlockStore:
    """The blocks that a worker can reach without the help of others: in its memory, on its node.

    Copies on other nodes are for a cluster that has some: it would hand `_save` a second place to
    write a block's batches to, and `read` a third place to look.

    `remove` and `discard` may be called from another thread while a task is at work.

    Parameters:
        folder: the node's folder, shared by its workers, where `DiskBlocks` lie.
        worker_place: the place of what is held in this worker's memory.
        node: the place of what is held on the node's disk.
        budget: bytes that blocks in memory may take, those of live objects by estimate.
    """

    def __init__(self, folder: str, worker_place: str, node: str, budget: int) -> None:
        self._memory = MemoryBlocks(budget)
        self._disk = DiskBlocks(folder)
        self._worker_place = worker_place
        self._node = node
        self._changes: dict[tuple[BlockId, str], BlockChange] = {}
        self._computed: set[BlockId] = set()

    def read(
        self, block: BlockId, level: StorageLevel, watch: MemoryWatch | None = None
    ) -> Iterator[Any] | None:
        """The records of a block, or None if it is not here or damaged.

        What is to be held as live objects and is found on disk, is taken into memory if it fits.

        Raises:
            CorruptBlockError: from the iterator, if a file is damaged while it is read. It was
                whole when the iterator was made, and no wrong record is given out.
        """
        if level.useMemory:
            held = self._memory.get(block)
            if held is not None:
                if level.replication > held.level.replication and not self._disk.has(block):
                    self._save(block, held, "has no copy on disk")  # nobody had asked for one
                return held.records()
            self._note(block, self._worker_place, False)
        if not level.keeps_file or (records := self._read_file(block)) is None:
            return None
        return (
            self._keep_objects(block, level, records, watch)[0] if level.keeps_objects else records
        )

    def compute(
        self, block: BlockId, level: StorageLevel, records: Iterator[Any], watch: MemoryWatch
    ) -> Iterator[Any]:
        """Keep the records of a block as ``level`` says, and hand them on.

        As in Spark, a block is taken in as a whole before the first record is handed on, unless it
        cannot be kept: then it is handed on from where that became clear.

        Raises:
            Exception: what ``records`` raises; nothing is kept then.
        """
        self._computed.add(block)
        if level.keeps_objects:
            records, kept = self._keep_objects(block, level, iter(records), watch)
            spills = level.useDisk and not kept
            return self._keep_on_disk(block, (), records) if spills else records
        if level.useMemory:
            return self._keep_bytes(block, level, iter(records), watch)
        if level.useDisk:
            return self._keep_on_disk(block, (), iter(records))
        return records

    def take_changes(self, trusted: bool = True) -> tuple[BlockChange, ...]:
        """What was found, stored, evicted or dropped since the last call: the last word on each
        block in each place.

        Parameters:
            trusted: what was computed since then is right; else it is dropped. What was merely
                read stays.
        """
        computed, self._computed = self._computed, set()
        if not trusted:
            self.discard(computed)
        changes, self._changes = self._changes, {}
        return tuple(changes.values())

    def remove(self, node: NodeId) -> None:
        """Drop a dataset's blocks from memory. Those on disk are not this worker's alone."""
        for block in self._memory.of(node):
            self._drop(block)

    def discard(self, blocks: Iterable[BlockId]) -> None:
        """Drop blocks that turned out to be wrong, wherever they are held."""
        for block in blocks:
            self._drop(block)
            self._lose_file(block)

    def held(self) -> list[HeldBlock]:
        """The blocks in this worker's memory, the least recently used first, and on its node."""
        memory = [
            HeldBlock(block, "objects" if isinstance(held, Objects) else "bytes", held.size)
            for block, held in self._memory
        ]
        return memory + [HeldBlock(block, "disk", size) for block, size in self._disk]

    # Keeping.

    def _keep_objects(
        self, block: BlockId, level: StorageLevel, records: Iterator[Any], watch: MemoryWatch | None
    ) -> tuple[Iterator[Any], bool]:
        """The records, and whether they are in memory now: all or nothing."""
        objects: list[Any] = []
        estimate = SizeEstimate()
        size = 0
        while True:
            start = len(objects)
            objects.extend(islice(records, min(start // _GROWTH + 1, _STRETCH)))
            if len(objects) == start:
                held = Objects(level, objects, size)
                self._hold(block, held)
                return held.records(), True
            estimate.grown(objects, start)
            size = estimate.bytes(objects)
            if not self._has_room(block, size, len(objects), watch):
                return chain(objects, records), False

    def _keep_bytes(
        self, block: BlockId, level: StorageLevel, records: Iterator[Any], watch: MemoryWatch
    ) -> Iterator[Any]:
        packed: list[Batch] = []
        size = count = 0
        chunks = Chunks(records)
        for chunk in chunks:
            try:
                batch = chunks.pack(chunk)
            except NotKept as reason:
                self._warn(block, reason)
                return chain(Serialized(level, packed, size).records(), chunk, records)
            packed.append(batch)
            size += len(batch.payload)
            count += batch.records
            if not self._has_room(block, size, count, watch):
                if level.useDisk:
                    return self._keep_on_disk(block, packed, records)
                return chain(Serialized(level, packed, size).records(), records)
        held = Serialized(level, packed, size)
        self._hold(block, held)
        return held.records()

    def _keep_on_disk(
        self, block: BlockId, packed: Iterable[Batch], records: Iterator[Any]
    ) -> Iterator[Any]:
        """Write a block, some of whose records may be packed already, and read it back."""
        waiting = deque(packed)
        chunk: list[Any] = []
        written: Iterator[bytes] = iter(())
        try:
            with self._disk.write(block) as file:
                try:
                    while waiting:
                        file.append(waiting[0])
                        waiting.popleft()
                    chunks = Chunks(records)
                    for chunk in chunks:
                        file.append(chunks.pack(chunk))
                    chunk = []
                    self._note(block, self._node, True, file.finish())
                finally:
                    written = file.read_back()
        except NotKept as reason:
            self._warn(block, reason)
        unwritten = (unpack(batch.payload) for batch in waiting)
        return chain(self._unpacked(block, written), chain.from_iterable(unwritten), chunk, records)

    def _has_room(self, block: BlockId, size: int, count: int, watch: MemoryWatch | None) -> bool:
        """Whether ``size`` bytes can be held, after others were evicted if they had to be."""
        if watch is not None and watch.exceeded(count):
            return False
        victims = self._memory.victims(block, size)
        for victim in victims or ():
            self._evict(victim)
        return victims is not None

    def _hold(self, block: BlockId, held: Objects | Serialized) -> None:
        if held.level.replication > 1 and not self._disk.has(block):
            self._save(block, held, "has no copy on disk")
        self._memory.put(block, held)
        self._note(block, self._worker_place, True, held.size)

    def _evict(self, block: BlockId) -> None:
        held = self._drop(block)
        if held is not None and held.level.useDisk and not self._disk.has(block):
            self._save(block, held, _NOT_KEPT)

    def _save(self, block: BlockId, held: Objects | Serialized, failing: str) -> None:
        """Write a block that is in memory to the node's disk; ``failing`` is said if it fails."""
        try:
            with self._disk.write(block) as file:
                for batch in held.batches():
                    file.append(batch)
                self._note(block, self._node, True, file.finish())
        except NotKept as reason:
            self._warn(block, reason, failing)

    # Reading and dropping.

    def _read_file(self, block: BlockId) -> Iterator[Any] | None:
        try:
            payloads = self._disk.read(block)
        except (CorruptBlockError, OSError) as error:
            log().warning("block %s of dataset %s is lost: %s", block.partition, block.node, error)
            self._lose_file(block)
            return None
        if payloads is None:
            self._note(block, self._node, False)
            return None
        return self._unpacked(block, payloads)

    def _unpacked(self, block: BlockId, payloads: Iterator[bytes]) -> Iterator[Any]:
        def lists() -> Iterator[list[Any]]:
            try:
                for payload in payloads:
                    yield unpack(payload)
            except CorruptBlockError:
                self._lose_file(block)
                raise

        return chain.from_iterable(lists())

    def _drop(self, block: BlockId) -> Objects | Serialized | None:
        held = self._memory.drop(block)
        if held is not None:
            self._note(block, self._worker_place, False)
        return held

    def _lose_file(self, block: BlockId) -> None:
        self._disk.remove(block)
        self._note(block, self._node, False)

    def _note(self, block: BlockId, place: str, held: bool, size: int = 0) -> None:
        self._changes[block, place] = BlockChange(block, place, held, size)

    def _warn(self, block: BlockId, reason: NotKept, what: str = _NOT_KEPT) -> None:
        where = f"partition {block.partition} of dataset {block.node}"
        log().warning("%s %s: %s", where, what, reason)
