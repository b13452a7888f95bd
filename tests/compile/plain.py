"""Functions that pytest leaves as they are: it rewrites the assertions of test modules."""

import sys


def asserted(x):
    assert x < 4, f"too big: {x}"
    return x


def squared(x):
    return x * x


def is_odd(x):
    return bool(x % 2)


def where(x):
    """The name of the function that calls this one: a generated one is not the user's."""
    return sys._getframe(1).f_code.co_name


def where_called(x):
    return where(x)
