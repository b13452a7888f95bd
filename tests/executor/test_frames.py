"""A traceback comes out of its places as it went in, as far as anyone is shown of it."""

import functools
import inspect
import json
import pickle
import sys
import traceback

import pytest

from pyrite.executor.frames import places, traceback_of


def plain(x):
    y = x - 1
    return 1 // y


def over_lines(x):
    return plain(
        x,
    ) + max(
        x,
        x[0] + 2,
    )


def through_a_library(x):
    return json.loads("{" + str(x))


def with_decorators():
    @functools.lru_cache
    @functools.wraps(plain)
    def inner(x):
        """One line,

        and more."""
        return {"a": [x.nothing for _ in range(2)]}

    return inner(1)


def a_generator():
    yield from (1 / x for x in [1, 0])


class Cat:
    def meow(self, depth=3):
        if depth:
            return self.meow(depth - 1)
        raise LookupError("no cat")


FAILING = {
    "plain": lambda: plain(1),
    "in one of several lines": lambda: over_lines(2),
    "in a library": lambda: through_a_library(3),
    "decorated": with_decorators,
    "generator": lambda: list(a_generator()),
    "method": lambda: Cat().meow(),
    "in code without a file": lambda: exec("\n\n1 + 'a'"),
}


@pytest.mark.parametrize("name", FAILING)
def test_restored_traceback_is_shown_as_the_first(name):
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is
        FAILING[name]()
    error = caught.value
    restored = traceback_of(pickle.loads(pickle.dumps(places(error.__traceback__))))
    assert traceback.format_tb(restored) == traceback.format_tb(error.__traceback__)
    tracebacks = map(traceback.walk_tb, (error.__traceback__, restored))
    for (before, line), (after, after_line) in zip(*tracebacks, strict=True):
        assert after.f_lineno == after_line == line
        assert after.f_code.co_qualname == before.f_code.co_qualname
        assert inspect.getmodule(after) is inspect.getmodule(before)
        if before.f_code.co_filename == __file__:  # what IPython shows around the line
            assert inspect.getsourcelines(after) == inspect.getsourcelines(before)


def test_deep_recursion():
    def down(x):
        return down(x + 1)

    with pytest.raises(RecursionError) as caught:
        down(0)
    tb = caught.value.__traceback__
    depth = len(list(traceback.walk_tb(tb)))
    assert len(list(traceback.walk_tb(traceback_of(places(tb))))) == depth
    assert depth > sys.getrecursionlimit() // 2


def test_nothing():
    assert traceback_of(places(None)) is None
