from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pyrite.io.filesystem import Entry
from pyrite.io.splits import partition_files

sizes = st.lists(st.one_of(st.just(0), st.integers(1, 50), st.integers(100, 5000)), max_size=30)


def files(sizes: list[int]) -> list[Entry]:
    return [Entry(f"/d/{i}", size, False) for i, size in enumerate(sizes)]


@given(sizes, st.integers(1, 40), st.integers(1, 1000))
def test_each_byte_once_and_in_order(sizes: list[int], parts: int, target: int):
    partitions = partition_files(files(sizes), parts, split_bytes=target)
    splits = [split for partition in partitions for split in partition]
    covered: dict[str, int] = {}
    for split in splits:
        assert split.start == covered.get(split.path, 0)
        covered[split.path] = split.end
    assert list(covered.items()) == [(f"/d/{i}", size) for i, size in enumerate(sizes)]


@given(sizes, st.integers(1, 40), st.integers(1, 1000))
def test_no_partition_is_too_large_and_no_two_neighbours_would_fit_in_one(sizes, parts, target):
    partitions = partition_files(files(sizes), parts, split_bytes=target)
    loads = [sum(split.end - split.start for split in part) for part in partitions]
    total = sum(sizes)
    assert max(loads, default=0) <= target
    assert len(partitions) >= min(parts, total)
    wanted = parts if total <= target * parts else -(-total // target)
    limit = max(1, Fraction(total, wanted))
    for one, other in pairwise(partitions):
        load = sum(split.end - split.start for split in one)
        assert load + other[0].end - other[0].start > limit


@given(st.integers(1, 10_000), st.integers(1, 50))
def test_a_large_file_is_cut_evenly(size: int, parts: int):
    lengths = [
        split.end - split.start
        for partition in partition_files(files([size]), parts)
        for split in partition
    ]
    assert max(lengths) - min(lengths) <= 1
    assert len(lengths) == min(size, parts)


def test_files_that_cannot_be_cut_are_packed_whole():
    partitions = partition_files(
        files([10, 500, 10, 10]), 4, split_bytes=100, can_cut=lambda path: False
    )
    assert [[split.path for split in part] for part in partitions] == [
        ["/d/0"],
        ["/d/1"],
        ["/d/2", "/d/3"],
    ]


def test_ten_thousand_small_files_are_not_ten_thousand_tasks():
    assert len(partition_files(files([1000] * 10_000), 2)) == 2


def test_empty_files_have_a_partition_and_no_files_have_none():
    assert [len(part) for part in partition_files(files([0, 0]), 8)] == [2]
    assert partition_files([], 8) == []


@given(st.integers(1, 10**6), st.integers(1, 8), st.integers(1, 6), st.integers(1000, 10**5))
def test_input_of_many_partitions_makes_a_multiple_of_the_tasks_side_by_side(
    size, side_by_side, min_partitions, split_bytes
):
    partitions = partition_files(
        [Entry("/data", size, False)],
        min_partitions,
        split_bytes=split_bytes,
        side_by_side=side_by_side,
    )
    assert len(partitions) >= min(min_partitions, size)
    assert max(split.end - split.start for part in partitions for split in part) <= split_bytes
    if size > split_bytes * min_partitions:
        assert len(partitions) % side_by_side == 0
