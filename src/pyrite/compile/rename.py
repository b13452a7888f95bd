"""The renaming of what is in a function, for another's body."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from copy import copy

from pyrite.compile.elements import Pair, again, assign, load, tuple_of
from pyrite.compile.scope import comprehended


class Renamer(ast.NodeTransformer):
    """Puts what a function's variables are in the generated code in their place.

    Parameters:
        variables: name -> an atom, or a pair, for those that are never set; else a variable.
        quickened: gives what does the same as a call, renamed.
    """

    def __init__(
        self,
        variables: Mapping[str, ast.expr | Pair],
        quickened: Callable[[ast.Call], ast.expr],
    ) -> None:
        self.variables = variables
        self._quickened = quickened
        self._hidden: list[set[str]] = []

    def all(self, body: Iterable[ast.stmt]) -> list[ast.stmt]:
        """Statements, renamed."""
        made: list[ast.stmt] = []
        for each in body:
            visited = self.visit(each)
            made += visited if isinstance(visited, list) else [visited]
        return made

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | list[ast.stmt]:
        key, value, name = unpacked(node) or ("", "", "")
        pair = self._element(name)
        if not isinstance(pair, Pair):
            self.generic_visit(node)
            return node
        made = [
            assign(self._variable(key), again(pair.key)),
            assign(self._variable(value), again(pair.value)),
        ]
        for each in made:
            for part in ast.walk(each):
                if "lineno" in part._attributes:
                    ast.copy_location(part, node)
        return made

    def visit_Name(self, node: ast.Name) -> ast.expr:
        element = self._element(node.id)
        if element is None:
            return node
        if isinstance(element, Pair):
            return ast.copy_location(_located(tuple_of(element), node), node)
        if isinstance(element, ast.Name):
            return ast.copy_location(ast.Name(element.id, node.ctx), node)
        return ast.copy_location(again(element), node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        part = part_of(node, self._element)
        if part is not None:
            return ast.copy_location(again(part), node)
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        return self._quickened(node)

    def visit_ListComp(self, node: ast.ListComp) -> ast.expr:
        first, *others = node.generators
        first.iter = self.visit(first.iter)
        self._hidden.append(comprehended(node))
        first.target = self.visit(first.target)
        first.ifs = [self.visit(each) for each in first.ifs]
        for each in others:
            self.generic_visit(each)
        for field in ("elt", "key", "value"):
            if hasattr(node, field):
                setattr(node, field, self.visit(getattr(node, field)))
        self._hidden.pop()
        return node

    visit_SetComp = visit_DictComp = visit_ListComp  # type: ignore[assignment]

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.expr:
        first = node.generators[0]
        first.iter = self.visit(first.iter)
        return node  # the rest uses no variable of the function's

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.ExceptHandler:
        self.generic_visit(node)
        if node.name:
            node.name = self._variable(node.name)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        assert node.value is not None
        target, value = self.visit(node.target), self.visit(node.value)
        return ast.copy_location(ast.Assign([target], value), node)

    def _variable(self, name: str) -> str:
        element = self.variables[name]
        assert isinstance(element, ast.Name)
        return element.id

    def _element(self, name: str) -> ast.expr | Pair | None:
        if any(name in each for each in self._hidden):
            return None
        return self.variables.get(name)


class Splicer(Renamer):
    """The same for a generator.

    Parameters:
        yielded: gives what stands in the place of a statement that yields a value.
    """

    def __init__(
        self,
        variables: Mapping[str, ast.expr | Pair],
        quickened: Callable[[ast.Call], ast.expr],
        yielded: Callable[[ast.expr, Renamer], list[ast.stmt]],
    ) -> None:
        super().__init__(variables, quickened)
        self._yielded = yielded

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | list[ast.stmt]:
        if isinstance(node.value, ast.Yield):
            nothing = ast.copy_location(ast.Constant(None), node)
            return self._yielded(node.value.value or nothing, self)
        self.generic_visit(node)
        return node


def unpacked(node: ast.stmt) -> tuple[str, str, str] | None:
    """The names in ``key, value = pair``, if a statement is like this."""
    match node:
        case ast.Assign([ast.Tuple([ast.Name(key), ast.Name(value)])], ast.Name(pair)):
            return key, value, pair
    return None


def part_of(node: ast.Subscript, element_of: object) -> ast.expr | None:
    """The atom that ``pair[0]`` or the like stands for, if ``pair`` is known to be a pair."""
    if not isinstance(node.value, ast.Name) or not isinstance(node.ctx, ast.Load):
        return None
    assert callable(element_of)
    pair = element_of(node.value.id)
    if not isinstance(pair, Pair):
        return None
    index: object = node.slice.value if isinstance(node.slice, ast.Constant) else None
    match node.slice:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)):
            index = -number
    if type(index) is not int or not -2 <= index < 2:
        return None  # which raises IndexError, or is no index
    return pair.key if index in (0, -2) else pair.value


def escapes(body: Iterable[ast.AST], name: str) -> bool:
    """Whether a function asks for a pair as a whole."""
    pair = Pair(load(name), load(name))
    pending = list(body)
    while pending:
        each = pending.pop()
        if isinstance(each, ast.Subscript) and part_of(each, {name: pair}.get) is not None:
            continue
        if isinstance(each, ast.stmt) and (names := unpacked(each)) and names[2] == name:
            continue
        if isinstance(each, ast.Name) and each.id == name:
            return True
        pending.extend(ast.iter_child_nodes(each))
    return False


def _located(made: ast.expr, node: ast.expr) -> ast.expr:
    for each in ast.walk(made):
        if isinstance(each, ast.expr):
            ast.copy_location(each, node)
    return copy(made)
