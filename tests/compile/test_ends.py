"""What ends a run of steps: compiled, and as it is."""

import operator

import pytest
from tests.compile.both import Again, Both, goes_on
from tests.compile.notes import note

from pyrite.compile.compiler import Compiler
from pyrite.compile.ends import Combine, Merge, Scatter, Yield
from pyrite.lineage.ops import Filter, FlatMap, FlatMapValues, Map, MapValues
from pyrite.lineage.terminals import Draw, Fold, ForEach, Reduce


@pytest.fixture
def both():
    return Both()


def itself(x):
    return x


ADD = Combine(itself, lambda a, b: a + b)


threshold = 5


ENDS = {
    "reduce": (lambda: [Map(lambda x: (x, str(x)))], Reduce(lambda a, b: (a[0] + b[0], a[1] + b[1]))),
    "reduce that fails": (lambda: [Map(lambda x: x)], Reduce(lambda a, b: a + b if b < 4 else a + None)),
    "reduce by a builtin": (lambda: [Map(lambda x: x + threshold)], Reduce(lambda a, b: max(a, b))),
    "reduce that stops": (lambda: [Map(lambda x: x)], Reduce(lambda a, b: next(iter(())))),
    "fold": (lambda: [Map(lambda x: x)], Fold(lambda a, b: a + b, 0)),
    "fold that keeps the first": (lambda: [Map(lambda x: x)], Fold(lambda a, b: a, 0)),
    "foreach": (lambda: [Map(lambda x: (x, 1))], ForEach(lambda t: note("each", t))),
    "foreach that stops": (lambda: [Map(lambda x: x)], ForEach(lambda t: next(iter(())))),
    "sum of floats": (lambda: [Map(lambda x: x * 0.1), FlatMap(lambda x: [x, 1e16, -1e16])], Draw(sum)),
    "no pairs": (lambda: [Map(lambda x: x)], ADD),
    "triples": (lambda: [Map(lambda x: (x, 1, 2))], ADD),
    "text of two": (lambda: [Map(lambda x: "ab")], ADD),
    "unhashable": (lambda: [Map(lambda x: ([x], 1))], ADD),
    "unhashable, not at the end": (lambda: [Map(lambda x: ([x], {}[[x]]))], ADD),
    "unhashable, counted": (lambda: [FlatMap(lambda x: [x, [x]]), Map(lambda w: (w, 1))], ADD),
    "keys alike": (lambda: [FlatMap(lambda x: [1, True, 1.0, x]), Map(lambda w: (w, 1))], ADD),
    "an iterator, counted": (lambda: [FlatMap(lambda x: iter([1, x])), Map(lambda w: (w, 1))], ADD),
    "True is not counted": (lambda: [FlatMap(lambda x: [x]), Map(lambda w: (w, True))], ADD),
    "other sums are not counted": (
        lambda: [FlatMap(lambda x: [x % 2]), Map(lambda w: (w, 1))], Combine(itself, lambda a, b: b + a * 2)),
    "counted by operator": (lambda: [FlatMap(lambda x: [x % 2]), Map(lambda w: (w, 1))], Combine(itself, operator.add)),
    "creation and merge": (
        lambda: [Map(lambda x: (x % 2, x))],
        Combine(lambda v: note("c", [v]), lambda a, v: (note("m", v), a.append(v), a)[2]),
    ),
    "scattered": (lambda: [Map(lambda x: (x * 7, x))], Scatter(True)),
    "scattered text": (lambda: [Map(lambda x: ("k", x))], Scatter(True)),
    "scattered, unhashable": (lambda: [Map(lambda x: ({}, x))], Scatter(True)),
    "merged": (list, Merge(lambda a, b: (note("m", a), a + b)[1])),
    "merged, and fails": (list, Merge(lambda a, b: a + b if b < 5 else 1 / 0)),
    "reduce alone": (list, Reduce(lambda a, b: (a, b))),
    "combine alone": (list, Combine(lambda v: [v], lambda a, v: (a.append(v), a)[1])),
    "scattered, None": (lambda: [Map(lambda x: (None, x))], Scatter(True)),
}  # fmt: skip


def fails_at_two(x):
    yield x
    if x == 2:
        raise ValueError("two")
    yield -x


GOES_ON = {
    "map": lambda: [Map(lambda x: 6 // (x - 2))],
    "flatMap": lambda: [FlatMap(lambda x: [x, 2, 1]), Map(lambda x: 6 // (x - 2))],
    "an iterator": lambda: [FlatMap(lambda x: map(int, ["1", "z", "2"])), Map(lambda x: x + 1)],
    "a generator that ends": lambda: [FlatMap(lambda x: fails_at_two(x)), Map(lambda x: x + 1)],
    "no iterable": lambda: [FlatMap(lambda x: x if x == 2 else [x]), Map(lambda x: x + 1)],
    "deep": lambda: [
        FlatMap(lambda x: [x, 2]), Map(lambda x: (x, x)), FlatMapValues(lambda v: [v, 2, 5]),
        Filter(lambda kv: kv[0] != 4), FlatMap(lambda kv: [*kv, 5, 1]), Map(lambda x: 6 // (x - 5)),
    ],
    "flatMapValues of lists": lambda: [
        Map(lambda x: [x, x]), FlatMapValues(lambda v: [v, 2]), Map(lambda kv: 6 // (kv[1] - 2)),
    ],
    "no keys": lambda: [
        Map(lambda x: {1: x} if x < 4 else (x, x)), FlatMapValues(lambda v: [v, v]),
    ],
    "an iterator of values": lambda: [
        Map(lambda x: (x, x)), FlatMapValues(lambda v: map(int, ["1", "z", "2"])), Map(lambda x: x),
    ],
    "mapValues": lambda: [Map(lambda x: (x, x)), MapValues(lambda v: 6 // (v - 2))],
    "StopIteration": lambda: [Map(lambda x: x if x < 3 else next(iter(()))), Map(lambda x: x)],
}  # fmt: skip


@pytest.mark.parametrize("name", GOES_ON)
def test_whoever_draws_may_go_on_after_an_exception(both, name):
    reasons = both.check(GOES_ON[name], Again(goes_on))
    assert reasons.count("") == len(reasons), reasons


def closes_or_fails(x):
    try:
        return x.missing
    finally:
        note("finally", x)


def test_what_a_called_function_raises_is_not_the_ends(both):
    reasons = both.check(lambda: [Map(lambda x: x), Map(closes_or_fails)], ADD)
    assert "finally" in reasons[1]


def test_what_is_remembered_is_for_one_end():
    compiler = Compiler()
    step = FlatMap(fails_at_two)
    assert compiler.stage([step], Yield(again=False)) is not None
    assert compiler.stage([step], Yield(again=True)) is None
    plain, other = (
        compiler.stage([Map(lambda x: (x, x))], Scatter(plain)) for plain in (True, False)
    )
    assert plain.code != other.code


@pytest.mark.parametrize("name", ENDS)
def test_ends(both, name):
    ops, end = ENDS[name]
    data = range(1, 7) if ops() else [(x % 3, x) for x in range(8)]
    reasons = both.check(ops, end, data)
    assert reasons.count("") == len(reasons), reasons


def test_a_call_that_fails_just_before_the_end_is_not_the_ends(both):
    both.check(lambda: [Map(lambda x: (x, 1)), Map("abc".index)], ADD, range(1, 3))
