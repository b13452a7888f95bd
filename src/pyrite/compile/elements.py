"""Records on their way through a generated function, as syntax."""

from __future__ import annotations

import ast
from typing import TypeAlias

from pyrite.compile.stage import PREFIX
from pyrite.core.lean import state

CELL = PREFIX + "cell"


@state
class Pair:
    """A tuple of two that is not made until somebody asks for it as a whole.

    Parameters:
        key, value: atoms.
        whole: the variable that holds the tuple, once it was made. Whoever sees it sees one and
            the same tuple.
    """

    key: ast.expr
    value: ast.expr
    whole: str = ""


Element: TypeAlias = ast.expr | Pair
"""One record. An expression that is no atom is to be evaluated once, and at once."""


def is_atom(element: ast.expr) -> bool:
    """Whether an expression may be evaluated again, later: a constant, or a variable of the
    generated code's own. A global or a captured variable may have changed by then."""
    if isinstance(element, ast.Name):
        return element.id.startswith(PREFIX) and not element.id.startswith(CELL)
    return isinstance(element, ast.Constant)


def is_pair(node: ast.expr) -> bool:
    """Whether an expression makes a tuple of two."""
    if not isinstance(node, ast.Tuple) or len(node.elts) != 2:
        return False
    return not any(isinstance(each, ast.Starred) for each in node.elts)


def again(atom: ast.expr) -> ast.expr:
    """The atom once more, standing nowhere in the user's file."""
    if isinstance(atom, ast.Name):
        return ast.Name(atom.id, ast.Load())
    assert isinstance(atom, ast.Constant)
    return ast.Constant(atom.value)


def load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def store(name: str) -> ast.Name:
    return ast.Name(name, ast.Store())


def assign(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([store(name)], value)


def call(function: ast.expr, *arguments: ast.expr) -> ast.Call:
    return ast.Call(function, list(arguments), [])


def tuple_of(pair: Pair) -> ast.expr:
    """The pair as a whole, made here if it was not before."""
    if pair.whole:
        return load(pair.whole)
    return ast.Tuple([again(pair.key), again(pair.value)], ast.Load())


def whole(element: Element) -> ast.expr:
    """A record as an expression."""
    return tuple_of(element) if isinstance(element, Pair) else element


def is_(left: ast.expr, right: ast.expr) -> ast.expr:
    return ast.Compare(left, [ast.Is()], [right])
