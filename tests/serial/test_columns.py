"""What goes into the bytes of a chunk comes out of them: equal, of the same types, shared alike."""

from __future__ import annotations

import enum
import io
import math
import struct
from collections import namedtuple
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyrite.core.errors import CorruptBlockError
from pyrite.serial.columns import dumps_columns, loads_columns
from pyrite.serial.frames import decode, encode, end_frame

Point = namedtuple("Point", "x y")


class Colour(enum.IntEnum):
    RED = 1


class Name(str):
    __slots__ = ()


atoms = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from([0, 1, True, 1.0, -0.0, 0.0, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1]),
    st.complex_numbers(),
    st.binary(max_size=4),
    st.text(max_size=4),
    st.text(st.characters(codec=None, categories=("Cs", "Cc", "L")), max_size=4),
    st.sampled_from(["", "\0", "a\0b", "\ud800", "\ud83d\ude00", "😀", "é"]),
    st.sampled_from([Colour.RED, Name("a"), Name("\0"), Point(1, 2)]),
)
values = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(st.text(max_size=2), inner, max_size=2),
    ),
    max_leaves=4,
)
columns = st.one_of(
    st.lists(values, max_size=40),
    st.lists(st.text(max_size=3), max_size=60),
    st.lists(st.sampled_from(["a", "ab", "\0", ""]), max_size=60),
    st.lists(st.integers(0, 3), max_size=40).map(lambda some: [f"text {each}" for each in some]),
)


def described(value: Any) -> Any:
    """All of a value that a program could tell apart, but for identity."""
    match value:
        case float():
            return type(value), struct.pack("<d", value)
        case complex():
            return type(value), struct.pack("<dd", value.real, value.imag)
        case dict():
            return type(value), [(described(key), described(each)) for key, each in value.items()]
        case list() | tuple():
            return type(value), [described(each) for each in value]
    return type(value), value


@given(st.lists(columns, min_size=1, max_size=3))
def test_columns_come_back_as_they_were(given_columns: list[list[Any]]) -> None:
    found = loads_columns(dumps_columns(given_columns))
    assert [described(list(column)) for column in found] == [
        described(column) for column in given_columns
    ]


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize("different", [1, 7, 5000])
def test_texts_come_back_however_often_they_are_there(different: int, fresh: bool) -> None:
    known = [f"key {number}" for number in range(different)]
    texts = [f"key {n % different}" if fresh else known[n % different] for n in range(5000)]
    (found,) = loads_columns(dumps_columns([texts]))
    assert found == texts
    if different < 5000:
        assert len(set(map(id, found))) == different


def test_texts_take_little_more_than_their_bytes() -> None:
    texts = [f"{number:010}" for number in range(4096)]
    assert len(dumps_columns([texts])) < 11 * 4096 + 100
    again = [f"{number % 10:040}" for number in range(4096)]
    assert len(dumps_columns([again])) < 4 * 4096


def test_what_can_change_is_shared_as_before() -> None:
    shared = [1]
    keys, both = loads_columns(dumps_columns([["a", "b"], [shared, (shared, 2)]]))
    assert keys == ["a", "b"]
    assert both[0] is both[1][0]


def test_one_column_in_two_places_stays_one() -> None:
    texts = [f"{number}" for number in range(100)]
    first, second = loads_columns(dumps_columns([texts, texts]))
    assert first is second
    assert first == texts


def test_the_bits_of_a_nan_are_kept() -> None:
    odd = struct.unpack("<d", struct.pack("<Q", 0x7FF8000000001234))[0]
    ((found,),) = loads_columns(dumps_columns([[odd]]))
    assert math.isnan(found)
    assert struct.pack("<d", found) == struct.pack("<d", odd)


def test_numbers_of_numpy_keep_their_types() -> None:
    np = pytest.importorskip("numpy")
    column = [np.int64(1), np.float64(1.5), np.float32(2), np.bool_(True), np.str_("a")]
    (found,) = loads_columns(dumps_columns([column]))
    assert [type(each) for each in found] == [type(each) for each in column]
    assert found == column
    texts = [np.str_("a"), np.str_("b")]
    (found,) = loads_columns(dumps_columns([texts]))
    assert [type(each) for each in found] == [np.str_, np.str_]
    arrays = [np.arange(3), np.eye(2)]
    (found,) = loads_columns(dumps_columns([arrays]))
    assert all(map(np.array_equal, found, arrays))
    found[0][0] = 7  # as it could before


@given(columns.filter(bool), st.data())
def test_a_damaged_chunk_is_never_taken_for_another(column: list[Any], data: st.DataObject) -> None:
    whole = encode((column,)) + end_frame(len(column))
    damaged = bytearray(whole)
    damaged[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CorruptBlockError):
        list(decode(io.BytesIO(damaged)))
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(CorruptBlockError):
        list(decode(io.BytesIO(whole[:cut])))
