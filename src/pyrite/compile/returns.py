"""``return`` in a body that is no function's own any more: the end of a loop's one turn."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from pyrite.compile.elements import assign, load


class Returns(ast.NodeTransformer):
    """Turns statements into the body of a loop whose turn ends where they return.

    Parameters:
        result: the variable for what they return.
        returned: a variable that says, after a loop of theirs, whether they returned in it.
    """

    def __init__(self, result: str, returned: str) -> None:
        self._result = result
        self._returned = returned
        self._depth = 0

    def lowered(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        """The statements, which may have been changed."""
        begun: list[ast.stmt] = []
        if any(isinstance(each, ast.For | ast.While) and returns([each]) for each in _all(body)):
            begun.append(assign(self._returned, ast.Constant(False)))
        for each in body:
            made = self.visit(each)
            begun += made if isinstance(made, list) else [made]
        return begun

    def visit_Return(self, node: ast.Return) -> list[ast.stmt]:
        value = node.value or ast.copy_location(ast.Constant(None), node)
        made = [assign(self._result, value)]
        if self._depth:
            made.append(assign(self._returned, ast.Constant(True)))
        return _located([*made, ast.Break()], node)

    def visit_For(self, node: ast.For | ast.While) -> list[ast.stmt]:
        if not returns([node]):
            return [node]
        self._depth += 1
        node.body = self._block(node.body)
        self._depth -= 1
        node.orelse = self._block(node.orelse)
        return [node, *_located([ast.If(load(self._returned), [ast.Break()], [])], node)]

    visit_While = visit_For

    def _block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for each in body:
            visited = self.visit(each)
            made += visited if isinstance(visited, list) else [visited]
        return made


def returns(body: Sequence[ast.stmt]) -> bool:
    """Whether statements return."""
    return any(isinstance(each, ast.Return) for each in _all(body))


def _all(body: Sequence[ast.stmt]) -> list[ast.AST]:
    return [each for part in body for each in ast.walk(part)]


def _located(made: list[ast.stmt], node: ast.stmt) -> list[ast.stmt]:
    for each in _all(made):
        if "lineno" in each._attributes and not hasattr(each, "lineno"):
            ast.copy_location(each, node)
    return made
