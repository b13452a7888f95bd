"""Generators and short lists, which are written out where each of their items is."""

import pytest
from tests.compile.both import Again, Both, goes_on
from tests.compile.notes import note

from pyrite.compile.compiler import Compiler
from pyrite.compile.ends import Combine, Scatter
from pyrite.lineage.ops import Filter, FlatMap, KeyBy, Map
from pyrite.lineage.terminals import Collect, Count, Draw


@pytest.fixture
def both():
    return Both()


def itself(x):
    return x


ADD = Combine(itself, lambda a, b: a + b)


def generator(x):
    yield x
    yield -x
    yield x
    yield -x
    yield x


def items(x):
    n = note("begun", x)
    for i in range(n):
        if i == 3:
            continue
        yield i, note("item", x - i)
    note("done", n)


def some_items(x):
    while True:
        x -= 1
        if x < 0:
            return
        if x % 2:
            yield x


def fails(x):
    for i in [1, 2]:
        yield i / (x - 2)


def stops(x):
    yield x
    next(iter(()))


def catches(x):
    try:
        yield x
    except ZeroDivisionError:
        note("caught", x)


def sends(x):
    got = yield x
    note("got", got)


def shares(x):
    yield x, note("none", 0)
    if x % 2:
        part = 12 / x
        for other in range(x):
            yield other, part


def signs(x):
    yield x
    if x > 3:
        return
    yield -x


def mixed(x):
    yield x, 1
    yield [x, 2] if x < 4 else note("no pair", x)


def as_given(pair):
    if pair[0] % 2:
        yield pair
    yield pair[1], pair


class Splits:
    def pairs(self, x):
        for i in range(x):
            yield i, self

    def __repr__(self):
        return "Splits"


SPLICED = {
    "items": lambda: [FlatMap(items), Map(lambda kv: 6 / (kv[1] - 9))],
    "returns": lambda: [FlatMap(some_items), Map(lambda x: x + 1)],
    "twice": lambda: [FlatMap(some_items), FlatMap(items), Filter(lambda kv: kv[0])],
    "an exception in it": lambda: [FlatMap(fails), Map(lambda x: x + 1)],
    "an exception after it": lambda: [FlatMap(some_items), Map(lambda x: 1 / (x - 3))],
    "StopIteration in it": lambda: [FlatMap(stops), Map(lambda x: x)],
    "StopIteration after it": lambda: [FlatMap(some_items), Map(lambda x: next(iter([1] * (3 - x))))],
    "a method": lambda: [FlatMap(Splits().pairs), Map(lambda kv: kv)],
    "many items": lambda: [FlatMap(lambda x: range(x)), FlatMap(items), Map(lambda kv: (kv[0], 1))],
    "two places": lambda: [FlatMap(shares)],
    "two places twice": lambda: [FlatMap(signs), FlatMap(shares), Filter(lambda kv: kv[0] != 1)],
    "two places, after one": lambda: [FlatMap(some_items), FlatMap(signs), Map(lambda x: (x % 3, x))],
    "two places, then an exception": lambda: [FlatMap(signs), Map(lambda x: (x, 6 // (x + 4)))],
    "no pair, from the second place": lambda: [FlatMap(signs), Map(lambda x: x if x < 0 else (x, x))],
    "no key, from the second place": lambda: [FlatMap(signs), Map(lambda x: ([x] if x < 0 else x, x))],
    "a pair that is there": lambda: [Map(lambda x: (x, -x)), FlatMap(as_given)],
}  # fmt: skip


@pytest.mark.parametrize("end", [Collect(), ADD, Draw(list)], ids=["collect", "add", "draw"])
@pytest.mark.parametrize("name", SPLICED)
def test_generators_are_written_out(both, name, end):
    reasons = both.check(SPLICED[name], end)
    assert reasons.count("") == len(reasons), reasons


UNROLLED = {
    "pairs": [FlatMap(lambda x: [(x, 1), (note("second", x), 2)])],
    "a tuple of two": [FlatMap(lambda x: (x, -x)), Map(lambda x: (x, x))],
    "a pair made before": [Map(lambda x: (x, -x)), FlatMap(lambda kv: kv), KeyBy(lambda x: x % 3)],
    "the same item": [FlatMap(lambda x: [x, x]), Map(lambda x: (note("item", x), [x]))],
    "one item": [FlatMap(lambda x: [x + 1]), KeyBy(lambda x: x % 2)],
    "lists of lists": [FlatMap(lambda x: [[x], [x, 1]]), FlatMap(lambda xs: xs), KeyBy(lambda x: x)],
    "twice": [FlatMap(lambda x: [x, -x]), FlatMap(lambda x: [(x, 1), (x + 1, 2)])],
    "too often": [FlatMap(lambda x: [x, -x, 0]), FlatMap(lambda x: [(x, 1), (x + 1, 2)])],
    "starred": [FlatMap(lambda x: [*range(x), x]), KeyBy(lambda x: x)],
    "of two kinds": [FlatMap(lambda x: [(x, 1), [x, 2]])],
    "an exception in an item": [FlatMap(lambda x: [(x, 1), (note("x", x), 6 // (x - 3))])],
    "an exception after an item": [FlatMap(lambda x: [x, -x]), Map(lambda x: (x, 6 // (x + 2)))],
    "no pair, from the second item": [FlatMap(lambda x: [x, 0 - x]), Map(lambda x: x if x < -2 else (x, x))],
    "no key, from the second item": [FlatMap(lambda x: [(x, x), ([x], 1)])],
}  # fmt: skip


@pytest.mark.parametrize("end", [Collect(), ADD, Scatter(True), Draw(list), Again(list)])
@pytest.mark.parametrize("name", UNROLLED)
def test_items_of_short_lists(both, name, end):
    reasons = both.check(lambda: UNROLLED[name], end)
    assert not any(reasons[: len(UNROLLED[name])]), reasons


@pytest.mark.parametrize(
    ("function", "why"), [(catches, "try"), (sends, "Yield"), (generator, "too many places")]
)
def test_generators_that_are_called(both, function, why):
    reasons = both.check(lambda: [FlatMap(function), Map(lambda x: 6 // (x - 2))], Count())
    assert why in reasons[0]


SCATTER = Scatter(True)


@pytest.mark.parametrize("end", [ADD, SCATTER], ids=["add", "scatter"])
def test_a_pair_in_one_place_and_none_in_another(both, end):
    """Nothing would say where a record is that is no pair."""
    for ops in ([FlatMap(mixed)], [FlatMap(mixed), Map(lambda kv: kv)]):
        made = Compiler().compile(ops, end)
        assert made.stage is None
        assert "in another" in made.source
    reasons = both.check(lambda: [FlatMap(mixed), Map(lambda kv: (kv[0], 1))], end)
    assert reasons[:2] == ["", ""]


def test_a_generator_is_called_where_somebody_may_go_on(both):
    assert any(
        both.check(lambda: [FlatMap(some_items), Map(lambda x: 6 // (x - 3))], Again(goes_on))
    )
