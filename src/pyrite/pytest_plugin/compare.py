"""`assert_rdd_equal`: whether two datasets hold the same records, and how they differ."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Any

from pyrite.pytest_plugin.matching import unmatched

if TYPE_CHECKING:
    from pyrite.api.rdd import RDD

_SHOWN = 5
"""How many records of a kind a message shows."""


def assert_rdd_equal(
    left: RDD[Any] | Iterable[Any],
    right: RDD[Any] | Iterable[Any],
    *,
    in_order: bool = False,
    rel_tol: float = 0.0,
    abs_tol: float = 0.0,
) -> None:
    """Check that two datasets hold the same records, each as often.

    Parameters:
        left, right: RDDs, or any iterables of records. Records may be nested and unhashable, and
            NaN is equal to NaN.
        in_order: also in the same order.
        rel_tol, abs_tol: how far apart numbers in records may be, as of `math.isclose`.

    Raises:
        AssertionError: they do not. The message says what is missing where.

    Example:
        >>> pairs = sc.parallelize([("a", 1), ("b", 2)], 2)
        >>> assert_rdd_equal(pairs, [("b", 2), ("a", 1)])
        >>> assert_rdd_equal(pairs.mapValues(lambda x: x / 3), [("a", 0.3333), ("b", 0.6667)],
        ...                  rel_tol=1e-3)
        >>> assert_rdd_equal(pairs, [("b", 2), ("a", 7)])
        Traceback (most recent call last):
        ...
        AssertionError: the datasets differ: 2 records on the left, 2 on the right
          1 only on the left:
            ('a', 1)
          1 only on the right:
            ('a', 7)
    """
    __tracebackhide__ = True
    lefts, rights = _records(left), _records(right)
    close = _Close(rel_tol, abs_tol)
    difference = _in_order(lefts, rights, close) if in_order else _unordered(lefts, rights, close)
    if difference:
        counts = f"{_counted(len(lefts))} on the left, {len(rights)} on the right"
        raise AssertionError("\n".join([f"the datasets differ: {counts}", *difference]))


def _records(dataset: Any) -> list[Any]:
    return list(dataset.collect() if hasattr(dataset, "collect") else dataset)


def _counted(number: int) -> str:
    return f"{number} record{'' if number == 1 else 's'}"


def _in_order(lefts: list[Any], rights: list[Any], close: _Close) -> list[str]:
    pairs = enumerate(zip(lefts, rights, strict=False))
    wrong = [(at, one, other) for at, (one, other) in pairs if not close(one, other)]
    lines = [
        line
        for at, one, other in wrong[:_SHOWN]
        for line in (f"  at {at}:", f"    left:  {one!r}", f"    right: {other!r}")
    ]
    lines += [f"  and at {len(wrong) - _SHOWN} more places"] * (len(wrong) > _SHOWN)
    both = min(len(lefts), len(rights))
    lines += _only("left, at the end", lefts[both:]) + _only("right, at the end", rights[both:])
    return lines


def _unordered(lefts: list[Any], rights: list[Any], close: _Close) -> list[str]:
    """What is left when equal records, and then those that are close, are taken away."""
    left_only, right_only = _without_common(lefts, rights)
    if close.exact:
        return _only("left", left_only) + _only("right", right_only)
    groups: dict[Hashable, tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
    for side, records in enumerate((left_only, right_only)):
        for record in records:
            groups[_frozen(record, _no_number)][side].append(record)
    left_only, right_only = [], []
    for ones, others in groups.values():
        lost, found = unmatched(ones, others, close)
        left_only += lost
        right_only += found
    return _only("left", left_only) + _only("right", right_only)


def _without_common(lefts: list[Any], rights: list[Any]) -> tuple[list[Any], list[Any]]:
    """What each has that the other has not, or less often."""
    left_keys, right_keys = ([_frozen(each) for each in side] for side in (lefts, rights))
    return (
        _surplus(lefts, left_keys, Counter(right_keys)),
        _surplus(rights, right_keys, Counter(left_keys)),
    )


def _surplus(records: list[Any], keys: list[Hashable], there: Counter[Hashable]) -> list[Any]:
    found = []
    for record, key in zip(records, keys, strict=True):
        there[key] -= 1
        if there[key] < 0:
            found.append(record)
    return found


def _only(side: str, records: list[Any]) -> list[str]:
    """Lines that show the first of some records, equal ones together."""
    if not records:
        return []
    times = Counter(map(repr, records))
    lines = [f"  {len(records)} only on the {side}:"]
    for text, number in list(times.items())[:_SHOWN]:
        lines.append(f"    {text}" + (f"  ({number} times)" if number > 1 else ""))
    if len(times) > _SHOWN:
        lines.append(f"    and {len(times) - _SHOWN} more")
    return lines


_NAN = ("NaN",)


def _frozen(value: Any, number: Callable[[Any], Hashable] = lambda number: number) -> Hashable:
    """A hashable value that is equal for equal records, of whatever they are made.

    Parameters:
        number: what stands for a number.
    """
    if isinstance(value, int | float | complex):
        return number(_NAN if value != value else value)
    if isinstance(value, str | bytes) or value is None:
        return value
    if isinstance(value, tuple):
        return ("tuple", *(_frozen(each, number) for each in value))
    if isinstance(value, list):
        return ("list", *(_frozen(each, number) for each in value))
    if isinstance(value, dict):
        items = sorted(value.items(), key=lambda item: repr(item[0]))  # numbers in one order
        return "dict", frozenset([(_frozen(k), _frozen(v, number)) for k, v in items])
    if isinstance(value, set | frozenset):
        return "set", frozenset(map(_frozen, value))
    if callable(getattr(value, "tolist", None)):  # of NumPy or PyArrow
        plain = _frozen(value.tolist(), number)
        return ("array", plain) if getattr(value, "shape", ()) else plain
    try:
        hash(value)
    except TypeError:
        return type(value).__qualname__, _frozen(getattr(value, "__dict__", repr(value)), number)
    return value  # type: ignore[no-any-return]


def _no_number(number: object) -> Hashable:
    return "number"


class _Close:
    """Whether two records are equal, but for numbers a little apart."""

    def __init__(self, rel_tol: float, abs_tol: float) -> None:
        self._rel_tol = rel_tol
        self._abs_tol = abs_tol
        self.exact = not (rel_tol or abs_tol)

    def __call__(self, one: Any, other: Any) -> bool:
        mine: list[Any] = []
        theirs: list[Any] = []
        if self.exact:
            return _frozen(one) == _frozen(other)
        if _frozen(one, _into(mine)) != _frozen(other, _into(theirs)):
            return False
        return all(map(self._numbers, mine, theirs))

    def _numbers(self, one: Any, other: Any) -> bool:
        if one is _NAN or other is _NAN or isinstance(one, complex) or isinstance(other, complex):
            return bool(one == other)
        return math.isclose(one, other, rel_tol=self._rel_tol, abs_tol=self._abs_tol)


def _into(numbers: list[Any]) -> Callable[[Any], Hashable]:
    def keep(number: Any) -> Hashable:
        numbers.append(number)
        return "number"

    return keep
