"""Sorting is `sorted`, whatever the keys are, in one column or two, by NumPy or not."""

from __future__ import annotations

import math
import sys
from itertools import chain
from operator import itemgetter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.shuffle.harness import Fitful, Roomy, Starved, cut, sandbox, shuffle_of

from pyrite.api.ordering import finer_bounds
from pyrite.core.context import MemoryGuard
from pyrite.lineage.dependency import Order
from pyrite.lineage.partitioner import RangePartitioner
from pyrite.shuffle import numbers
from pyrite.shuffle.numbers import places_in_order, sorted_numbers

memories = st.one_of(st.builds(Roomy), st.builds(Starved), st.builds(Fitful, st.integers(0, 9999)))
ints = st.one_of(st.integers(-3, 3), st.integers(), st.sampled_from([2**63 - 1, -(2**63), 2**63]))
floats = st.one_of(st.sampled_from([0.0, -0.0, 1.0, math.inf, -math.inf]), st.floats())
comparable = st.one_of(ints, st.booleans(), st.floats(allow_nan=False))
texts = st.text(st.characters(), max_size=3) | st.sampled_from(["\ud800", "\uffff", "\U00010000"])
columns = st.one_of(
    st.lists(ints, max_size=40),
    st.lists(floats, max_size=40),
    st.lists(comparable, max_size=40),
    st.lists(st.booleans(), max_size=40),
    st.lists(texts, max_size=40),
    st.lists(st.tuples(ints, texts), max_size=40),
)


@pytest.fixture(autouse=True)
def _numpy_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few the numbers are."""
    monkeypatch.setattr(numbers, "_WORTH_IT", 1)
    pytest.importorskip("numpy")


def _same(one: list[Any], other: list[Any]) -> bool:
    """To the last detail: 0.0 is not -0.0, nor 1, nor True; NaN is NaN."""
    return list(map(repr, one)) == list(map(repr, other))


@settings(deadline=None)
@given(columns, st.booleans())
def test_numbers_are_sorted_as_python_does(column, ascending):
    ordered = sorted_numbers(column, ascending)
    assert ordered is None or _same(ordered, sorted(column, reverse=not ascending))
    places = places_in_order(column, ascending)
    expected = sorted(range(len(column)), key=column.__getitem__, reverse=not ascending)
    assert places is None or places == expected


@pytest.mark.parametrize(
    ("column", "taken"),
    [
        ([2, 1], True),
        ([2.0, 1.0, 0.0, -0.0], True),
        ([2**63 - 1, -(2**63)], True),
        ([2**63, 1], False),
        ([1.0, math.nan], False),
        ([True, 1], False),
        ([1, 1.0], False),
        (["a"], False),
        ([None], False),
    ],
)
def test_which_numbers_numpy_sorts(column: list[Any], taken: bool) -> None:
    assert (sorted_numbers(column, True) is not None) == taken


def test_few_numbers_do_not_import_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "numpy")
    assert sorted_numbers([2, 1], True) is None


@settings(deadline=None)
@given(columns, st.integers(1, 4), memories, st.sampled_from([1, 3, 4096]), st.booleans())
def test_values_sorted_by_themselves(column, maps, memory, batch_size, ascending):
    order = Order(ascending=ascending, values_only=True)
    with sandbox(memory, batch_size) as box:
        shuffle = shuffle_of(maps, RangePartitioner(()), order)
        (result,) = box.run(shuffle, cut([(value, value) for value in column], maps))
    if any(value != value for value in column) and box.spills:
        assert sorted(map(repr, result)) == sorted(map(repr, column))
    else:
        assert _same(result, sorted(column, reverse=not ascending))


@settings(deadline=None)
@given(
    columns,
    st.integers(1, 4),
    memories,
    st.sampled_from([1, 3, 4096]),
    st.booleans(),
    st.booleans(),
    st.integers(1, 5),
)
def test_values_sorted_by_keys(column, maps, memory, batch_size, ascending, values_only, others):
    # Some of the values are the keys themselves, so that some chunks are of one column.
    records = [(key, i if i % others else key) for i, key in enumerate(column)]
    order = Order(ascending=ascending, values_only=values_only)
    with sandbox(memory, batch_size) as box:
        shuffle = shuffle_of(maps, RangePartitioner(()), order)
        (result,) = box.run(shuffle, cut(records, maps))
    expected: list[Any] = sorted(records, key=itemgetter(0), reverse=not ascending)
    if values_only:
        expected = [value for _, value in expected]
    if any(value != value for value in column) and box.spills:
        assert sorted(map(repr, result)) == sorted(map(repr, expected))
    else:
        assert _same(result, expected)


@settings(deadline=None)
@given(
    columns, st.integers(1, 3), memories, st.sampled_from([2, 4096]), st.booleans(), st.booleans()
)
def test_a_key_function_decides(column, maps, memory, batch_size, ascending, values_only):
    order = Order(repr, ascending, values_only)
    records = [(key, key) for key in column]
    with sandbox(memory, batch_size) as box:
        partitioner = RangePartitioner(("0", "5"), ascending, repr)
        partitions = box.run(shuffle_of(maps, partitioner, order), cut(records, maps))
    result = list(chain.from_iterable(partitions))
    expected = sorted(column, key=repr, reverse=not ascending)
    if not values_only:
        assert all(key is value or repr(key) == repr(value) for key, value in result)
        result = [key for key, _ in result]
    assert _same(result, expected)


@settings(deadline=None)
@given(
    st.lists(st.integers(-40, 40), max_size=60),
    st.lists(st.integers(-40, 40), min_size=1, max_size=20),
    st.lists(st.integers(-40, 40), min_size=1, max_size=3),
    st.integers(1, 4),
    st.booleans(),
    memories,
)
def test_partitions_in_pieces_are_the_same(column, sample, bounds, pieces, ascending, memory):
    bounds = sorted(bounds)
    partitioner = RangePartitioner(tuple(bounds), ascending)
    finer = RangePartitioner(finer_bounds(bounds, sample, pieces), ascending)
    assert finer.num_partitions == pieces * partitioner.num_partitions
    assert all(finer(key) // pieces == partitioner(key) for key in range(-41, 42))
    records = [(key, place) for place, key in enumerate(column)]
    results = []
    for order in (Order(None, ascending), Order(None, ascending, False, pieces, finer)):
        with sandbox(memory) as box:
            results.append(box.run(shuffle_of(2, partitioner, order), cut(records, 2)))
    assert results[0] == results[1]


@pytest.mark.parametrize("memory", [Roomy(), Starved()])
@pytest.mark.parametrize("values_only", [True, False])
@pytest.mark.parametrize("same", [True, False])
def test_keys_that_do_not_compare(memory: MemoryGuard, values_only: bool, same: bool) -> None:
    records = [(key, key if same else 0) for key in (1, None, 2)]
    with sandbox(memory, 1) as box:
        shuffle = shuffle_of(1, RangePartitioner(()), Order(values_only=values_only))
        with pytest.raises(TypeError, match="'<' not supported between instances of"):
            box.run(shuffle, [records])
