"""Searches for regular expressions, spared where the text lacks what they want.

``PATTERN.search(line)`` becomes ``None if ... "ERROR" not in line else PATTERN.search(line)``. The
variable is looked up as ever: if it holds another pattern by then, that is searched for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from types import FunctionType

from pyrite.compile.bound import variable_of
from pyrite.compile.elements import CELL, again, call, is_, is_atom, load
from pyrite.compile.wanted import Wanted, wanted

_SEARCHES = frozenset({"search", "match", "fullmatch"})
"""Methods of patterns that give None where there is no match."""


def spared(node: ast.Call, function: FunctionType, bind: Callable[..., ast.expr]) -> ast.expr:
    """A call, preceded by a look for what it wants, if it is such a search.

    Parameters:
        node: of ``function``, its variables named as in the generated code.
        bind: gives the name of a tool, or of the pattern that a variable of ``function`` holds.
    """
    match node:
        case ast.Call(
            ast.Attribute(ast.Name(name) as variable, method), [ast.Name() as text], []
        ) if method in _SEARCHES and is_atom(text):
            name = name.removeprefix(CELL).partition("_")[2] if name.startswith(CELL) else name
            pattern = variable_of(function, name)
            texts = wanted(pattern) if type(pattern) is re.Pattern else ()
            if texts:
                same = is_(ast.Name(variable.id, ast.Load()), bind("pattern", name, pattern))
                is_text = is_(call(bind("tool", "type"), again(text)), bind("tool", "str"))
                lacks = ast.UnaryOp(ast.Not(), _has(texts, text))
                in_vain = ast.BoolOp(ast.And(), [is_text, same, lacks])
                return _located(ast.IfExp(in_vain, ast.Constant(None), node), node)
    return node


def _has(texts: Wanted, text: ast.Name) -> ast.expr:
    sets = [
        _joined(
            ast.Or(), [ast.Compare(ast.Constant(each), [ast.In()], [load(text.id)]) for each in one]
        )
        for one in texts
    ]
    return _joined(ast.And(), sets)


def _joined(operator: ast.boolop, tests: list[ast.expr]) -> ast.expr:
    return ast.BoolOp(operator, tests) if len(tests) > 1 else tests[0]


def _located(made: ast.expr, node: ast.expr) -> ast.expr:
    for each in ast.walk(made):
        if isinstance(each, ast.expr) and not hasattr(each, "lineno"):
            ast.copy_location(each, node)
    return made
