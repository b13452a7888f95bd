"""Joins give what dicts of lists say that they should, in the same order, however memory runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.shuffle.harness import Fitful, Roomy, Starved, cut, sandbox, shuffle_of
from tests.shuffle.test_shuffle import batch_sizes, keys, memories

from pyrite.core.context import MemoryGuard
from pyrite.lineage.dependency import Join
from pyrite.lineage.partitioner import HashPartitioner

Groups = dict[Any, list[Any]]
many_of_few = st.lists(st.tuples(keys, st.integers(0, 3)), max_size=40)
once_each = st.lists(
    st.tuples(st.integers(-20, 20), st.integers(0, 3)), max_size=40, unique_by=lambda r: r[0]
)
sides = st.one_of(many_of_few, once_each)


def _rows(left: Groups, right: Groups, outer: bool) -> Iterator[Any]:
    for key, values in left.items():
        others = right.get(key) or ([None] if outer else [])
        yield from ((key, (mine, theirs)) for mine in values for theirs in others)


def _only_right(left: Groups, right: Groups) -> Iterator[Any]:
    for key, values in right.items():
        yield from ((key, (None, theirs)) for theirs in values if key not in left)


EXPECTED: dict[Join, Callable[[Groups, Groups], list[Any]]] = {
    Join.INNER: lambda a, b: list(_rows(a, b, False)),
    Join.LEFT: lambda a, b: list(_rows(a, b, True)),
    Join.RIGHT: lambda a, b: [*_rows(a, b, False), *_only_right(a, b)],
    Join.FULL: lambda a, b: [*_rows(a, b, True), *_only_right(a, b)],
    Join.WITHOUT: lambda a, b: [(key, v) for key in a if key not in b for v in a[key]],
    Join.KEYS_WITHOUT: lambda a, b: [key for key in a if key not in b for _ in a[key]],
    Join.COMMON_KEYS: lambda a, b: [key for key in a if key in b],
}


def _joined(
    join: Join, left: list[Any], right: list[Any], box: Any, here: tuple[bool, bool]
) -> list[Any]:
    """The join in one partition; a side that is ``here`` was not shuffled."""
    partitioner = HashPartitioner(1)
    given: list[Any] = []
    outputs = {}
    for records, is_here in zip((left, right), here, strict=True):
        shuffle = shuffle_of(2, partitioner)
        outputs[shuffle.id] = box.write(shuffle, cut(records, 2))
        given.append(iter(records) if is_here else shuffle)
    service = box.service(shuffle, [])
    service._inputs = outputs
    return list(service.read_groups(tuple(given), 0, box.task(), join))


def shown(value: Any) -> str:
    """As `repr`, but the same for sets of the same items, however they came together."""
    if isinstance(value, frozenset):
        return f"frozenset({sorted(map(shown, value))})"
    return f"({', '.join(map(shown, value))})" if isinstance(value, tuple) else repr(value)


@settings(deadline=None, max_examples=40)
@given(sides, sides, memories, batch_sizes, st.tuples(st.booleans(), st.booleans()))
@pytest.mark.parametrize("join", list(Join))
def test_a_join_is_that_of_dicts(join, left, right, memory, batch_size, here):
    tables: list[Groups] = [{}, {}]
    for table, records in zip(tables, (left, right), strict=True):
        for key, value in records:
            table.setdefault(key, []).append(value)
    expected = list(map(shown, EXPECTED[join](*tables)))
    with sandbox(memory, batch_size) as box:
        result = list(map(shown, _joined(join, left, right, box, here)))
        # What was spilled comes in the order of its parts.
        spilled = any(task.metrics.spills for task in box.tasks[4:])
    if spilled:
        result.sort()
        expected.sort()
    assert result == expected


@pytest.mark.parametrize("join", list(Join))
@pytest.mark.parametrize("memory", [Roomy(), Starved()])
def test_one_key_with_most_of_the_values(join: Join, memory: MemoryGuard) -> None:
    left = [(0, i) for i in range(30)] + [(i, i) for i in range(5)]
    right = [(0, -1), (7, 0), (0, -2)]
    tables: list[Groups] = [{0: [*range(30), 0], 1: [1], 2: [2], 3: [3], 4: [4]}]
    tables.append({0: [-1, -2], 7: [0]})
    with sandbox(memory, 4) as box:
        result = _joined(join, left, right, box, (False, False))
    assert sorted(map(repr, result)) == sorted(map(repr, EXPECTED[join](*tables)))


def test_of_equal_keys_that_of_the_left_side_is_shown() -> None:
    left = [(key, 0) for key in (0, 1, -1, 2, -2, 3)]
    with sandbox(Fitful(0), 1) as box:
        result = _joined(Join.FULL, left, [(False, 0), (False, 0)], box, (False, False))
    assert sorted(map(repr, result)) == sorted(
        ["(0, (0, 0))"] * 2 + [f"({key}, (0, None))" for key in (1, -1, 2, -2, 3)]
    )


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([(1, 2), 3], "expected (key, value) pairs, got 3"),
        ([(1, 2), (1, 2, 3)], "expected (key, value) pairs, got (1, 2, 3)"),
        ([(1, 2), ([], 2)], "keys must be hashable, got []"),
    ],
)
def test_a_side_that_was_not_shuffled_says_what_is_wrong(records: Any, message: str) -> None:
    with sandbox() as box:
        service = box.service(shuffle_of(1), [])
        groups = service.read_groups((iter(records), iter([(1, 1)])), 0, box.task(), Join.INNER)
        with pytest.raises(TypeError) as caught:
            list(groups)
    assert message in str(caught.value)
