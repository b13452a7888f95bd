"""Broadcast values come out as they went in, and their buffers lie in memory once per node."""

from __future__ import annotations

import mmap
import re
import subprocess
import sys
import threading
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.blocks.harness import small_disk
from tests.damages import flip

from pyrite.blocks.broadcasts import Broadcasts, read_broadcast, write_broadcast
from pyrite.core.errors import BroadcastGone, CorruptBlockError, SerializationError

ARRAYS: dict[str, Callable[[], Any]] = {
    "floats": lambda: np.arange(1000) / 7,
    "empty": lambda: np.zeros(0),
    "empty in one dimension": lambda: np.zeros((3, 0), dtype=np.int8),
    "no dimension": lambda: np.array(3.5),
    "by column": lambda: np.asfortranarray(np.arange(12).reshape(3, 4)),
    "transposed": lambda: np.arange(12).reshape(3, 4).T,
    "every third": lambda: np.arange(100)[::3],
    "backwards": lambda: np.arange(100)[::-1],
    "records": lambda: np.array([(1, 2.5), (3, 4.5)], dtype=[("a", "i4"), ("b", "f8")]),
    "texts": lambda: np.array(["one", "three"]),
    "objects": lambda: np.array([{}, "a", None, (1, 2)], dtype=object),
    "times": lambda: np.array(["2026-01-01", "NaT"], dtype="datetime64[s]"),
}
"""Arrays of every kind of layout that numpy pickles in its own way."""

IN_BAND = {"every third", "backwards", "objects", "times"}
"""Those which numpy copies into the pickle, so that each worker has its own."""


def there_and_back(tmp_path: Path, value: Any) -> Any:
    path = str(tmp_path / "value")
    size = write_broadcast(path, value)
    assert [each.name for each in tmp_path.iterdir()] == ["value"]
    assert size == Path(path).stat().st_size
    return read_broadcast(path)


@pytest.mark.parametrize(
    "value",
    [
        None,
        0,
        "",
        {},
        b"\x00" * 100_000,
        bytearray(b"abc"),
        {number: str(number) for number in range(100_000)},
        [[1, 2], (3, {4}), {"five": 6.0}],
    ],
    ids=lambda value: f"{type(value).__name__} {str(value)[:10]!r}",
)
def test_values_without_buffers(tmp_path: Path, value: Any) -> None:
    assert there_and_back(tmp_path, value) == value


@pytest.mark.parametrize("kind", ARRAYS)
def test_arrays(tmp_path: Path, kind: str) -> None:
    value = ARRAYS[kind]()
    copy = there_and_back(tmp_path, {"it": [value, value]})["it"]
    assert copy[0] is copy[1]
    np.testing.assert_array_equal(copy[0], value)
    assert copy[0].dtype == value.dtype
    if kind not in IN_BAND:
        assert not copy[0].flags.writeable
        assert copy[0].ctypes.data % 64 == 0
        assert isinstance(owner(copy[0]), mmap.mmap)
        with pytest.raises(ValueError, match="cannot set WRITEABLE"):
            copy[0].flags.writeable = True


def owner(array: Any) -> Any:
    """What the memory of an array belongs to in the end."""
    while not isinstance(array, memoryview):
        array = array.base
    return array.obj


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_many_buffers(tmp_path_factory: pytest.TempPathFactory, parts: list[bytes]) -> None:
    value = [np.frombuffer(part, dtype=np.uint8) for part in parts]
    copy = there_and_back(tmp_path_factory.mktemp("broadcast"), value)
    assert [each.tobytes() for each in copy] == parts


def test_arrow_tables(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    table = arrow.table({"a": range(10_000), "b": [str(each) for each in range(10_000)]})
    before = arrow.total_allocated_bytes()
    copy = there_and_back(tmp_path, table)
    assert arrow.total_allocated_bytes() - before < 1000
    assert copy.equals(table)


def test_classes_and_functions_of_a_script_go_by_value(tmp_path: Path) -> None:
    Point = namedtuple("Point", "x y")
    point, area = there_and_back(tmp_path, (Point(2, 3), lambda point: point.x * point.y))
    assert area(point) == 6


def test_what_cannot_be_pickled_is_named_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(SerializationError, match="the item 'guard', a lock,"):
        write_broadcast(str(tmp_path / "value"), {"guard": threading.Lock()})
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_no_file(tmp_path: Path) -> None:
    with small_disk(100_000), pytest.raises(OSError, match="File too large"):
        write_broadcast(str(tmp_path / "value"), np.zeros(100_000))
    assert list(tmp_path.iterdir()) == []


def test_a_value_outlives_its_file(tmp_path: Path) -> None:
    array = there_and_back(tmp_path, np.arange(100_000))
    (tmp_path / "value").unlink()
    assert array.sum() == sum(range(100_000))


class TestDamage:
    def test_no_flipped_bit_goes_unnoticed(self, tmp_path: Path) -> None:
        path = tmp_path / "value"
        write_broadcast(str(path), [np.arange(20), "and a text"])
        good = path.read_bytes()
        padding = 0
        for position in range(len(good)):
            path.write_bytes(good)
            flip(path, position)
            try:
                copy = read_broadcast(str(path))
            except CorruptBlockError:
                continue
            padding += 1
            assert copy[0].tolist() == list(range(20))
        assert padding < 64

    def test_a_damaged_table_goes_not_unnoticed_where_buffers_are_not_checked(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "value"
        size = write_broadcast(str(path), np.arange(20))
        flip(path, size - 10)
        with pytest.raises(CorruptBlockError, match="table"):
            read_broadcast(str(path), check_buffers=False)

    def test_no_cut_goes_unnoticed(self, tmp_path: Path) -> None:
        path = tmp_path / "value"
        write_broadcast(str(path), np.arange(20))
        good = path.read_bytes()
        for end in range(len(good)):
            path.write_bytes(good[:end])
            with pytest.raises(CorruptBlockError):
                read_broadcast(str(path))


class TestBroadcasts:
    def test_a_value_is_opened_once(self, tmp_path: Path) -> None:
        path = str(tmp_path / "3")
        write_broadcast(path, {"a": 1})
        broadcasts = Broadcasts(1 << 20)
        assert broadcasts.value(3, path) is broadcasts.value(3, path)

    def test_a_forgotten_value_is_read_again(self, tmp_path: Path) -> None:
        path = str(tmp_path / "3")
        write_broadcast(path, {"a": 1})
        broadcasts = Broadcasts(1 << 20)
        first = broadcasts.value(3, path)
        broadcasts.forget(3)
        broadcasts.forget(4)
        assert broadcasts.value(3, path) == first
        assert broadcasts.value(3, path) is not first

    def test_one_that_was_destroyed_is_told_by_number(self, tmp_path: Path) -> None:
        with pytest.raises(BroadcastGone, match=r"^broadcast 3 was destroyed"):
            Broadcasts(1 << 20).value(3, str(tmp_path / "3"))

    def test_the_least_recently_used_is_closed(self, tmp_path: Path) -> None:
        paths = [str(tmp_path / str(number)) for number in range(3)]
        for number, path in enumerate(paths):
            write_broadcast(path, np.full(1000, number))
        broadcasts = Broadcasts(20_000)
        first, second = (broadcasts.value(number, paths[number]) for number in (0, 1))
        assert broadcasts.value(0, paths[0]) is first
        broadcasts.value(2, paths[2])
        assert broadcasts.value(0, paths[0]) is first
        assert broadcasts.value(1, paths[1]) is not second
        assert second[0] == 1, "what is in use stays"

    def test_a_value_larger_than_the_budget_is_kept_until_the_next(self, tmp_path: Path) -> None:
        path = str(tmp_path / "3")
        write_broadcast(path, np.arange(1000))
        broadcasts = Broadcasts(100)
        assert broadcasts.value(3, path) is broadcasts.value(3, path)

    def test_buffers_are_checked_on_first_use(self, tmp_path: Path) -> None:
        path = tmp_path / "3"
        size = write_broadcast(str(path), np.arange(1000))
        flip(path, size // 2)
        with pytest.raises(CorruptBlockError, match="buffer"):
            Broadcasts(1 << 20).value(3, str(path))


CHILD = """
import sys
from pyrite.blocks.broadcasts import read_broadcast
array = read_broadcast(sys.argv[1])
print(array.sum(), flush=True)
sys.stdin.read()
"""


def mapping(pid: int | str, path: str) -> dict[str, int]:
    """What the kernel says of a process's pages of ``path``, which are mapped shared, in kB."""
    text = Path(f"/proc/{pid}/smaps").read_text()
    (region,) = re.findall(rf"^(\S+ \S+) .*{re.escape(path)}\n((?:\w+:.*\n)*)", text, re.MULTILINE)
    assert region[0].endswith(" r--s")
    return {name: int(size) for name, size in re.findall(r"(\w+): +(\d+) kB", region[1])}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_processes_of_a_node_share_the_pages(tmp_path: Path) -> None:
    path = str(tmp_path / "value")
    write_broadcast(path, np.ones(1_000_000))
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        for child in children:
            assert child.stdout is not None
            assert float(child.stdout.readline()) == 1_000_000
        for child in children:
            pages = mapping(child.pid, path)
            assert pages["Rss"] >= 7_800
            assert pages["Private_Clean"] + pages["Private_Dirty"] + pages["Anonymous"] < 100
            assert pages["Pss"] <= 0.6 * pages["Rss"]
    finally:
        for child in children:
            child.communicate(timeout=30)
