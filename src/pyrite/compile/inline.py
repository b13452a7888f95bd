"""One function of a stage, written out where it is applied, or called."""

from __future__ import annotations

import ast
import inspect
import operator
import types
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any, TypeVar

from pyrite.compile.admit import Admission, plain
from pyrite.compile.elements import (
    CELL,
    Element,
    Pair,
    again,
    assign,
    call,
    is_atom,
    is_pair,
    load,
    tuple_of,
)
from pyrite.compile.rename import Renamer, Splicer, escapes
from pyrite.compile.returns import Returns, returns
from pyrite.compile.scope import Shape
from pyrite.compile.searching import spared
from pyrite.compile.source import Refused, is_engine
from pyrite.compile.stage import (
    PREFIX,
    SHIFT,
    STAGE,
    Binding,
    Cell,
    Constant,
    Mark,
    Shown,
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
        admission: says which.

    Attributes:
        is_worth_it: whether one was written out.
    """

    def __init__(self, admission: Admission) -> None:
        self.functions = admission.functions
        self.admission = admission
        self.marks: list[Mark] = [Mark(-1)]
        self.bindings: dict[tuple[str, int, int, str], Binding] = {}
        self.cells: dict[int, Cell] = {}
        self.reasons: dict[int, str] = {}
        self.is_worth_it = False
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

    def _bind(
        self, kind: Any, number: int = 0, default: int = 0, tool: str = "", pattern: Any = None
    ) -> str:
        key = (kind, number, default, tool)
        if key not in self.bindings:
            self.bindings[key] = Binding(
                self.new(tool or kind), kind, number, default, tool, pattern
            )
        return self.bindings[key].name

    # -- functions ----------------------------------------------------------------------

    def apply(
        self, number: int, elements: Sequence[Element], out: Statements, step: int
    ) -> Element:
        """The result of a function of atoms and pairs."""
        function = self.functions[number]
        if type(function) is types.MethodType:
            elements = [load(self._bind("self", number)), *elements]
        known = self._known(function, elements) if plain(function) is None else None
        if known is not None:
            self.is_worth_it = True
            self.reasons[number] = ""
            return self.placed(known, Mark(step))
        try:
            shape = self.admission.admit(number, len(elements))
        except Refused as refusal:
            self.reasons.setdefault(number, str(refusal))
        else:
            self.is_worth_it = True
            self.reasons[number] = ""
            return self._written_out(number, shape, elements, out, step)
        if type(function) is types.MethodType:
            elements = elements[1:]
        arguments = [self.atom(each, out, step) for each in elements]
        return self.placed(call(load(self._bind("function", number)), *arguments), Mark(step))

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
        variables, at = self._variables(number, shape, elements, out, step)
        renamer = Renamer(variables, self._quickened(number))
        if shape.expression is not None:
            return self._result(shape.expression, renamer, at, out, step)
        body = [_shifted(each, at) for each in shape.body]
        last = body[-1] if body else None
        ends_plainly = isinstance(last, ast.Return) and not returns(body[:-1])
        if ends_plainly or not returns(body):
            for each in renamer.all(body[:-1] if ends_plainly else body):
                self.put(out, each, step)
            value = last.value if isinstance(last, ast.Return) else None
            if value is None:
                return ast.Constant(None)
            return self._result(value, renamer, 0, out, step)
        variable = self.new("result")
        self._turn(variable, renamer.all(body), out, step)
        return load(variable)

    def _quickened(self, number: int) -> Callable[[ast.Call], ast.expr]:
        function = plain(self.functions[number])
        assert function is not None

        def bind(kind: str, name: str, pattern: Any = None) -> ast.expr:
            of = number if kind == "pattern" else 0
            return load(self._bind(kind, of, tool=name, pattern=pattern))

        return lambda node: spared(node, function, bind)

    def _turn(self, variable: str, body: Statements, out: Statements, step: int) -> None:
        """One turn of a loop, which ``return`` ends; what is returned is in a variable."""
        inner = Returns(variable, self.new("returned")).lowered(body)
        inner += [assign(variable, ast.Constant(None)), ast.Break()]
        self.put(out, ast.While(ast.Constant(True), inner, []), step)

    def _variables(
        self, number: int, shape: Shape, elements: Sequence[Element], out: Statements, step: int
    ) -> tuple[dict[str, Element], int]:
        """What stands for a function's variables, and what to add to its lines."""
        function = self.functions[number]
        variables: dict[str, Element] = {}
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
        return variables, self._mark(mark) << SHIFT

    def splice(
        self,
        number: int,
        element: Element,
        out: Statements,
        step: int,
        go_on: Callable[[Element, Statements, int], None],
        most: int,
    ) -> bool:
        """Write a generator out, if the function is one, and can be.

        Parameters:
            go_on: writes what becomes of an item, in the place where it is yielded, which is one
                of so many.
            most: how many such places there may be.
        """
        function = plain(self.functions[number])
        if function is None or not inspect.isgeneratorfunction(function):
            return False
        elements = [element]
        if type(self.functions[number]) is types.MethodType:
            elements = [load(self._bind("self", number)), element]
        try:
            shape = self.admission.admit(number, len(elements), most)
        except Refused as refusal:
            self.reasons[number] = str(refusal)
            return False
        self.is_worth_it = True
        self.reasons[number] = ""
        variables, at = self._variables(number, shape, elements, out, step)

        def yielded(value: ast.expr, renamer: Renamer) -> Statements:
            made: Statements = []
            go_on(self._result(value, renamer, 0, made, step), made, shape.yields)
            return made

        renamer = Splicer(variables, self._quickened(number), yielded)
        body = renamer.all([_shifted(each, at) for each in shape.body])
        inner: Statements = []
        if returns(body):
            self._turn(self.new("result"), body, inner, step)
        else:
            inner = body
        stopped = self.new("stopped")
        told = ast.Attribute(load(STAGE), "stopped", ast.Load())
        handler = ast.ExceptHandler(
            self.tool("stop_iteration"),
            stopped,
            [
                ast.Expr(call(told, load(stopped), ast.Constant(number))),
                ast.Raise(None, None),
            ],
        )
        self.put(out, ast.Try(inner, [handler], [], []), step)
        return True

    def _result(
        self,
        value: ast.expr,
        renamer: Renamer,
        at: int,
        out: Statements,
        step: int,
    ) -> Element:
        if isinstance(value, ast.Name):
            element = renamer.variables.get(value.id)
            if isinstance(element, Pair):
                return element
        value = _shifted(value, at) if at else value
        if isinstance(value, ast.Tuple) and is_pair(value):
            key, item = value.elts
            first = self.atom(renamer.visit(key), out, step, "key")
            return Pair(first, self.atom(renamer.visit(item), out, step, "value"))
        expression: ast.expr = renamer.visit(value)
        return expression

    def item(self, value: ast.expr, out: Statements, step: int) -> Element:
        """The value of an expression that is to be evaluated now: an atom, or a pair of them."""
        if isinstance(value, ast.Tuple) and is_pair(value):
            key, item = value.elts
            first = self.atom(key, out, step, "key")
            return Pair(first, self.atom(item, out, step, "value"))
        return self.atom(value, out, step, "item")


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
