"""Functions as formulas: what they compute, by their proved sources."""

from __future__ import annotations

import ast
import operator
import types
from typing import Any

from pyrite.compile.scope import examine
from pyrite.compile.source import Refused, Sources
from pyrite.core.lean import value


@value
class Formula:
    """A function that does nothing but to return the value of an expression.

    Parameters:
        parameters: their names.
        value: the expression. Not to be changed.
    """

    parameters: tuple[str, ...]
    value: ast.expr

    def is_parameter(self, node: ast.expr, number: int = 0) -> bool:
        """Whether an expression is the parameter of this number."""
        return isinstance(node, ast.Name) and node.id == self.parameters[number]


def formula(sources: Sources, function: Any, arity: int) -> Formula | None:
    """A function as a formula of so many parameters, if it is one."""
    if type(function) is not types.FunctionType:
        return None
    try:
        shape = examine(sources.find(function).node, function.__code__)
    except Refused:
        return None
    if shape.expression is None or len(shape.parameters) != arity:
        return None
    return Formula(shape.parameters, shape.expression)


def is_addition(sources: Sources, function: Any) -> bool:
    """Whether a function of two adds them."""
    if function is operator.add:
        return True
    found = formula(sources, function, 2)
    if found is None or not isinstance(found.value, ast.BinOp):
        return False
    if not isinstance(found.value.op, ast.Add):
        return False
    return found.is_parameter(found.value.left, 0) and found.is_parameter(found.value.right, 1)


def is_identity(sources: Sources, function: Any) -> bool:
    """Whether a function gives back what it is given."""
    found = formula(sources, function, 1)
    return found is not None and found.is_parameter(found.value)
