"""Steps over numbers that a kernel can do: how to recognise them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from pyrite.batch.formula import Formula, formula, is_addition
from pyrite.batch.numbers import Expression, NumberSteps
from pyrite.batch.proof import Proof
from pyrite.compile.ends import end_of_result, functions_of
from pyrite.compile.source import Sources
from pyrite.lineage.ops import Filter, Map, Op
from pyrite.lineage.terminals import Collect, Count, Draw, Fold, Reduce

_SYMBOLS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<",
    ast.RShift: ">>", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==",
    ast.NotEq: "!=", ast.USub: "neg", ast.Invert: "invert", ast.Not: "not", ast.And: "and",
    ast.Or: "or",
}  # fmt: skip


class _NoFormula(Exception):
    """It has something that a kernel does not know."""


def number_steps(sources: Sources, ops: Sequence[Op], action: object) -> NumberSteps | None:
    """The kernel for these steps over integers, if there may be one."""
    ending = _ending(sources, action)
    if ending is None:
        return None
    steps = []
    for number, op in enumerate(ops):
        found = formula(sources, op.function, 1) if isinstance(op, Map | Filter) else None
        if found is None:
            return None
        try:
            expression = _Reader(found, op.function, number).row(found.value)
        except _NoFormula:
            return None
        steps.append((isinstance(op, Filter), expression))
    proof = Proof.of([*(op.function for op in ops), *_functions(action)])
    return NumberSteps(tuple(steps), ending, proof)


def _ending(sources: Sources, action: object) -> str | None:
    match action:
        case Collect():
            return "collect"
        case Count():
            return "count"
        case Draw() if action.function is sum:
            return "sum"
        case Reduce() if action.function is max or action.function is min:
            return action.function.__name__
        case Reduce() if is_addition(sources, action.function):
            return "reduce"
        case Fold() if is_addition(sources, action.function):
            return "fold"
    return None


def _functions(action: object) -> list[Any]:
    end = end_of_result(action)
    return [] if end is None else functions_of(end)


class _Reader:
    """Makes an `Expression` of a function's."""

    def __init__(self, found: Formula, function: Any, number: int) -> None:
        self._found = found
        self._code = function.__code__
        self._number = number

    def row(self, node: ast.expr) -> Expression:
        """Numbers, or a tuple of some."""
        match node:
            case ast.Tuple([*parts]) if parts:
                return ("tuple", *(self.read(part) for part in parts))
        return self.read(node)

    def read(self, node: ast.expr) -> Expression:
        """Numbers."""
        match node:
            case ast.Subscript(record, ast.Constant(int() as place)) if type(place) is int:
                if self._found.is_parameter(record):
                    return ("item", place)
                raise _NoFormula
            case ast.Name():
                return self._name(node)
            case ast.Constant(value) if type(value) in (int, float):
                return ("constant", value)
            case ast.BinOp(left, symbol, right) if type(symbol) in _SYMBOLS:
                return (_SYMBOLS[type(symbol)], self.read(left), self.read(right))
            case ast.UnaryOp(symbol, operand) if type(symbol) in _SYMBOLS:
                return (_SYMBOLS[type(symbol)], self.read(operand))
            case ast.BoolOp(symbol, values):
                return self._both(_SYMBOLS[type(symbol)], [self.read(each) for each in values])
            case ast.Compare(left, symbols, others) if all(type(s) in _SYMBOLS for s in symbols):
                sides = [self.read(each) for each in (left, *others)]
                names = [_SYMBOLS[type(symbol)] for symbol in symbols]
                pairs = zip(names, sides, sides[1:], strict=False)
                return self._both("and", list(pairs))
            case ast.IfExp(test, body, orelse):
                return ("if", self.read(test), self.read(body), self.read(orelse))
        raise _NoFormula

    def _name(self, node: ast.Name) -> Expression:
        if self._found.is_parameter(node):
            return ("record",)
        if node.id in self._code.co_freevars:
            return ("captured", self._number, self._code.co_freevars.index(node.id))
        return ("global", self._number, node.id)

    def _both(self, symbol: str, parts: list[Expression]) -> Expression:
        whole, *others = parts
        for each in others:
            whole = (symbol, whole, each)
        return whole
