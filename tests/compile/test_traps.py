"""One test for each way in which a function written out could mean something else."""

import functools
import operator
import re
import sys
import types

import pytest
from tests.compile.both import Both
from tests.compile.notes import note
from tests.compile.plain import asserted

from pyrite.compile.bound import bind
from pyrite.compile.emit import Emitter
from pyrite.compile.ends import Combine
from pyrite.compile.source import Sources
from pyrite.lineage.ops import Filter, FlatMap, FlatMapValues, KeyBy, Map, MapValues
from pyrite.lineage.terminals import Collect, Count, Draw

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
    reasons = both.check(lambda: [Map(lambda x: x + threshold - threshold), Map(function)])
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
