"""One function of a stage, written out where it is applied, or called."""

from __future__ import annotations

import ast
import operator
import types
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any, TypeVar

from pyrite.compile.elements import (
    CELL,
    Element,
    Pair,
    again,
    assign,
    call,
    is_atom,
    load,
    tuple_of,
)
from pyrite.compile.scope import Renamer, Shape, escapes, examine
from pyrite.compile.source import (
    Refused,
    Source,
    Sources,
    is_engine,
    is_library,
)
from pyrite.compile.stage import (
    PREFIX,
    SHIFT,
    Binding,
    Cell,
    Constant,
    Mark,
    Shown,
    fingerprint,
    is_by_name,
)

Statements = list[ast.stmt]
Node = TypeVar("Node", bound=ast.AST)

_OPERATORS: dict[Callable[..., Any], type[ast.operator]] = {
    operator.add: ast.Add,
    operator.sub: ast.Sub,
    operator.mul: ast.Mult,
    operator.truediv: ast.Div,
    operator.floordiv: ast.FloorDiv,
    operator.mod: ast.Mod,
    operator.and_: ast.BitAnd,
    operator.or_: ast.BitOr,
    operator.xor: ast.BitXor,
}


class Inliner:
    """Writes functions out, and collects what they need: names, captured variables, marks.

    Parameters:
        functions: of the stage.
        pickles: for each, which pickle it travels in. Functions of one module that travel in
            different pickles arrive with different global names.
    """

    def __init__(self, sources: Sources, functions: Sequence[Any], pickles: Sequence[int]) -> None:
        self.functions = functions
        self.marks: list[Mark] = [Mark(-1)]
        self.bindings: dict[tuple[str, int, int, str], Binding] = {}
        self.cells: dict[int, Cell] = {}
        self.module = -1
        self.same_globals: list[int] = []
        self.inlined: dict[int, tuple[int, int]] = {}
        self.reasons: dict[int, str] = {}
        self.first_line = 1
        self.file = ""
        self._sources = sources
        self._pickles = pickles
        self._names = 0

    # -- names and places ---------------------------------------------------------------

    def new(self, hint: str) -> str:
        """A variable of the generated function."""
        self._names += 1
        return f"{PREFIX}{hint}{self._names}"

    def tool(self, name: str) -> ast.expr:
        return load(self._bind("tool", tool=name))

    def put(
        self, out: Statements, statement: ast.stmt, step: int, at_hand: tuple[Shown, ...] = ()
    ) -> None:
        """Add a statement; what in it is not the user's is the engine's, at an op."""
        out.append(self.placed(statement, Mark(step, -1, at_hand)))

    def placed(self, node: Node, mark: Mark) -> Node:
        """Syntax, of which what is not the user's belongs to what the mark says."""
        place = self._mark(mark) << SHIFT
        for each in ast.walk(node):
            if "lineno" in each._attributes and not hasattr(each, "lineno"):
                _place(each, place)
        return node

    def atom(self, element: Element, out: Statements, step: int, hint: str = "x") -> ast.expr:
        """An element that may be used more than once."""
        if isinstance(element, Pair):
            return load(self.made(element, out, step))
        if is_atom(element):
            return again(element)
        name = self.new(hint)
        self.put(out, assign(name, element), step)
        return load(name)

    def made(self, pair: Pair, out: Statements, step: int) -> str:
        """The variable that holds a pair as a tuple, from here on."""
        if not pair.whole:
            name = self.new("pair")
            self.put(out, assign(name, tuple_of(pair)), step)
            pair.whole = name
        return pair.whole

    def _mark(self, mark: Mark) -> int:
        if mark not in self.marks:
            self.marks.append(mark)
        return self.marks.index(mark)

    def _bind(self, kind: Any, number: int = 0, default: int = 0, tool: str = "") -> str:
        key = (kind, number, default, tool)
        if key not in self.bindings:
            self.bindings[key] = Binding(self.new(tool or kind), kind, number, default, tool)
        return self.bindings[key].name

    # -- functions ----------------------------------------------------------------------

    def apply(
        self, number: int, elements: Sequence[Element], out: Statements, step: int
    ) -> Element:
        """The result of a function of atoms and pairs."""
        function = self.functions[number]
        if type(function) is not types.FunctionType:
            known = self._known(function, elements)
            self.reasons[number] = "" if known is not None else "it is no Python function"
            if known is not None:
                return self.placed(known, Mark(step))
        else:
            try:
                shape = self.admit(number, len(elements))
            except Refused as refusal:
                self.reasons[number] = str(refusal)
            else:
                return self._written_out(number, shape, elements, out, step)
        arguments = [self.atom(each, out, step) for each in elements]
        return self.placed(call(load(self._bind("function", number)), *arguments), Mark(step))

    def shape(self, number: int) -> Shape:
        """A function, if it can be written out anywhere.

        Raises:
            Refused: it cannot.
        """
        function = self.functions[number]
        if type(function) is not types.FunctionType:
            raise Refused("it is no Python function")
        return examine(self._source(number).node, function.__code__)

    def admit(self, number: int, arguments: int) -> Shape:
        """A function, noted down as one that is written out.

        Raises:
            Refused: it has to be called.
        """
        shape = self.shape(number)
        function = self.functions[number]
        code = function.__code__
        most = len(shape.parameters)
        if not most - len(function.__defaults__ or ()) <= arguments <= most:
            raise Refused("it takes another number of arguments")
        if not is_engine(code):
            if is_library(code):
                raise Refused("it is a part of Python")
            if self.file not in ("", code.co_filename):
                raise Refused("it is in another file")
        for cell in function.__closure__ or ():
            try:
                _ = cell.cell_contents
            except ValueError:
                raise Refused("a variable that it captures has no value yet") from None
        if self._source(number).reads_globals:
            if self.module >= 0 and self._home(number) != self._home(self.module):
                raise Refused("its global names are those of another module, or travel apart")
            self.module = number if self.module < 0 else self.module
            self.same_globals.append(number)
        if not is_engine(code) and not self.file:
            self.file, self.first_line = code.co_filename, code.co_firstlineno
        self.inlined[number] = fingerprint(function)
        self.reasons[number] = ""
        return shape

    def _source(self, number: int) -> Source:
        return self._sources.find(self.functions[number])

    def _home(self, number: int) -> tuple[int, int]:
        """Functions of one home have the same global names in a task, too."""
        function = self.functions[number]
        pickle = -1 if is_by_name(function) else self._pickles[number]
        return pickle, id(function.__globals__)

    def _known(self, function: Any, elements: Sequence[Element]) -> ast.expr | None:
        """A function of the standard library's as an expression that means the same."""
        if type(function) is operator.itemgetter and len(elements) == 1:
            items = function.__reduce__()[1]
            if len(items) == 1 and type(items[0]) in (int, str):
                (element,) = elements
                if isinstance(element, Pair) and items[0] in (0, 1):
                    return again(element.key if items[0] == 0 else element.value)
                if not isinstance(element, Pair):
                    return ast.Subscript(again(element), ast.Constant(items[0]), ast.Load())
            return None
        try:
            symbol = _OPERATORS.get(function)
        except TypeError:  # it cannot be hashed
            return None
        if symbol is None or len(elements) != 2 or any(isinstance(e, Pair) for e in elements):
            return None
        left, right = (again(each) for each in elements if not isinstance(each, Pair))
        return ast.BinOp(left, symbol(), right)

    def _written_out(
        self, number: int, shape: Shape, elements: Sequence[Element], out: Statements, step: int
    ) -> Element:
        function = self.functions[number]
        variables: dict[str, Element] = {}
        result = shape.expression
        first_default = len(shape.parameters) - len(function.__defaults__ or ())
        for place, name in enumerate(shape.parameters):
            element: Element
            if place < len(elements):
                element = elements[place]
            else:
                element = load(self._bind("default", number, place - first_default))
            if name in shape.stored:
                variable = self.new(name)
                whole = tuple_of(element) if isinstance(element, Pair) else again(element)
                self.put(out, assign(variable, whole), step)
                element = load(variable)
            elif isinstance(element, Pair) and _asks_for(name, shape):
                self.made(element, out, step)
            variables[name] = element
        arguments = tuple(shown(variables[name]) for name in shape.parameters)
        mark = Mark(step, -1 if is_engine(function.__code__) else number, arguments)
        for name in sorted(shape.stored.difference(shape.parameters)):
            variables[name] = load(self.new(name))
        closure = function.__closure__ or ()
        for place, name in enumerate(function.__code__.co_freevars):
            cell = Cell(f"{CELL}{len(self.cells)}_{name}", number, place)
            variables[name] = load(self.cells.setdefault(id(closure[place]), cell).name)
        at = self._mark(mark) << SHIFT
        renamer = Renamer(variables)
        if result is not None:
            return self._result(result, variables, renamer, at, out, step)
        body = [_shifted(each, at) for each in shape.body]
        last = body[-1] if body else None
        ends_plainly = isinstance(last, ast.Return) and not _returns(body[:-1])
        if ends_plainly or not _returns(body):
            for each in body[:-1] if ends_plainly else body:
                self.put(out, renamer.visit(each), step)
            value = last.value if isinstance(last, ast.Return) else None
            if value is None:
                return ast.Constant(None)
            return self._result(value, variables, renamer, at=0, out=out, step=step)
        # One turn of a loop, which `return` ends.
        variable = self.new("result")
        returns = _Returns(variable)
        inner: Statements = []
        for each in body:
            done = returns.visit(renamer.visit(each))
            inner += done if isinstance(done, list) else [done]
        inner += [assign(variable, ast.Constant(None)), ast.Break()]
        self.put(out, ast.While(ast.Constant(True), inner, []), step)
        return load(variable)

    def _result(
        self,
        value: ast.expr,
        variables: dict[str, Element],
        renamer: Renamer,
        at: int,
        out: Statements,
        step: int,
    ) -> Element:
        if isinstance(value, ast.Name) and isinstance(variables.get(value.id), Pair):
            return variables[value.id]
        value = _shifted(value, at) if at else value
        if isinstance(value, ast.Tuple) and len(value.elts) == 2:
            key, item = value.elts
            if not isinstance(key, ast.Starred) and not isinstance(item, ast.Starred):
                first = self.atom(renamer.visit(key), out, step, "key")
                return Pair(first, self.atom(renamer.visit(item), out, step, "value"))
        expression: ast.expr = renamer.visit(value)
        return expression


class _Returns(ast.NodeTransformer):
    """``return`` as the end of a loop's turn."""

    def __init__(self, variable: str) -> None:
        self._variable = variable

    def visit_Return(self, node: ast.Return) -> list[ast.stmt]:
        value = node.value or ast.copy_location(ast.Constant(None), node)
        made: list[ast.stmt] = [assign(self._variable, value), ast.Break()]
        for each in made:
            for part in ast.walk(each):
                if "lineno" in part._attributes and not hasattr(part, "lineno"):
                    ast.copy_location(part, node)
        return made


def _returns(body: Sequence[ast.stmt]) -> bool:
    return any(isinstance(each, ast.Return) for part in body for each in ast.walk(part))


def _asks_for(name: str, shape: Shape) -> bool:
    """Whether a function needs a pair that it is given as a tuple; not if it hands it on."""
    return not isinstance(shape.expression, ast.Name) and escapes(shape.body, name)


def shown(element: Element) -> Shown:
    if isinstance(element, Pair):
        return element.whole or (shown(element.key), shown(element.value))
    if isinstance(element, ast.Constant):
        return Constant(element.value)
    return element.id if isinstance(element, ast.Name) else None


def _shifted(node: Any, at: int) -> Any:
    """A copy that says in its lines whose it is."""
    copied = deepcopy(node)
    for each in ast.walk(copied):
        if "lineno" in each._attributes:
            moved: Any = each
            moved.lineno += at
            moved.end_lineno += at
    return copied


def _place(node: Any, line: int) -> None:
    node.lineno = node.end_lineno = line
    node.col_offset = node.end_col_offset = 0
