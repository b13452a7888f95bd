"""Blocks are kept as their level says, and read back as they were or not at all."""

from __future__ import annotations

import logging
import os
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.blocks.harness import (
    DAMAGES,
    LEVELS,
    NODE,
    Roomy,
    Starved,
    files,
    forms,
    keep,
    small_disk,
    store,
)
from tests.damages import flip

from pyrite.blocks.disk import DiskBlocks
from pyrite.blocks.level import StorageLevel
from pyrite.core.errors import CorruptBlockError
from pyrite.core.ids import BlockId
from pyrite.core.outcome import BlockChange

BLOCK = BlockId(7, 0)
OTHER = BlockId(8, 0)
RECORDS: list[Any] = [(number, str(number) * 3) for number in range(3000)]
KEEPING = {name: level for name, level in LEVELS.items() if name != "NONE"}
ON_DISK = {name: level for name, level in LEVELS.items() if level.useDisk}
NOISE = [random.Random(number).randbytes(1000) for number in range(1000)]
"""A megabyte that no compression makes smaller."""

ROOMY_FORMS = {
    "DISK_ONLY": {"disk"},
    "DISK_ONLY_2": {"disk"},
    "DISK_ONLY_3": {"disk"},
    "MEMORY_ONLY": {"objects"},
    "MEMORY_ONLY_2": {"objects", "disk"},
    "MEMORY_ONLY_SER": {"bytes"},
    "MEMORY_ONLY_SER_2": {"bytes", "disk"},
    "MEMORY_AND_DISK": {"objects"},
    "MEMORY_AND_DISK_2": {"objects", "disk"},
    "MEMORY_AND_DISK_SER": {"bytes"},
    "MEMORY_AND_DISK_SER_2": {"bytes", "disk"},
    "MEMORY_AND_DISK_DESER": {"objects"},
    "OFF_HEAP": {"bytes"},
}


@pytest.mark.parametrize("name", KEEPING)
@pytest.mark.parametrize("records", [RECORDS, RECORDS[:1], [], [None] * 100])
def test_with_room_a_block_is_where_its_level_says(
    tmp_path: Path, name: str, records: list[Any]
) -> None:
    blocks = store(tmp_path)
    level = KEEPING[name]
    assert blocks.read(BLOCK, level) is None
    assert list(keep(blocks, BLOCK, level, records)) == records
    assert forms(blocks) == {BLOCK: ROOMY_FORMS[name]}
    for _ in range(2):
        found = blocks.read(BLOCK, level)
        assert found is not None
        assert list(found) == records


@pytest.mark.parametrize("name", LEVELS)
@pytest.mark.parametrize(("budget", "watch"), [(1 << 30, Starved()), (500, Roomy()), (0, Roomy())])
def test_without_room_a_block_is_on_disk_or_nowhere(
    tmp_path: Path, name: str, budget: int, watch: Roomy
) -> None:
    blocks = store(tmp_path, budget)
    level = LEVELS[name]
    assert list(blocks.compute(BLOCK, level, iter(RECORDS), watch)) == RECORDS
    assert forms(blocks) == ({BLOCK: {"disk"}} if level.useDisk else {})
    found = blocks.read(BLOCK, level, watch)
    assert (None if found is None else list(found)) == (RECORDS if level.useDisk else None)


def test_objects_are_the_same_objects(tmp_path: Path) -> None:
    blocks = store(tmp_path)
    records = [object() for _ in range(100)]
    for _ in range(2):
        read = blocks.read(BLOCK, StorageLevel.MEMORY_ONLY) or keep(
            blocks, BLOCK, StorageLevel.MEMORY_ONLY, records
        )
        assert list(map(id, read)) == list(map(id, records))


def test_a_reader_cannot_spoil_what_is_cached(tmp_path: Path) -> None:
    blocks = store(tmp_path)
    first = keep(blocks, BLOCK, StorageLevel.MEMORY_ONLY, RECORDS)
    assert next(first) == RECORDS[0]
    second = blocks.read(BLOCK, StorageLevel.MEMORY_ONLY)
    assert second is not None
    assert not isinstance(second, list)
    blocks.remove(BLOCK.node)
    assert [*first] == RECORDS[1:]
    assert [*second] == RECORDS


def test_what_cannot_be_kept_is_handed_on_lazily(tmp_path: Path) -> None:
    drawn = []

    def records() -> Iterator[Any]:
        for record in RECORDS:
            drawn.append(record)
            yield record

    for level in (StorageLevel.MEMORY_ONLY, StorageLevel.MEMORY_ONLY_SER):
        drawn.clear()
        handed = store(tmp_path, 500).compute(BLOCK, level, records(), Roomy())
        assert next(handed) == RECORDS[0]
        assert len(drawn) < 200
        assert [*handed] == RECORDS[1:]


@pytest.mark.parametrize("name", KEEPING)
@pytest.mark.parametrize("budget", [1 << 30, 500])
def test_an_error_in_the_middle_leaves_nothing(tmp_path: Path, name: str, budget: int) -> None:
    def records() -> Iterator[Any]:
        yield from RECORDS
        raise OSError("the user's own")

    blocks = store(tmp_path, budget)
    with pytest.raises(OSError, match="the user's own"):
        list(blocks.compute(BLOCK, KEEPING[name], records(), Roomy()))
    assert blocks.held() == []
    assert files(tmp_path) == []


@pytest.mark.parametrize("name", KEEPING)
@pytest.mark.parametrize("budget", [1 << 30, 500])
def test_an_abandoned_iterator_leaves_no_half_block(tmp_path: Path, name: str, budget: int) -> None:
    blocks = store(tmp_path, budget)
    descriptors = len(os.listdir("/proc/self/fd"))
    assert next(keep(blocks, BLOCK, KEEPING[name], RECORDS)) == RECORDS[0]
    keep(blocks, BLOCK, KEEPING[name], RECORDS)
    blocks.read(BLOCK, KEEPING[name])
    assert len(os.listdir("/proc/self/fd")) == descriptors
    found = store(tmp_path, budget).read(BLOCK, KEEPING[name])
    assert found is None or [*found] == RECORDS


class TestEviction:
    def test_the_least_recently_used_goes_first(self, tmp_path: Path) -> None:
        level = StorageLevel.MEMORY_ONLY
        (size,) = (held.size for held in self._with(tmp_path, level, [BLOCK]).held())
        blocks = store(tmp_path, 3 * size + size // 2)
        for node in (1, 2, 3):
            keep(blocks, BlockId(node, 0), level, RECORDS)
        blocks.read(BlockId(1, 0), level)
        keep(blocks, BlockId(4, 0), level, RECORDS)
        assert [held.block.node for held in blocks.held()] == [3, 1, 4]

    def test_a_dataset_does_not_evict_itself(self, tmp_path: Path) -> None:
        level = StorageLevel.MEMORY_ONLY
        (size,) = (held.size for held in self._with(tmp_path, level, [BLOCK]).held())
        blocks = store(tmp_path, 2 * size + size // 2)
        for partition in range(5):
            keep(blocks, BlockId(1, partition), level, RECORDS)
        assert [held.block.partition for held in blocks.held()] == [0, 1]

    @pytest.mark.parametrize("name", [name for name in KEEPING if KEEPING[name].useMemory])
    def test_an_evicted_block_goes_where_its_level_says(self, tmp_path: Path, name: str) -> None:
        level = KEEPING[name]
        (size, *_) = (held.size for held in self._with(tmp_path / "a", level, [BLOCK]).held())
        blocks = store(tmp_path / "b", size + size // 2)
        keep(blocks, BLOCK, level, RECORDS)
        blocks.take_changes()
        keep(blocks, OTHER, level, RECORDS)
        left = {"disk"} if level.keeps_file else set()
        assert forms(blocks).get(BLOCK, set()) == left
        told = {(c.block, c.place): c.held for c in blocks.take_changes()}
        assert told[BLOCK, "worker 0"] is False
        assert told[OTHER, "worker 0"] is True
        if level.useDisk and level.replication == 1:
            assert told[BLOCK, NODE] is True
        found = blocks.read(BLOCK, level)
        assert (None if found is None else [*found]) == (RECORDS if left else None)

    def test_what_was_evicted_returns_to_memory_when_read(self, tmp_path: Path) -> None:
        level = StorageLevel.MEMORY_AND_DISK
        blocks = store(tmp_path, 600_000)
        keep(blocks, BLOCK, level, RECORDS)
        keep(blocks, OTHER, level, RECORDS)
        assert forms(blocks) == {BLOCK: {"disk"}, OTHER: {"objects"}}
        assert [*(blocks.read(BLOCK, level) or ())] == RECORDS
        assert forms(blocks) == {BLOCK: {"objects", "disk"}, OTHER: {"disk"}}
        written = files(tmp_path)[0].stat().st_ino
        assert [*(blocks.read(OTHER, level) or ())] == RECORDS
        assert forms(blocks) == {BLOCK: {"disk"}, OTHER: {"objects", "disk"}}
        assert files(tmp_path)[0].stat().st_ino == written, "written again"

    def test_a_block_larger_than_all_memory_leaves_its_own_dataset_alone(
        self, tmp_path: Path
    ) -> None:
        blocks = store(tmp_path, 50_000)
        keep(blocks, BlockId(7, 1), StorageLevel.MEMORY_ONLY, RECORDS[:100])
        keep(blocks, BLOCK, StorageLevel.MEMORY_ONLY, RECORDS)
        assert forms(blocks) == {BlockId(7, 1): {"objects"}}

    def _with(self, folder: Path, level: StorageLevel, ids: list[BlockId]) -> Any:
        blocks = store(folder)
        for block in ids:
            keep(blocks, block, level, RECORDS)
        return blocks


class TestCopies:
    @pytest.mark.parametrize("name", [name for name in KEEPING if KEEPING[name].keeps_file])
    def test_a_file_is_readable_by_all_workers_of_the_node(self, tmp_path: Path, name: str) -> None:
        level = KEEPING[name]
        keep(store(tmp_path, 0 if level.useDisk else 1 << 30), BLOCK, level, RECORDS)
        found = store(tmp_path, place="worker 1").read(BLOCK, level)
        assert found is not None
        assert [*found] == RECORDS

    @pytest.mark.parametrize("name", [name for name in KEEPING if name.endswith("_2")])
    def test_two_copies_survive_the_loss_of_the_worker(self, tmp_path: Path, name: str) -> None:
        keep(store(tmp_path), BLOCK, KEEPING[name], RECORDS)
        replacement = store(tmp_path, place="worker 1")
        assert [*(replacement.read(BLOCK, KEEPING[name]) or ())] == RECORDS
        if KEEPING[name].keeps_objects:
            assert forms(replacement) == {BLOCK: {"objects", "disk"}}

    @pytest.mark.parametrize("name", [name for name in KEEPING if name.endswith("_2")])
    def test_two_copies_survive_the_loss_of_the_file(self, tmp_path: Path, name: str) -> None:
        blocks = store(tmp_path)
        keep(blocks, BLOCK, KEEPING[name], RECORDS)
        files(tmp_path)[0].unlink()
        found = blocks.read(BLOCK, KEEPING[name])
        assert (found is not None) == KEEPING[name].useMemory


class TestChanges:
    def test_what_is_stored_is_told_once(self, tmp_path: Path) -> None:
        blocks = store(tmp_path)
        keep(blocks, BLOCK, StorageLevel.MEMORY_ONLY_2, RECORDS)
        changes = {change.place: change for change in blocks.take_changes()}
        sizes = {held.form: held.size for held in blocks.held()}
        assert changes == {
            "worker 0": BlockChange(BLOCK, "worker 0", True, sizes["objects"]),
            NODE: BlockChange(BLOCK, NODE, True, sizes["disk"]),
        }
        assert sizes["disk"] == files(tmp_path)[0].stat().st_size
        assert blocks.take_changes() == ()

    def test_a_block_that_is_missing_is_told(self, tmp_path: Path) -> None:
        blocks = store(tmp_path)
        assert blocks.read(BLOCK, StorageLevel.MEMORY_AND_DISK) is None
        assert set(blocks.take_changes()) == {
            BlockChange(BLOCK, "worker 0", False),
            BlockChange(BLOCK, NODE, False),
        }

    def test_removed_and_discarded_blocks_are_told(self, tmp_path: Path) -> None:
        blocks = store(tmp_path)
        level = StorageLevel.MEMORY_ONLY_2
        for block in (BLOCK, BlockId(7, 1), OTHER):
            keep(blocks, block, level, RECORDS)
        blocks.take_changes()
        blocks.remove(BLOCK.node)
        assert {(c.block, c.place, c.held) for c in blocks.take_changes()} == {
            (block, "worker 0", False) for block in (BLOCK, BlockId(7, 1))
        }
        assert {block for block, held in forms(blocks).items() if "objects" in held} == {OTHER}
        DiskBlocks(str(tmp_path)).remove_all(BLOCK.node)
        assert set(forms(blocks)) == {OTHER}
        blocks.discard([OTHER])
        assert {(c.block, c.place, c.held) for c in blocks.take_changes()} == {
            (OTHER, "worker 0", False),
            (OTHER, NODE, False),
        }
        assert blocks.held() == []
        assert files(tmp_path) == []

    def test_what_was_computed_but_is_not_trusted_is_dropped_and_what_was_read_stays(
        self, tmp_path: Path
    ) -> None:
        level = StorageLevel.MEMORY_AND_DISK_2
        keep(store(tmp_path), BLOCK, level, RECORDS)
        blocks = store(tmp_path)
        assert [*(blocks.read(BLOCK, level) or ())] == RECORDS
        keep(blocks, OTHER, level, RECORDS)
        told = {(c.block, c.place): c.held for c in blocks.take_changes(trusted=False)}
        assert told == {
            (BLOCK, "worker 0"): True,
            (OTHER, "worker 0"): False,
            (OTHER, NODE): False,
        }
        assert forms(blocks) == {BLOCK: {"objects", "disk"}}
        keep(blocks, OTHER, level, RECORDS)
        blocks.take_changes()
        blocks.take_changes(trusted=False)
        assert OTHER in forms(blocks)

    def test_a_copy_on_disk_is_made_of_what_was_kept_without_one(self, tmp_path: Path) -> None:
        blocks = store(tmp_path)
        keep(blocks, BLOCK, StorageLevel.MEMORY_ONLY, RECORDS)
        blocks.take_changes()
        assert [*(blocks.read(BLOCK, StorageLevel.MEMORY_AND_DISK_2) or ())] == RECORDS
        assert forms(blocks) == {BLOCK: {"objects", "disk"}}
        assert {(c.place, c.held) for c in blocks.take_changes()} == {(NODE, True)}


class TestDamage:
    @pytest.mark.parametrize("damage", DAMAGES)
    @pytest.mark.parametrize("level", [StorageLevel.DISK_ONLY, StorageLevel.MEMORY_AND_DISK])
    def test_a_damaged_file_is_a_missing_block(
        self, tmp_path: Path, damage: str, level: StorageLevel
    ) -> None:
        keep(store(tmp_path, 0), BLOCK, level, RECORDS)
        DAMAGES[damage](files(tmp_path)[0])
        blocks = store(tmp_path)
        assert blocks.read(BLOCK, level) is None
        assert BlockChange(BLOCK, NODE, False) in blocks.take_changes()
        assert files(tmp_path) == []
        assert [*keep(blocks, BLOCK, level, RECORDS)] == RECORDS
        assert [*(blocks.read(BLOCK, level) or ())] == RECORDS

    def test_no_flipped_bit_goes_unnoticed(self, tmp_path: Path) -> None:
        level = StorageLevel.DISK_ONLY
        blocks = store(tmp_path)
        keep(blocks, BLOCK, level, RECORDS[:5])
        (path,) = files(tmp_path)
        good = path.read_bytes()
        for position in range(len(good)):
            path.write_bytes(good)
            flip(path, position)
            assert blocks.read(BLOCK, level) is None

    def test_no_cut_goes_unnoticed(self, tmp_path: Path) -> None:
        level = StorageLevel.DISK_ONLY
        blocks = store(tmp_path)
        keep(blocks, BLOCK, level, RECORDS[:100])
        (path,) = files(tmp_path)
        good = path.read_bytes()
        for end in range(len(good)):
            path.write_bytes(good[:end])
            assert blocks.read(BLOCK, level) is None

    def test_the_file_of_another_block_is_not_taken_for_it(self, tmp_path: Path) -> None:
        blocks = store(tmp_path)
        keep(blocks, BLOCK, StorageLevel.DISK_ONLY, RECORDS)
        (path,) = files(tmp_path)
        path.rename(path.with_name(path.name.replace("0", "1")))
        assert blocks.read(BlockId(BLOCK.node, 1), StorageLevel.DISK_ONLY) is None

    def test_damage_while_it_is_read_gives_no_wrong_record(self, tmp_path: Path) -> None:
        blocks = store(tmp_path)
        keep(blocks, BLOCK, StorageLevel.DISK_ONLY, NOISE)
        records = blocks.read(BLOCK, StorageLevel.DISK_ONLY)
        assert records is not None
        read = [next(records)]
        (path,) = files(tmp_path)
        flip(path, path.stat().st_size - 1000)
        with pytest.raises(CorruptBlockError):
            read.extend(records)
        assert read == NOISE[: len(read)]
        assert len(read) < len(NOISE)
        assert blocks.take_changes()[-1] == BlockChange(BLOCK, NODE, False)
        assert files(tmp_path) == []


class TestFullDisk:
    @pytest.fixture(autouse=True)
    def _quiet(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.WARNING, "pyrite")

    @pytest.mark.parametrize("name", ON_DISK)
    @pytest.mark.parametrize("size", [0, 10, 100_000, 900_000])
    def test_no_record_is_lost(
        self, tmp_path: Path, name: str, size: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        blocks = store(tmp_path, 200_000)
        descriptors = len(os.listdir("/proc/self/fd"))
        with small_disk(size):
            handed = keep(blocks, BLOCK, ON_DISK[name], NOISE)
            assert blocks.held() == []
            assert files(tmp_path) == []
            assert [*handed] == NOISE
        del handed
        assert len(os.listdir("/proc/self/fd")) == descriptors
        assert blocks.read(BLOCK, ON_DISK[name]) is None
        (warning,) = caplog.messages
        assert "partition 0 of dataset 7 is not kept" in warning
        assert "File too large" in warning

    def test_a_file_that_cannot_be_finished_is_no_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(source: str, target: str) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "replace", full)
        blocks = store(tmp_path)
        assert [*keep(blocks, BLOCK, StorageLevel.DISK_ONLY, RECORDS)] == RECORDS
        assert files(tmp_path) == []
        assert blocks.take_changes() == ()

    def test_eviction_to_a_full_disk_drops_the_block(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        blocks = store(tmp_path, 1_500_000)
        keep(blocks, BLOCK, StorageLevel.MEMORY_AND_DISK, NOISE)
        with small_disk(1000):
            assert [*keep(blocks, OTHER, StorageLevel.MEMORY_AND_DISK, NOISE)] == NOISE
        assert forms(blocks) == {OTHER: {"objects"}}
        assert "partition 0 of dataset 7 is not kept" in caplog.text
        assert files(tmp_path) == []

    def test_a_second_copy_that_cannot_be_written_is_done_without(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        blocks = store(tmp_path)
        with small_disk(1000):
            assert [*keep(blocks, BLOCK, StorageLevel.MEMORY_ONLY_2, NOISE)] == NOISE
        assert forms(blocks) == {BLOCK: {"objects"}}
        assert "has no copy on disk" in caplog.text


class TestRecordsThatCannotBePickled:
    @pytest.mark.parametrize("name", LEVELS)
    @pytest.mark.parametrize("budget", [1 << 30, 500])
    def test_they_are_handed_on(self, tmp_path: Path, name: str, budget: int) -> None:
        records: list[Any] = [*RECORDS[:1000], threading.Lock(), *RECORDS[1000:]]
        blocks = store(tmp_path, budget)
        level = LEVELS[name]
        assert [*keep(blocks, BLOCK, level, records)] == records
        kept = level.keeps_objects and budget > 500
        assert forms(blocks) == ({BLOCK: {"objects"}} if kept else {})
        assert files(tmp_path) == []
