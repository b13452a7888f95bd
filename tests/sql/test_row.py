"""`Row` behaves as PySpark's, which needs no Java."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import Row as TheirRow

from pyrite.sql import Row

PROGRAMS: list[Callable[[Any], Any]] = [
    lambda Row: repr(Row(name="Ann", age=7)),
    lambda Row: repr(Row("name", "age")),
    lambda Row: repr(Row("name", "age")("Ann", 7)),
    lambda Row: repr(Row("name", "age")("Ann")),
    lambda Row: Row("name", "age")("Ann").age,
    lambda Row: Row("name", "age")("Ann")["age"],
    lambda Row: Row("name", "age")("Ann").asDict(),
    lambda Row: Row("name")("Ann", 7),
    lambda Row: repr(Row()),
    lambda Row: tuple(Row(1, 2)),
    lambda Row: Row(1, 2).asDict(),
    lambda Row: Row(1, b=2),
    lambda Row: Row(a=1).asDict(),
    lambda Row: Row(a=Row(b=[Row(c=1), {"d": Row(e=2)}], f=(Row(g=1),))).asDict(True)["a"]["b"],
    lambda Row: repr(Row(a=Row(b=1)).asDict()),
    lambda Row: ("a" in Row(a=1), 1 in Row(a=1), 1 in Row(1, 2), "a" in Row("a")),
    lambda Row: (Row(a=1, b=2)[0], Row(a=1, b=2)[-1], Row(a=1, b=2)[:1], Row(a=1)["a"]),
    lambda Row: Row(a=1)["b"],
    lambda Row: Row(a=1)[3],
    lambda Row: Row(a=1).b,
    lambda Row: Row(1)["b"],
    lambda Row: Row(1).b,
    lambda Row: hasattr(Row(a=1), "__wrapped__"),
    lambda Row: setattr(Row(a=1), "a", 2),
    lambda Row: Row(a=1, b=2) == (1, 2),
    lambda Row: Row(a=1, b=2) == Row(b=1, a=2),
    lambda Row: hash(Row(a=1, b=2)) == hash((1, 2)),
    lambda Row: sorted([Row(a=2), Row(a=1)])[0].a,
    lambda Row: Row(count=5, index=6).count,
    lambda Row: Row(**{"two words": 1})["two words"],
    lambda Row: list(Row(b=1, a=2).asDict()),
    lambda Row: len(Row(a=1, b=2)),
    lambda Row: repr(pickle.loads(pickle.dumps(Row(a=1, b=[2])))),
    lambda Row: repr(pickle.loads(pickle.dumps(Row("a", "b")))),
    lambda Row: repr(copy.deepcopy(Row(a=1, b=[2]))),
    lambda Row: Row(a=1, b=2).__fields__,
    lambda Row: Row.__name__,
]


def outcome(program: Callable[[Any], Any], row: type) -> object:
    try:
        value = program(row)
    except Exception as error:
        return {each for each in type(error).__mro__ if each.__module__ == "builtins"} - {object}
    return getattr(value, "__name__", value) if callable(value) else value


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_as_pysparks(number: int) -> None:
    assert outcome(PROGRAMS[number], Row) == outcome(PROGRAMS[number], TheirRow)


def test_rows_are_records(make_context: Any) -> None:
    rdd = make_context("local[2]").parallelize([Row(k="a", v=1), Row(k="b", v=2)] * 3, 2)
    assert sorted(rdd.map(lambda row: (row.k, row.v)).groupByKey().mapValues(list).collect()) == [
        ("a", [1, 1, 1]),
        ("b", [2, 2, 2]),
    ]
    assert repr(rdd.first()) == "Row(k='a', v=1)"
    assert rdd.distinct().count() == 2
