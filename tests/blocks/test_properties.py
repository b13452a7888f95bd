"""Whatever happens to two workers of a node in whatever order, a block is right or missing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.blocks.harness import DAMAGES, LEVELS, NODE, Roomy, Starved, files, store

from pyrite.blocks.disk import DiskBlocks
from pyrite.blocks.level import StorageLevel
from pyrite.core.ids import BlockId
from pyrite.core.outcome import BlockChange

BUDGET = 20_000
WORKERS = st.integers(0, 1)
BLOCKS = st.builds(BlockId, st.integers(0, 2), st.integers(0, 2))


def records(block: BlockId) -> list[Any]:
    """Some hundred bytes to some hundred kilobytes, by the number of the block."""
    count = 40 * (block.partition + 1) ** 2 * (block.node + 1) ** 2
    return [(block.node, index, "x" * (index % 50)) for index in range(count)]


class Node(RuleBasedStateMachine):
    """Two workers and their disk; the level of each dataset changes only when it is removed."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.started = 0
        self.workers = [self._start(), self._start()]
        self.levels: dict[int, StorageLevel] = {}
        self.told: dict[str, dict[BlockId, int]] = {}

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def _start(self) -> Any:
        self.started += 1
        place = f"worker {self.started}"
        return place, store(self.folder, BUDGET, place)

    def _level(self, block: BlockId, name: str) -> StorageLevel:
        return self.levels.setdefault(block.node, LEVELS[name])

    @rule(
        worker=WORKERS,
        block=BLOCKS,
        name=st.sampled_from(sorted(LEVELS)),
        starved=st.booleans(),
        taken=st.none() | st.integers(0, 50),
    )
    def compute(
        self, worker: int, block: BlockId, name: str, starved: bool, taken: int | None
    ) -> None:
        _, blocks = self.workers[worker]
        level = self._level(block, name)
        watch = Starved() if starved else Roomy()
        handed = blocks.compute(block, level, iter(records(block)), watch)
        if taken is None:
            assert [*handed] == records(block)
        else:
            assert [each for each, _ in zip(handed, range(taken), strict=False)] == (
                records(block)[:taken]
            )
        if level.useDisk:
            assert [*(blocks.read(block, level) or ())] == records(block)

    @rule(worker=WORKERS, block=BLOCKS, name=st.sampled_from(sorted(LEVELS)))
    def fail(self, worker: int, block: BlockId, name: str) -> None:
        def failing() -> Iterator[Any]:
            yield from records(block)
            raise ValueError("at the end")

        _, blocks = self.workers[worker]
        try:
            list(blocks.compute(block, self._level(block, name), failing(), Roomy()))
        except ValueError:
            return
        raise AssertionError("no error")

    @rule(worker=WORKERS, block=BLOCKS, starved=st.booleans())
    def read(self, worker: int, block: BlockId, starved: bool) -> None:
        _, blocks = self.workers[worker]
        if (level := self.levels.get(block.node)) is not None:
            found = blocks.read(block, level, Starved() if starved else Roomy())
            assert found is None or [*found] == records(block)

    @rule(node=st.integers(0, 2))
    def remove(self, node: int) -> None:
        for _, blocks in self.workers:
            blocks.remove(node)
        DiskBlocks(str(self.folder)).remove_all(node)
        on_disk = self.told.get(NODE, {})
        self.told[NODE] = {b: size for b, size in on_disk.items() if b.node != node}
        for _, blocks in self.workers:
            assert all(held.block.node != node for held in blocks.held())
        self.levels.pop(node, None)

    @rule(worker=WORKERS, block=BLOCKS)
    def discard(self, worker: int, block: BlockId) -> None:
        self.workers[worker][1].discard([block])

    @rule(worker=WORKERS)
    def lose(self, worker: int) -> None:
        place, _ = self.workers[worker]
        self.told.pop(place, None)
        self.workers[worker] = self._start()

    @rule(worker=WORKERS, damage=st.sampled_from(sorted(DAMAGES)), number=st.integers(0, 8))
    def damage(self, worker: int, damage: str, number: int) -> None:
        found = files(self.folder)
        if found:
            path = found[number % len(found)]
            block = BlockId(int(path.parent.name), int(path.name.split(".")[0]))
            DAMAGES[damage](path)
            for _, blocks in self.workers:
                blocks.discard([block])  # from memory, so that the file is looked at
            path.parent.mkdir(exist_ok=True)
            self.read(worker, block, starved=False)

    @invariant()
    def within_budget(self) -> None:
        for _, blocks in self.workers:
            assert sum(held.size for held in blocks.held() if held.form != "disk") <= BUDGET

    @invariant()
    def changes_add_up_to_what_is_held(self) -> None:
        for _, blocks in self.workers:
            for change in blocks.take_changes():
                self._apply(change)
        for place, blocks in self.workers:
            memory = {held.block: held.size for held in blocks.held() if held.form != "disk"}
            assert self.told.get(place, {}) == memory
        disk = {held.block: held.size for held in self.workers[0][1].held() if held.form == "disk"}
        assert self.told.get(NODE, {}) == disk

    @invariant()
    def no_file_is_unfinished(self) -> None:
        assert all(path.suffix == ".block" for path in files(self.folder))

    def _apply(self, change: BlockChange) -> None:
        held = self.told.setdefault(change.place, {})
        if change.held:
            held[change.block] = change.bytes
        else:
            held.pop(change.block, None)


TestNode = Node.TestCase
TestNode.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
