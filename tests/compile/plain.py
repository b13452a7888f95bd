"""Functions that pytest leaves as they are: it rewrites the assertions of test modules."""


def asserted(x):
    assert x < 4, f"too big: {x}"
    return x


def squared(x):
    return x * x


def is_odd(x):
    return bool(x % 2)
