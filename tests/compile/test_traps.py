"""One test for each way in which a function written out could mean something else."""

import functools
import importlib.util
import linecache
import operator
import re
import sys
import types

import pytest
from tests.compile.both import Again, Both
from tests.compile.notes import note
from tests.compile.plain import asserted

from pyrite.compile.bound import bind
from pyrite.compile.compiler import Compiler
from pyrite.compile.emit import Emitter
from pyrite.compile.ends import Combine, Merge, Scatter, Yield
from pyrite.compile.source import Sources
from pyrite.lineage.ops import Filter, FlatMap, FlatMapValues, KeyBy, Map, MapValues
from pyrite.lineage.terminals import Collect, Count, Draw, Fold, ForEach, Reduce

COUNT = 0
threshold = 5
PATTERN = re.compile("err(or)?|warning")


def reset():
    global COUNT, threshold, PATTERN
    COUNT, threshold = 0, 5
    PATTERN = re.compile("err(or)?|warning")
    kept.clear()
    globals().pop("late", None)


@pytest.fixture
def both():
    return Both(reset)


def bump(x):
    global COUNT
    COUNT += 1
    return x


def itself(x):
    return x


ADD = Combine(itself, lambda a, b: a + b)


# -- what is written out, and means the same ----------------------------------------------


def three_is_refused(x):
    if x == 3:
        raise ValueError("three")
    return x


def caught(x):
    try:
        return 10 // (x - 2)
    except ZeroDivisionError as error:
        return str(error)


def caught_and_on(x):
    try:
        y = 10 // (x - 2)
    except ZeroDivisionError:
        return None
    return y + 1


def early(x):
    if x < 2:
        return "a"
    z = x * 2
    if z < 8:
        return "b"
    if z < 11:
        return "c"
    return z


def loops(x):
    total = 0
    for i in range(x):
        if i == 3:
            break
        total += i
    else:
        total = -total
    return total


def found(x):
    for i in range(5):
        for j in range(i):
            if i * j == x:
                return i, j
        if i == x:
            return note("else", i)
    return "none"


def searched(x):
    n = x
    while True:
        try:
            n -= 2
            if 6 // n == 3:
                return n
        except ZeroDivisionError:
            return "zero"
        if n < -3:
            break
    return None


def unpacks(kv):
    k, v = kv
    if k > 2:
        k, v = v, k
    return v, k


def returns_nothing(x):
    x + 1


def set_again(x):
    x = x + 1
    x += 1
    return x, x


def twice(t):
    return t, t


def looped():
    return [Map(lambda x: x + i) for i in range(3)]


WRITTEN_OUT = {
    "order": lambda: [
        Map(lambda x: note("a", x)),
        Filter(lambda x: note("b", x) % 2),
        FlatMap(lambda x: [note("c", x), note("d", x)]),
        Map(lambda x: note("e", x)),
    ],
    "an exception in a lambda of two lines": lambda: [
        Map(lambda x: x + 1),
        Map(
            lambda x: (
                x and
                1 / (x - 3)
            )
        ),
    ],
    "an exception in a def": lambda: [Map(three_is_refused), Map(lambda x: (x, x))],
    "an exception below": lambda: [Map(lambda x: three_is_refused(x) and int("z"))],
    "a pair's error shows the pair": lambda: [Map(lambda x: (x, 1)), Map(lambda t: 1 / (t[0] - 2))],
    "late globals": lambda: [
        Map(lambda x: (bump(x), COUNT)), Map(lambda kv: kv[0] * 100 + kv[1]),
    ],
    "a global is read once": lambda: [Map(lambda x: (x, COUNT)), Map(lambda kv: (bump(0), kv[1]))],
    "the variable of a loop": looped,
    "defaults": lambda: [Map(lambda x, i=i: x * 10 + i) for i in range(3)],
    "a default that changes": lambda: [Map(lambda x, seen=[]: (seen.append(x), [*seen])[1])],
    "names of comprehensions": lambda: [
        Map(lambda x: [x for x in range(x)]), Map(lambda x: [[x for x in x] for y in x]),
    ],
    "a pair's name in a comprehension": lambda: [
        Map(lambda x: (x, 1)), Map(lambda kv: [kv for kv in (kv, 5)]),
    ],
    "a comprehension that captures": lambda: [
        Map(lambda x: (dict.fromkeys(range(2), x), {x + k for k in range(2)}))
    ],
    "a generator of its own": lambda: [Map(lambda x: sum(y for y in range(x)) + x)],
    "two on a line": lambda: [Map(lambda x: x + 1), Map(lambda x: 6 / (x - 4))],
    "alike on a line": lambda: [Map(lambda x: 6 / (x - 2)), Map(lambda x: 6 / (x - 2))],
    "made by functions": lambda: [
        Map((lambda k: lambda x: x * k)(4)), Map((lambda k: (lambda x: x - k))(2)),
    ],
    "the same code again": lambda: [Map(lambda x: 1 / (x - each)) for each in [7]] * 3,
    "try": lambda: [Map(caught)],
    "try, and on": lambda: [Map(caught_and_on)],
    "early returns": lambda: [Map(early)],
    "a loop": lambda: [Map(loops)],
    "returns from loops": lambda: [Map(found), Map(lambda x: x), Map(searched and (lambda x: x))],
    "returns from while": lambda: [Map(searched)],
    "a pair unpacked": lambda: [Map(lambda x: (x, -x)), Map(unpacks)],
    "a tuple unpacked": lambda: [Map(lambda x: (x, -x, 1)[:x]), Map(unpacks)],
    "a method": lambda: [Map(K(3).add), Map(K([]).add)],
    "a method that changes": lambda: [Map(Counter().count), Map(lambda kv: kv)],
    "no return": lambda: [Map(returns_nothing)],
    "parameters set again": lambda: [Map(set_again), Map(lambda kv: kv)],
    "one tuple, seen twice": lambda: [
        Map(lambda x: (x, 1)), Map(lambda t: (t, t)), Map(lambda t: t[0] is t[1]),
    ],
    "one tuple, seen by two": lambda: [
        Map(lambda x: (x, [])), Filter(lambda t: note("id", t) and kept.append(t) is None),
        Map(lambda t: t is kept[-1]),
    ],
    "an index that is not there": lambda: [Map(lambda x: (x, 1)), Map(lambda kv: kv[2])],
    "a tuple that cannot be changed": lambda: [Map(lambda x: (x, 1)), Map(assigned)],
    "mapValues of no pair": lambda: [MapValues(lambda v: v)],
    "mapValues of a list": lambda: [Map(lambda x: [x, x + 1]), MapValues(lambda v: v * 2)],
    "the key comes last": lambda: [Map(lambda x: Noted(x)), FlatMapValues(lambda v: note("f", [v, v]))],
    "no iterable": lambda: [FlatMap(lambda x: x)],
    "an iterator that fails": lambda: [FlatMap(lambda x: map(int, ["1", "z"]))],
    "text and dicts": lambda: [FlatMap(lambda x: {"a": 1, "bc": 2}), FlatMap(lambda k: k * 2)],
    "a pair as a test": lambda: [Map(lambda x: (x, 1)), Filter(lambda t: t), Map(lambda t: [t])],
    "truth of any kind": lambda: [Filter(lambda x: [] if x % 2 else [0])],
    "keyBy": lambda: [KeyBy(lambda x: note("k", x) % 2), Map(lambda kv: kv[1])],
    "StopIteration": lambda: [Map(lambda x: x if x < 3 else next(iter(())))],
    "StopIteration in mapValues": lambda: [
        Map(lambda x: (x, x)), MapValues(lambda v: next(iter(()))),
    ],
    "assert": lambda: [Map(asserted)],
    "itemgetter": lambda: [Map(lambda x: (x, [x])), Map(operator.itemgetter(1))],
    "decorated": lambda: [Map(decorated), Map(lambda x: x + 1)],
    "__code__ replaced": lambda: [Map(replaced())],
}  # fmt: skip
kept = []


class Counter:
    def __init__(self):
        self.n = 0

    def __repr__(self):
        return "Counter"

    def count(self, x, step=1):
        self.n += step
        return self.n, x


class K:
    def __init__(self, n):
        self.n = n

    def __repr__(self):
        return f"K({self.n})"

    def add(self, x):
        return self.n + x

    def __call__(self, x):
        return self.n * x

    __secret = 3

    def private(self):
        return lambda x: self.__secret + x

    def secret(self, x):
        return self.__secret + x


class Noted:
    def __init__(self, x):
        self.x = x

    def __getitem__(self, i):
        return note("item", i)


def assigned(kv):
    kv[0] = 3
    return kv


def replaced():
    function = lambda x: x + 1
    function.__code__ = (lambda x: x * 50).__code__
    return function


def decorate(function):
    @functools.wraps(function)
    def wrapper(x):
        return function(x) + 1000

    return wrapper


@decorate
def decorated(x):
    return x + 1


@pytest.mark.parametrize("name", WRITTEN_OUT)
def test_written_out(both, name):
    for end in (Collect(), Count(), Draw(list)):
        reasons = both.check(WRITTEN_OUT[name], end)
        assert reasons.count("") == len(reasons), (reasons, name)


# -- what has to be called ----------------------------------------------------------------


def maybe(x):
    if x > 2:
        y = x
    return y


def counts_globally(x):
    global threshold
    threshold += 1
    return x


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


def keyword_only(x, *, k=3):
    return x, k


def empty_cell():
    def function(x):
        return later + x

    if len(sys.argv) < 0:
        later = 1
    return function


def executed():
    names = {}
    exec("f = lambda x: x + 1", names)
    return names["f"]


def closes(x):
    try:
        return x
    finally:
        note("finally", x)


def closes_or_fails(x):
    try:
        return x.missing
    finally:
        note("finally", x)


_pyr_record = "the user's own"

CALLED = {
    "walrus": (lambda x: (y := x) + y, "NamedExpr"),
    "walrus, stale": (lambda x: (y := x) if x == 1 else y, "NamedExpr"),
    "a variable without a value": (maybe, "'y' may have no value"),
    "global statement": (counts_globally, "global statement"),
    "an inner lambda": (lambda x: (lambda: x)(), "inner function or generator uses 'x'"),
    "an inner generator": (lambda x: list(x * y for y in range(3)), "generator uses 'x'"),
    "locals": (lambda x: sorted(locals()), "'locals'"),
    "frames": (lambda x: sys._getframe().f_code.co_name, "'_getframe'"),
    "a generator": (generator, "yields in too many places"),
    "finally": (closes, "finally"),
    "keyword only": (keyword_only, "positional"),
    "any number": (lambda *a: a, "positional"),
    "none": (lambda: 0, "number of arguments"),
    "two": (lambda x, y: x, "number of arguments"),
    "the compiler's names": (lambda x: (_pyr_record, x), "compiler's"),
    "partial": (functools.partial(operator.add, 3), "no Python function"),
    "a private method": (K(3).secret, "not what it was compiled from"),
    "a method of Python's": ([].append, "no Python function"),
    "an object": (K(2), "no Python function"),
    "a class": (str, "no Python function"),
    "private": (K(1).private(), "not what it was compiled from"),
    "exec": (executed(), "not there"),
    "an empty cell": (empty_cell(), "no value yet"),
    "another module": (types.FunctionType((lambda x: x + threshold).__code__, {"threshold": 1}), "global names"),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLED)
def test_called(both, name):
    function, why = CALLED[name]
    op = FlatMap if name == "a generator" else Map
    reasons = both.check(lambda: [Map(lambda x: x + threshold - threshold), op(function)])
    assert reasons[0] == ""
    assert why in reasons[1], reasons


def test_shared_variable_that_is_not_local(both):
    def counter():
        n = 0

        def inc(x):
            nonlocal n
            n += 1
            return x

        return [Map(inc), Map(lambda x: (x, n)), Map(inc and (lambda kv: (kv, n)))]

    reasons = both.check(counter)
    assert reasons[1:] == ["", ""]
    assert "nonlocal" in reasons[0]


def test_shadowed_builtin(both, monkeypatch):
    monkeypatch.setitem(globals(), "len", lambda x: 7)
    assert both.check(lambda: [Map(lambda x: len("abc") + x)], Count()) == [""]
    assert both.check(lambda: [FlatMap(lambda x: [x, len([x])])]) == [""]


def sets_late(x):
    global late
    late = x
    return x


def test_a_global_that_is_not_there_yet(both):
    reasons = both.check(lambda: [Map(sets_late), Map(lambda x: (x, late))])
    assert reasons[1] == ""


def test_a_builtin_that_is_hidden_before_the_task(monkeypatch):
    function = lambda x: max(x, 2)
    made = Emitter(Sources(), [Map(function)], Collect()).compiled()
    assert bind(made.stage, [function]) is not None
    monkeypatch.setitem(globals(), "max", min)
    assert bind(made.stage, [function]) is None


# -- ends ---------------------------------------------------------------------------------

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


def goes_on(records):
    """Draws all records, whatever it meets."""
    found = []
    while True:
        try:
            found.append(next(records))
        except StopIteration:
            return found
        except Exception as error:
            found.append(f"{type(error).__name__}: {error}")


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


def test_what_a_called_function_raises_is_not_the_ends(both):
    reasons = both.check(lambda: [Map(lambda x: x), Map(closes_or_fails)], ADD)
    assert "finally" in reasons[1]


def test_a_generator_is_called_where_somebody_may_go_on(both):
    assert any(
        both.check(lambda: [FlatMap(some_items), Map(lambda x: 6 // (x - 3))], Again(goes_on))
    )


def test_what_is_remembered_is_for_one_end():
    compiler = Compiler()
    step = FlatMap(some_items)
    assert compiler.stage([step], Yield(again=False)) is not None
    assert compiler.stage([step], Yield(again=True)) is None
    plain, other = (compiler.stage([Map(unpacks)], Scatter(plain)) for plain in (True, False))
    assert plain.code != other.code


@pytest.mark.parametrize("name", ENDS)
def test_ends(both, name):
    ops, end = ENDS[name]
    data = range(1, 7) if ops() else [(x % 3, x) for x in range(8)]
    reasons = both.check(ops, end, data)
    assert reasons.count("") == len(reasons), reasons


# -- source ------------------------------------------------------------------------------


def test_a_source_is_believed_only_if_it_is_the_functions(tmp_path):
    path = tmp_path / "edited.py"
    path.write_text("f = lambda x: x + 1\n")
    spec = importlib.util.spec_from_file_location("edited", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    told = {
        "f = lambda x: x + 1\n": "",
        "f = lambda x: x + 2\n": "not what it was compiled from",
        "f = lambda x: x + 1.0\n": "not what it was compiled from",
        "f = lambda x: x + True\n": "not what it was compiled from",
        "f = lambda y: y + 1\n": "not what it was compiled from",
        "f  = lambda x: x + 1\n": "not what it was compiled from",
        "\nf = lambda x: x + 1\n": "not what it was compiled from",
        "f = lambda x: x + (\n": "parsed",
        "": "not ",
    }
    for text, why in told.items():
        path.write_text(text)
        linecache.clearcache()
        both = Both()
        (reason,) = both.check(lambda: [Map(module.f)])
        assert why in reason, text
        assert bool(why) == bool(reason), text


# -- searches that are spared --------------------------------------------------------------

LINES = ["an error", "errata", "all is well", "", "a warning", "WARNING"]


def another_pattern_from_the_third_line_on(line):
    global PATTERN
    if line == "all is well":
        PATTERN = re.compile("[aA]")
    return line


def matched(match):
    return match.group() if match else match


def test_searches(both):
    mine = re.compile("(?P<what>error|WARN).*$")
    ignored = re.compile("error|warn", re.IGNORECASE)
    for make in (
        lambda: [Filter(lambda line: PATTERN.search(line) is not None)],
        lambda: [Map(lambda line: PATTERN.match(line)), Map(matched)],
        lambda: [Filter(lambda line: mine.fullmatch(line[1:]) or mine.search(line))],
        lambda: [Filter(lambda line: ignored.search(line))],
        lambda: [Map(lambda line: [p.search(line) is None for p in (PATTERN, mine)])],
        lambda: [Map(lambda line: PATTERN.search(line, 2) is None)],
    ):
        assert set(both.check(make, data=LINES)) == {""}
    assert "'error' in" not in both.text


def test_search_for_another_pattern_by_then(both):
    both.check(
        lambda: [
            Map(another_pattern_from_the_third_line_on),
            Filter(lambda line: PATTERN.search(line)),
        ],
        data=LINES,
    )
    assert "'warning' in" in both.text


class Shouting(str):
    def __contains__(self, text):
        return str.__contains__(self, text.upper())


@pytest.mark.parametrize("line", [None, b"error", 7, ["error"], Shouting("error")])
def test_search_in_what_is_no_plain_text(both, line):
    both.check(lambda: [Map(lambda line: PATTERN.search(line)), Map(matched)], data=["error", line])
    assert "'warning' in" in both.text


def test_the_pattern_of_a_task_is_not_the_one_that_was_compiled_for(both):
    ops = [Map(lambda line: PATTERN.search(line)), Map(matched)]
    stage = Emitter(both.sources, ops, Collect()).compiled().stage
    globals()["PATTERN"] = re.compile("all")
    try:
        loop = bind(stage, [op.function for op in ops])
        assert loop.run(iter(LINES)) == [None, None, "all", None, None, None]
    finally:
        reset()
