"""Integers of a range on their way through formulas, and what is made of them: with numpy.

Before anything is computed, bounds of each result are worked out from those of the range, as exact
integers: a formula whose every result lies within 64 bits, and that divides by nothing that may be
zero, means the same in numpy. Anything else is left to the stage's loop.

Source: interval arithmetic, Moore, Interval Analysis, 1966.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, TypeAlias

from pyrite.batch.proof import Proof
from pyrite.core.lean import value

Expression: TypeAlias = tuple[Any, ...]
"""A formula: ("+", ("record",), ("constant", 1))."""
Vector: TypeAlias = Any
"""An array of numpy's, or one number for all records."""

_MOST = 2**63 - 1
_EXACT = 2**53
"""Integers up to here are floats, exactly."""
_BATCH = 1 << 15
_LARGEST_POWER = 64


class Unfit(Exception):
    """Numpy may come to another result, or to none."""


@value
class NumberSteps:
    """A stage that maps and filters integers by formulas.

    Parameters:
        steps: for each, whether it is a filter, and its formula.
        end: sum, count, collect, reduce (by addition), fold (by addition), max or min.
    """

    steps: tuple[tuple[bool, Expression], ...]
    end: str
    proof: Proof

    def __str__(self) -> str:
        steps = ", ".join("filtered" if is_filter else "mapped" for is_filter, _ in self.steps)
        steps = f"{steps}, " if steps else ""
        return (
            f"{steps}ended by {self.end} with numpy, if the bounds of the range show that no "
            f"integer leaves 64 bits and no divisor is zero"
        )


@value
class Numbers:
    """Numbers of one type, and how they are computed of records.

    Parameters:
        kind: int, float or bool.
        low, high: bounds of integers and of constants; of other floats, None.
        of: gives them, as an array, or as one number for all records.
    """

    kind: type
    low: Any
    high: Any
    of: Callable[[Vector], Vector]

    @property
    def is_exact_as_float(self) -> bool:
        return self.kind is float or -_EXACT <= self.low <= self.high <= _EXACT

    @property
    def may_be_zero(self) -> bool:
        return self.low is None or self.low <= 0 <= self.high


Row: TypeAlias = "Numbers | tuple[Numbers, ...]"
"""What is known of records: of numbers, or of tuples of numbers."""


def integers(low: int, high: int, of: Callable[[Vector], Vector]) -> Numbers:
    """Integers between bounds.

    Raises:
        Unfit: they are not within 64 bits.
    """
    if low < -_MOST or high > _MOST:
        raise Unfit
    return Numbers(int, low, high, of)


class Typing:
    """Works out types and bounds of formulas.

    Parameters:
        functions: the stage's, which the formulas were read from.
        np: numpy.
    """

    def __init__(self, functions: Sequence[Any], np: Any) -> None:
        self._functions = functions
        self._np = np

    def row(self, expression: Expression, records: Row) -> Row:
        """What a formula makes of records: numbers, or tuples of numbers.

        Raises:
            Unfit: numpy may come to other results.
        """
        symbol, *parts = expression
        if symbol == "tuple":
            return tuple(self.numbers(part, records) for part in parts)
        if symbol == "record" and isinstance(records, tuple):
            return tuple(self.numbers(("item", n), records) for n in range(len(records)))
        return self.numbers(expression, records)

    def numbers(self, expression: Expression, records: Row) -> Numbers:
        """What a formula makes of records, if that is numbers.

        Raises:
            Unfit: numpy may come to other results.
        """
        symbol, *parts = expression
        match symbol:
            case "record" if isinstance(records, Numbers):
                return Numbers(records.kind, records.low, records.high, lambda record: record)
            case "item" if isinstance(records, tuple) and -len(records) <= parts[0] < len(records):
                item = records[parts[0]]
                return Numbers(item.kind, item.low, item.high, itemgetter(parts[0]))
            case "record" | "item" | "tuple":
                raise Unfit
            case "constant":
                return _constant(parts[0])
            case "captured":
                number, place = parts
                return _constant(_content(self._functions[number].__closure__[place]))
            case "global":
                number, name = parts
                return _constant(self._functions[number].__globals__.get(name))
        operands = [self.numbers(part, records) for part in parts]
        match symbol:
            case "if":
                return self._chosen(*operands)
            case "and" | "or" | "not":
                return self._logical(symbol, operands)
        if symbol in _COMPARISONS:
            return _compared(symbol, *operands)
        if all(each.kind is bool for each in operands):
            if symbol in ("&", "|", "^"):
                return Numbers(bool, 0, 1, _applied(_OPERATORS[symbol], *operands))
            if symbol == "invert":
                raise Unfit  # Python may warn of it
        operands = [_as_integers(each) for each in operands]
        if all(each.kind is int for each in operands) and symbol != "/":
            return self._of_integers(symbol, *operands)
        return _of_floats(symbol, *operands)

    def _chosen(self, test: Numbers, one: Numbers, other: Numbers) -> Numbers:
        if one.kind is not other.kind:
            raise Unfit
        where, holds, a, b = self._np.where, truth(test), one.of, other.of
        bounds = (None, None)
        if one.kind is not float:
            bounds = min(one.low, other.low), max(one.high, other.high)
        return Numbers(one.kind, *bounds, lambda record: where(holds(record), a(record), b(record)))

    def _logical(self, symbol: str, operands: list[Numbers]) -> Numbers:
        if symbol == "not":
            (operand,) = operands
            holds, invert = truth(operand), self._np.logical_not
            return Numbers(bool, 0, 1, lambda record: invert(holds(record)))
        a, b = operands
        if a.kind is not bool or b.kind is not bool:
            raise Unfit  # which of both it is depends on each record
        join = operator.and_ if symbol == "and" else operator.or_
        return Numbers(bool, 0, 1, _applied(join, a, b))

    def _of_integers(self, symbol: str, a: Numbers, b: Numbers | None = None) -> Numbers:
        if b is None:
            if symbol == "neg":
                return integers(-a.high, -a.low, lambda record: -a.of(record))
            return integers(~a.high, ~a.low, lambda record: ~a.of(record))
        if symbol == "**":
            return _power(a, b, self._np)
        low, high = _bounds(symbol, a, b)
        return integers(low, high, _applied(_OPERATORS[symbol], a, b))


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        raise Unfit from None  # it has none: whoever reads it fails


def _constant(value: Any) -> Numbers:
    if type(value) is int:
        return integers(value, value, lambda record: value)
    if type(value) is float:
        return Numbers(float, value, value, lambda record: value)
    raise Unfit


def _as_integers(numbers: Numbers) -> Numbers:
    """In arithmetic, truth is a number."""
    if numbers.kind is not bool:
        return numbers
    return Numbers(int, numbers.low, numbers.high, lambda record: numbers.of(record) + 0)


def truth(numbers: Numbers) -> Callable[[Vector], Vector]:
    """Whether they are true."""
    return numbers.of if numbers.kind is bool else lambda record: numbers.of(record) != 0


def _applied(function: Any, a: Numbers, b: Numbers) -> Callable[[Vector], Vector]:
    left, right = a.of, b.of
    return lambda record: function(left(record), right(record))


def _compared(symbol: str, a: Numbers, b: Numbers) -> Numbers:
    if a.kind is not b.kind and not (a.is_exact_as_float and b.is_exact_as_float):
        raise Unfit
    return Numbers(bool, 0, 1, _applied(_COMPARISONS[symbol], a, b))


def _bounds(symbol: str, a: Numbers, b: Numbers) -> tuple[int, int]:
    """Of what integers make together."""
    match symbol:
        case "+":
            return a.low + b.low, a.high + b.high
        case "-":
            return a.low - b.high, a.high - b.low
        case "*":
            ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
            return min(ends), max(ends)
        case "//" | "%" if b.may_be_zero:
            raise Unfit
        case "//":
            most = max(-a.low, a.high, 0)
            return (a.low // b.low, a.high // b.low) if 0 < b.low == b.high else (-most, most)
        case "%":
            return (0, b.high - 1) if b.low > 0 else (b.low + 1, 0)
        case "<<" | ">>":
            if b.low < 0 or b.high > 62:
                raise Unfit
            by = (b.low, b.high)
            ends = [x << y if symbol == "<<" else x >> y for x in (a.low, a.high) for y in by]
            return min(ends), max(ends)
    # Of both, no more bits than one of them has: so it is for &, | and ^.
    bits = max(each.bit_length() for each in (a.low, a.high, b.low, b.high))
    return (0 if min(a.low, b.low) >= 0 else -(2**bits)), 2**bits - 1


def _power(a: Numbers, b: Numbers, np: Any) -> Numbers:
    if not 0 <= b.low == b.high <= _LARGEST_POWER:
        raise Unfit
    ends = [a.low**b.low, a.high**b.low, 0]
    times = b.low
    if times == 2:
        return integers(min(ends), max(ends), lambda record: a.of(record) * a.of(record))
    return integers(min(ends), max(ends), lambda record: np.power(a.of(record), times))


def _of_floats(symbol: str, a: Numbers, b: Numbers | None = None) -> Numbers:
    if b is None:
        if symbol != "neg":
            raise Unfit
        return Numbers(float, None, None, lambda record: -a.of(record))
    if symbol not in ("+", "-", "*", "/"):
        raise Unfit
    if symbol == "/":
        if b.may_be_zero:
            raise Unfit
        if a.kind is int and b.kind is int and not (a.is_exact_as_float and b.is_exact_as_float):
            raise Unfit  # Python rounds the quotient once
    return Numbers(float, None, None, _applied(_OPERATORS[symbol], a, b))


_OPERATORS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "//": operator.floordiv, "%": operator.mod, "&": operator.and_, "|": operator.or_,
    "^": operator.xor, "<<": operator.lshift, ">>": operator.rshift,
}  # fmt: skip
_COMPARISONS = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def run(steps: NumberSteps, functions: Sequence[Any], records: range, zero: Any, np: Any) -> Any:
    """What a stage makes of a range.

    Parameters:
        functions: the stage's.
        zero: what a fold begins with.

    Raises:
        Unfit: numpy may come to another result. Nothing was computed.
    """
    if not records or max(map(abs, (records.start, records.stop, records.step))) > _MOST >> 2:
        raise Unfit
    typing = Typing(functions, np)
    ends = records[0], records[-1]
    row: Row = integers(min(ends), max(ends), lambda record: record)
    made: list[tuple[bool, Any]] = []
    for is_filter, expression in steps.steps:
        if is_filter:
            made.append((True, truth(typing.numbers(expression, row))))
        else:
            row = typing.row(expression, row)
            made.append((False, row))
    if steps.end == "count":
        while made and not made[-1][0]:
            made.pop()  # it cannot fail, and is not asked for
    with np.errstate(all="ignore"):
        return _ended(steps.end, row, _batches(made, records, np), zero, np)


def _batches(made: Sequence[tuple[bool, Any]], records: range, np: Any) -> Iterator[Any]:
    """What becomes of the records, batch by batch: an array, or a tuple of them."""

    def filled(numbers: Vector, size: int) -> Vector:
        return numbers if getattr(numbers, "ndim", 0) else np.full(size, numbers)

    for start in range(0, len(records), _BATCH):
        part = records[start : start + _BATCH]
        size = len(part)
        batch: Any = np.arange(part.start, part.stop, part.step, dtype=np.int64)
        for is_filter, step in made:
            if is_filter:
                kept = np.flatnonzero(filled(step(batch), size))
                size = len(kept)
                tupled = isinstance(batch, tuple)
                batch = tuple(each[kept] for each in batch) if tupled else batch[kept]
            elif isinstance(step, tuple):
                batch = tuple(filled(each.of(batch), size) for each in step)
            else:
                batch = filled(step.of(batch), size)
        yield batch


def _ended(end: str, row: Row, batches: Iterator[Any], zero: Any, np: Any) -> Any:
    """The result of a stage whose records are ``row``.

    Raises:
        Unfit: there is none that is surely the same.
    """
    if end == "count":
        return sum(len(batch[0] if isinstance(batch, tuple) else batch) for batch in batches)
    if end == "collect":
        return list(chain.from_iterable(map(_listed, batches)))
    if isinstance(row, Numbers) and row.kind is float:
        return _sum_of_floats(end, batches, zero, np)
    if isinstance(row, tuple) or row.kind is not int:
        raise Unfit
    if end in ("max", "min"):
        found = [int(getattr(batch, end)()) for batch in batches if len(batch)]
        return [max(found) if end == "max" else min(found)] if found else []
    if end == "fold" and type(zero) is not int:
        raise Unfit
    count, total = 0, zero if end == "fold" else 0
    is_small = max(-row.low, row.high) * _BATCH <= _MOST
    for batch in batches:
        count += len(batch)
        if is_small:
            total += int(batch.sum())
        else:  # in two halves
            total += (int((batch >> 32).sum()) << 32) + int((batch & 0xFFFFFFFF).sum())
    return total if end != "reduce" else [total] if count else []


def _listed(batch: Any) -> Iterable[Any]:
    if not isinstance(batch, tuple):
        records: list[Any] = batch.tolist()
        return records
    return zip(*(column.tolist() for column in batch), strict=True)


def _sum_of_floats(end: str, batches: Iterator[Vector], zero: Any, np: Any) -> Any:
    """One after another, as Python adds them."""
    if end in ("max", "min") or (end == "sum" and sys.version_info >= (3, 12)):
        raise Unfit  # of zeros of both signs it is the first; and sums are compensated
    if end == "fold" and (type(zero) not in (int, float) or abs(zero) > _MOST):
        raise Unfit
    totals = [] if end == "reduce" else [zero if end == "fold" else 0]
    for batch in batches:
        if len(batch):
            whole = np.concatenate((np.array(totals, float), batch))
            totals = [float(np.add.accumulate(whole)[-1])]
    return totals if end == "reduce" else totals[0]
