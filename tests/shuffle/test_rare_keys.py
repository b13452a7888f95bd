"""Keys that come again rarely are not kept in a table; what comes out is the same."""

from __future__ import annotations

import operator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shuffle.harness import cut, sandbox, shuffle_of
from tests.shuffle.test_shuffle import batch_sizes, maps, memories, records_of

from pyrite.lineage.dependency import Aggregator
from pyrite.shuffle import write
from pyrite.shuffle.buckets import Buckets

SUMS = Aggregator(lambda value: value, operator.add, operator.add, neutral=True)


@given(records_of, maps, memories, batch_sizes, st.integers(1, 20))
def test_the_sums_are_the_same_however_early_keys_are_called_rare(
    records, maps, memory, batch_size, sample
):
    expected: dict[Any, int] = {}
    for key, value in records:
        expected[key] = expected.get(key, 0) + value
    with pytest.MonkeyPatch.context() as patch, sandbox(memory, batch_size) as box:
        patch.setattr(write, "_SAMPLE", sample)
        partitions = box.run(shuffle_of(maps, None, SUMS), cut(records, maps))
    result = [pair for partition in partitions for pair in partition]
    assert len(result) == len(expected)
    assert dict(result) == expected


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Records of each map output."""
    counts = []
    write_all = Buckets.write

    def noted(self: Buckets, path: str, *, backward: bool = False) -> tuple[int, int]:
        size, count = write_all(self, path, backward=backward)
        counts.append(count)
        return size, count

    monkeypatch.setattr(Buckets, "write", noted)
    return counts


MANY = 4 * write._SAMPLE


def test_keys_that_are_rare_at_first_are_combined_once_they_are_not(written: list[int]) -> None:
    keys = [*range(MANY), *([7] * MANY)]
    with sandbox() as box:
        partitions = box.run(shuffle_of(1, None, SUMS), [[(key, 1) for key in keys]])
    sums = dict(pair for partition in partitions for pair in partition)
    assert sums == {**dict.fromkeys(range(MANY), 1), 7: MANY + 1}
    assert written[0] <= MANY + 2


def test_keys_that_come_again_are_combined(written: list[int]) -> None:
    with sandbox() as box:
        box.run(shuffle_of(1, None, SUMS), [[(key % 1000, 1) for key in range(MANY)]])
    assert written == [1000]


def test_what_is_added_for_a_key_is_added_once_a_task(written: list[int]) -> None:
    from_ten = Aggregator(lambda value: 10 + value, operator.add, operator.add)
    keys = [*range(MANY), *range(MANY)]
    with sandbox() as box:
        partitions = box.run(shuffle_of(1, None, from_ten), [[(key, 1) for key in keys]])
    assert written == [MANY]
    assert {value for partition in partitions for _, value in partition} == {12}
