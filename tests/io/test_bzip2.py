import bz2
import random
from itertools import pairwise

import pytest
from tests.io.reading import read, read_all, task_for

from pyrite.io.compression import CorruptFileError
from pyrite.io.splits import FileSplit
from pyrite.io.text import TextSource


def noise(seed: int, line_end: str, size: int) -> bytes:
    """Text of some blocks' length, with now and then a very long line, or none at all."""
    rng = random.Random(seed)
    lines, left = [], size
    while left > 0:
        length = rng.choice([0, 0, 5, 60, 60, 60, 250_000 if rng.random() < 0.001 else 1])
        lines.append(rng.randbytes(length).hex())
        left -= 2 * length + 1
    return line_end.join(lines).encode()


@pytest.mark.parametrize("line_end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("level", [1, 9])
def test_every_line_once_whatever_the_cuts(tmp_path, line_end, level):
    rng = random.Random(level)
    path = tmp_path / "a.bz2"
    data = noise(level, line_end, 900_000) + noise(2, line_end, 300_000)
    streams = (data[:500_000], b"", data[500_000:500_001], data[500_001:])
    path.write_bytes(b"".join(bz2.compress(part, level) for part in streams))
    size = path.stat().st_size
    source = TextSource(path)
    for cuts in (rng.sample(range(size), 5), [1, 2, 3, 4, 5], [size - 1, 13, 14, 15, 40]):
        lines = []
        for start, end in pairwise([0, *sorted(cuts), size]):
            split = (FileSplit(str(path), start, end, size),)
            lines += source.read(split, task_for(source, 0))
        assert lines == [line.decode() for line in data.splitlines()]


@pytest.mark.parametrize("content", [b"\r\n", b"\n", b"\r", b"x"])
def test_a_line_end_across_two_blocks(tmp_path, content):
    # Level 1 blocks hold 99,981 bytes: here a block ends at every place in the line ends.
    path = tmp_path / "a.bz2"
    for before in range(99_963, 99_983):
        data = (b"0123456789" * 10_000)[:before] + content * 8 + b"end of text " * 10_000
        path.write_bytes(bz2.compress(data, 1))
        for partitions in (2, 3):
            assert read_all(TextSource(path, partitions)) == [
                line.decode() for line in data.splitlines()
            ]


def test_a_byte_order_mark_is_taken_off_the_files_start_only(tmp_path):
    path = tmp_path / "a.bz2"
    lines = ["\ufeff" + "0123456789" * 5] * 20_000
    path.write_bytes(bz2.compress("\n".join(lines).encode(), 1))
    assert read_all(TextSource(path, 4)) == [lines[0][1:], *lines[1:]]


def test_the_work_is_shared(tmp_path):
    path = tmp_path / "a.bz2"
    data = noise(3, "\n", 3_000_000)
    path.write_bytes(bz2.compress(data, 1))
    partitions = read(TextSource(path, 4))
    assert len(partitions) == 4
    assert all(partitions)


def test_a_damaged_block_is_named(tmp_path):
    path = tmp_path / "a.bz2"
    damaged = bytearray(bz2.compress(noise(4, "\n", 900_000), 1))
    damaged[len(damaged) // 2] ^= 0x55
    path.write_bytes(damaged)
    with pytest.raises(CorruptFileError, match=f"{path}: the bzip2 block at byte"):
        read(TextSource(path, 3))


def test_bytes_read_are_about_the_files_size(tmp_path):
    path = tmp_path / "a.bz2"
    data = b"".join(b"%d\n" % number for number in range(200_000))
    path.write_bytes(bz2.compress(data, 1))
    source = TextSource(path, 2)
    total = 0
    for partition in range(2):
        task = task_for(source, partition)
        list(source.compute(partition, task))
        total += task.metrics.bytes_read
    assert path.stat().st_size <= total <= path.stat().st_size * 1.3
