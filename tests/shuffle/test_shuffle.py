"""What goes into a shuffle comes out, arranged as asked, however often it is spilled."""

from __future__ import annotations

import math
import operator
from collections import Counter
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shuffle.harness import Fitful, Roomy, Starved, cut, sandbox, shuffle_of

from pyrite.core.context import MemoryGuard
from pyrite.lineage.dependency import Aggregator, Grouping, Order
from pyrite.lineage.partitioner import HashPartitioner, RangePartitioner

ADD = Aggregator(lambda value: value, operator.add, operator.add)
TO_LIST = Aggregator(lambda v: [v], lambda c, v: [*c, v], operator.add)

memories = st.one_of(st.builds(Roomy), st.builds(Starved), st.builds(Fitful, st.integers(0, 9999)))
plain_keys = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.0, 1.0, -0.0, 2.5, math.inf, 1 << 70, float(1 << 70)]),
    st.text(max_size=2),
    st.binary(max_size=1),
    st.sampled_from([2**61 - 1, 2 * (2**61 - 1), -1, -2]),  # equal hashes
)
keys = st.recursive(
    plain_keys,
    lambda inner: st.one_of(st.tuples(inner, inner), st.frozensets(inner, max_size=2)),
    max_leaves=3,
)
records_of = st.lists(st.tuples(keys, st.integers()), max_size=60)
maps = st.integers(1, 5)
batch_sizes = st.sampled_from([1, 2, 7, 4096])


@given(records_of, maps, memories, batch_sizes)
def test_records_without_arrangement_are_all_there(records, maps, memory, batch_size):
    with sandbox(memory, batch_size) as box:
        shuffle = shuffle_of(maps)
        partitions = box.run(shuffle, cut(records, maps))
    assert Counter(chain.from_iterable(partitions)) == Counter(records)
    for number, partition in enumerate(partitions):
        # In order of the map tasks, and each where the partitioner says.
        assert partition == [r for r in records if shuffle.partitioner(r[0]) == number]


@given(records_of, maps, memories, batch_sizes)
def test_aggregation_sums_like_a_dict(records, maps, memory, batch_size):
    expected: dict[Any, int] = {}
    for key, value in records:
        expected[key] = expected.get(key, 0) + value
    with sandbox(memory, batch_size) as box:
        partitions = box.run(shuffle_of(maps, None, ADD), cut(records, maps))
    result = list(chain.from_iterable(partitions))
    assert len(result) == len(expected)
    assert dict(result) == expected


@given(records_of, maps, memories, batch_sizes)
def test_combiners_are_merged_in_order(records, maps, memory, batch_size):
    with sandbox(memory, batch_size) as box:
        partitions = box.run(shuffle_of(maps, None, TO_LIST), cut(records, maps))
    assert dict(chain.from_iterable(partitions)) == _grouped(records)


@given(records_of, maps, memories, batch_sizes)
def test_grouping_keeps_values_in_order(records, maps, memory, batch_size):
    with sandbox(memory, batch_size) as box:
        partitions = box.run(shuffle_of(maps, None, Grouping()), cut(records, maps))
        groups = list(chain.from_iterable(partitions))
        assert len({key for key, _ in groups}) == len(groups)
        assert {key: list(values) for key, values in groups} == _grouped(records)
        assert {key: len(values) for key, values in groups} == Counter(k for k, _ in records)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers()), max_size=60),
    maps,
    memories,
    batch_sizes,
    st.booleans(),
    st.sampled_from([None, operator.neg, lambda key: key // 2]),
)
def test_order_is_that_of_sorted(records, maps, memory, batch_size, ascending, key_function):
    order = Order(key_function, ascending)
    partitioner = RangePartitioner((-3, 1, 3), ascending, key_function)
    function = key_function or (lambda key: key)
    with sandbox(memory, batch_size) as box:
        partitions = box.run(shuffle_of(maps, partitioner, order), cut(records, maps))
    expected = sorted(records, key=lambda r: function(r[0]), reverse=not ascending)
    assert list(chain.from_iterable(partitions)) == expected


@given(
    st.lists(records_of, min_size=1, max_size=3),
    maps,
    memories,
    batch_sizes,
    st.lists(st.booleans(), min_size=3, max_size=3),
)
def test_cogroup_brings_every_side_together(sides, maps, memory, batch_size, present):
    partitioner = HashPartitioner(3)
    with sandbox(memory, batch_size) as box:
        shuffles = [shuffle_of(maps, partitioner) for _ in sides]
        outputs = {
            shuffle.id: box.write(shuffle, cut(side, maps))
            for shuffle, side in zip(shuffles, sides, strict=True)
        }
        service = box.service(shuffles[0], [])
        service._inputs = outputs
        found: dict[Any, tuple[list[int], ...]] = {}
        for partition in range(3):
            given = tuple(
                iter([r for r in side if partitioner(r[0]) == partition]) if here else shuffle
                for shuffle, side, here in zip(shuffles, sides, present, strict=False)
            )
            for key, groups in service.read_groups(given, partition, box.task()):
                assert key not in found
                found[key] = tuple(map(list, groups))
    tables = [_grouped(side) for side in sides]
    every_key = set(chain.from_iterable(tables))
    assert found == {key: tuple(table.get(key, []) for table in tables) for key in every_key}


@pytest.mark.parametrize("memory", [Roomy(), Starved()])
def test_every_nan_is_a_key_of_its_own(memory: MemoryGuard) -> None:
    records = [(math.nan, 1), (float("nan"), 2), ((1, float("nan")), 3), (1.0, 4), (True, 5)]
    with sandbox(memory, 1) as box:
        partitions = box.run(shuffle_of(2, None, Grouping()), cut(records, 2))
        values = sorted(list(values) for _, values in chain.from_iterable(partitions))
    assert values == [[1], [2], [3], [4, 5]]


@pytest.mark.parametrize("arrangement", [None, ADD, Grouping(), Order()])
@pytest.mark.parametrize("maps", [0, 3])
def test_empty_partitions(arrangement: Any, maps: int) -> None:
    with sandbox() as box:
        assert box.run(shuffle_of(maps, None, arrangement), [[]] * maps) == [[], [], []]


def _grouped(records: list[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = {}
    for key, value in records:
        groups.setdefault(key, []).append(value)
    return groups
