"""`assert_rdd_equal` finds every difference, and no other."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from pyrite import SparkContext
from pyrite.pytest_plugin import assert_rdd_equal
from pyrite.pytest_plugin.matching import unmatched
from pyrite.sql import Row

MakeContext = Callable[..., SparkContext]
NAN = float("nan")


@dataclass
class Point:
    """Has no hash."""

    x: float
    tags: list[str]


RECORDS = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=3),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.tuples(inner, inner)
        | some.dictionaries(some.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(some.lists(RECORDS, max_size=8), some.randoms())
def test_order_does_not_matter(records: list[Any], chance: random.Random) -> None:
    shuffled = records[:]
    chance.shuffle(shuffled)
    assert_rdd_equal(records, shuffled)
    assert_rdd_equal(records, shuffled, rel_tol=1e-9)
    assert_rdd_equal(records, records[:], in_order=True)


@given(some.lists(RECORDS, max_size=8), RECORDS)
def test_one_record_more_is_a_difference(records: list[Any], extra: Any) -> None:
    for keywords in ({}, {"rel_tol": 1e-9}, {"in_order": True}):
        with pytest.raises(AssertionError, match="1 only on the right"):
            assert_rdd_equal(records, [*records, extra], **keywords)


@given(some.lists(some.tuples(some.text(max_size=1), some.floats(-1e6, 1e6)), max_size=12))
def test_numbers_a_little_apart_are_close(pairs: list[tuple[str, float]]) -> None:
    moved = [(key, number + 0.001) for key, number in reversed(pairs)]
    assert_rdd_equal(pairs, moved, abs_tol=0.002)


@given(some.lists(some.integers(0, 9), max_size=6), some.lists(some.integers(0, 9), max_size=6))
def test_a_pairing_is_as_large_as_any(lefts: list[int], rights: list[int]) -> None:
    def close(one: int, other: int) -> bool:
        return (one * 7 + other * 3) % 5 < 2  # no order helps

    def largest(ones: list[int], others: list[int]) -> int:
        if not ones:
            return 0
        with_first = [
            1 + largest(ones[1:], others[:at] + others[at + 1 :])
            for at, other in enumerate(others)
            if close(ones[0], other)
        ]
        return max([largest(ones[1:], others), *with_first])

    lost, found = unmatched(lefts, rights, close)
    paired = largest(lefts, rights)
    assert (len(lefts) - len(lost), len(rights) - len(found)) == (paired, paired)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([1, 2, 2], [2, 1, 2]),
        ([NAN, (NAN, 1)], [(NAN, 1), NAN]),
        ([[1], {"a": [2]}, {3}], [{3}, {"a": [2]}, [1]]),
        ([{"a": 1, "b": 2}], [{"b": 2, "a": 1}]),
        ([Point(1, ["a"])], [Point(1.0, ["a"])]),
        ([np.array([1, 2])], [np.array([1, 2])]),
        ([np.float64(1.5), np.int64(2)], [1.5, 2]),
        ([Row(a=1)], [(1,)]),
        ([1, True], [1.0, 1]),
        (iter("ab"), "ba"),
        ([], []),
    ],
)
def test_equal(left: Any, right: Any) -> None:
    assert_rdd_equal(left, right)


@pytest.mark.parametrize(
    ("left", "right", "keywords"),
    [
        ([1, 2, 2], [1, 1, 2], {}),
        ([(1, 2)], [[1, 2]], {}),
        ([1], ["1"], {}),
        ([0.1 + 0.2], [0.3], {}),
        ([0.1 + 0.2], [0.31], {"rel_tol": 1e-9}),
        ([{"a": 1, "b": 2.0}], [{"a": 2.0, "b": 1}], {"abs_tol": 0.1}),
        ([np.array([1, 2])], [np.array([2, 1])], {}),
        ([np.array([1.0])], [np.array([1.0, 1.0])], {"rel_tol": 1e-9}),
        ([Point(1, ["a"])], [Point(1, ["b"])], {}),
        ([None], [0], {"abs_tol": 1}),
        ([NAN], [1.0], {"abs_tol": 9}),
        ([1, 2], [2, 1], {"in_order": True}),
    ],
)
def test_not_equal(left: Any, right: Any, keywords: Any) -> None:
    with pytest.raises(AssertionError, match="the datasets differ"):
        assert_rdd_equal(left, right, **keywords)


def test_close_in_dictionaries_of_another_order() -> None:
    assert_rdd_equal([{"a": 1.0, "b": 2.0}], [{"b": 2.001, "a": 1.001}], abs_tol=0.01)
    assert_rdd_equal([(0.101, 5.0), (0.1, 7.0)], [(0.1, 5.0), (0.101, 7.0)], abs_tol=0.01)


def said(left: Any, right: Any, **keywords: Any) -> str:
    with pytest.raises(AssertionError) as caught:
        assert_rdd_equal(left, right, **keywords)
    return str(caught.value)


def test_the_message_shows_what_one_side_has_alone() -> None:
    assert said([("a", 1), ("b", 3), ("c", 1)], [("a", 1), ("b", 2), ("b", 2), ("c", 1)]) == (
        "the datasets differ: 3 records on the left, 4 on the right\n"
        "  1 only on the left:\n"
        "    ('b', 3)\n"
        "  2 only on the right:\n"
        "    ('b', 2)  (2 times)"
    )
    assert said(range(8), [0]).endswith("    5\n    and 2 more")


def test_the_message_shows_places_of_an_order() -> None:
    assert said([1, 2, 3, 4], [1, 5, 3], in_order=True) == (
        "the datasets differ: 4 records on the left, 3 on the right\n"
        "  at 1:\n"
        "    left:  2\n"
        "    right: 5\n"
        "  1 only on the left, at the end:\n"
        "    4"
    )
    assert "and at 3 more places" in said([0] * 8, [1] * 8, in_order=True)


def test_datasets(make_context: MakeContext) -> None:
    sc = make_context("local[2]")
    assert_rdd_equal(sc.range(10, numSlices=3), sc.range(9, -1, -1, numSlices=2))
    assert "only on the left" in said(sc.range(3), sc.range(2))
