"""Which functions may be written out in another's body.

Everything that is not known to mean the same there is refused; it is called instead.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Iterable

from pyrite.compile.source import Definition, Refused
from pyrite.compile.stage import PREFIX
from pyrite.core.lean import value

_SEES_ITS_FRAME = frozenset(
    {"super", "__class__", "locals", "vars", "dir", "eval", "exec", "globals", "breakpoint"}
    | {"_getframe", "currentframe", "print_stack", "format_stack", "extract_stack", "walk_stack"}
    | {"warn", "warn_explicit", "format_exc", "print_exc", "format_exception", "exc_info"}
    | {"print_exception", "__traceback__", "format_tb", "print_tb", "extract_tb", "walk_tb"}
)
"""Names of what looks at the function that it is called from, or at tracebacks."""
_LOGS = frozenset({"stack", "debug", "info", "warning", "error", "exception", "critical"})
"""The same, as names of methods."""
_MATH = ("math", "cmath", "np", "numpy")
_VARIADIC = 0x04 | 0x08
_GENERATOR = 0x20
_GENERATING = _GENERATOR | 0x80 | 0x200


@value
class Shape:
    """A function that may be written out.

    Parameters:
        parameters: their names.
        stored: the variables that it sets, parameters among them.
        body: its statements, without its docstring. Not to be changed.
        yields: in how many places it yields; 0 if it is no generator.
    """

    parameters: tuple[str, ...]
    stored: frozenset[str]
    body: tuple[ast.stmt, ...]
    yields: int = 0

    @property
    def expression(self) -> ast.expr | None:
        """What it returns, if that is all it does."""
        if len(self.body) == 1 and isinstance(self.body[0], ast.Return):
            return self.body[0].value or ast.copy_location(ast.Constant(None), self.body[0])
        return None


def examine(node: Definition, code: types.CodeType, yields: int = 0) -> Shape:
    """What is to be known of a function, to write it out.

    Parameters:
        yields: it may be a generator that yields in so many places.

    Raises:
        Refused: it might not mean the same there.
    """
    if code.co_flags & _VARIADIC or code.co_kwonlyargcount:
        raise Refused("its parameters are not all positional")
    generates = code.co_flags & _GENERATING == _GENERATOR
    if code.co_flags & _GENERATING and not (yields and generates):
        raise Refused("it is a generator or coroutine")
    names = {*code.co_varnames, *code.co_cellvars, *code.co_freevars, *code.co_names}
    if any(name.startswith(PREFIX) for name in names):
        raise Refused("it uses a name of the compiler's")
    body: list[ast.stmt]
    if isinstance(node, ast.Lambda):
        body = [ast.copy_location(ast.Return(node.body), node.body)]
    else:
        body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    own = {*code.co_varnames, *code.co_cellvars}
    _Rules(own | {*code.co_freevars}).check(body)
    places = sum(is_yield(part) for each in body for part in ast.walk(each))
    if generates and not 1 <= places <= yields:
        raise Refused("it yields in too many places, or in none")
    parameters = tuple(each.arg for each in (*node.args.posonlyargs, *node.args.args))
    stored = _stored(body) & own
    _Assigned(stored - set(parameters)).block(body, frozenset())
    return Shape(parameters, frozenset(stored), tuple(body), places)


def is_yield(node: ast.AST) -> bool:
    """Whether a statement yields, and does no more."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield)


class _Rules(ast.NodeVisitor):
    """Refuses syntax that would mean something else in another function's body, or in a loop."""

    _STATEMENTS = (
        ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Pass, ast.Assert, ast.Raise, ast.If,
        ast.For, ast.While, ast.Break, ast.Continue, ast.Try, ast.Return,
    )  # fmt: skip
    _EXPRESSIONS = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await)

    def __init__(self, names: set[str]) -> None:
        self._names = names
        self._hidden: list[set[str]] = []
        self._tries = 0

    def check(self, body: Iterable[ast.stmt]) -> None:
        for each in body:
            self.visit(each)

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.stmt) and not isinstance(node, self._STATEMENTS):
            raise Refused(f"it has a {type(node).__name__.lower()} statement")
        if isinstance(node, self._EXPRESSIONS):
            raise Refused(f"it has a {type(node).__name__} expression")
        super().visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        self._check_name(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._check_name(node.attr)
        if node.attr in _LOGS:
            raise Refused(f"{node.attr!r} may look at the function that uses it")
        if node.attr == "log" and not (isinstance(node.value, ast.Name) and node.value.id in _MATH):
            raise Refused("'log' may look at the function that uses it")
        self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is None or not isinstance(node.target, ast.Name):
            raise Refused("it declares a variable")
        self.visit(node.value)

    def visit_Try(self, node: ast.Try) -> None:
        if node.finalbody:
            raise Refused("it has a finally clause")
        self._tries += 1
        self.generic_visit(node)
        self._tries -= 1

    def visit_Expr(self, node: ast.Expr) -> None:
        if not is_yield(node):
            self.visit(node.value)
            return
        if self._tries:
            raise Refused("it yields within a try statement")
        assert isinstance(node.value, ast.Yield)
        if node.value.value is not None:
            self.visit(node.value.value)

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.DictComp) -> None:
        first, *others = node.generators
        if any(each.is_async for each in node.generators):
            raise Refused("it is asynchronous")
        self.visit(first.iter)
        self._hidden.append(comprehended(node))
        for part in (first.target, *first.ifs, *others, *_results(node)):
            self.visit(part)
        self._hidden.pop()

    visit_SetComp = visit_DictComp = visit_ListComp

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        first, *others = node.generators
        self.visit(first.iter)  # evaluated at once, outside
        self._check_inner([first.target, *first.ifs, *others, node.elt])

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._check_inner([node.args, node.body])

    def _check_inner(self, parts: list[ast.AST]) -> None:
        """What may be evaluated later must not see variables: in the function that is written
        out, all records share them."""
        seen = self._names.union(*self._hidden)
        for part in parts:
            for each in ast.walk(part):
                name = each.id if isinstance(each, ast.Name) else ""
                name = each.arg if isinstance(each, ast.arg) else name
                if name in seen:
                    raise Refused(f"an inner function or generator uses {name!r}")
            self.visit(part)

    def _check_name(self, name: str) -> None:
        if name in _SEES_ITS_FRAME:
            raise Refused(f"{name!r} may look at the function that uses it")
        if name.startswith("__") and not name.endswith("__"):
            raise Refused(f"{name!r} is private to a class")


class _Assigned:
    """Refuses functions in which a variable might be read before it is set: where they are
    written out, it might still have its value of the record before."""

    def __init__(self, stored: frozenset[str]) -> None:
        self._stored = stored

    def block(self, body: Iterable[ast.stmt], known: frozenset[str]) -> frozenset[str] | None:
        """The variables that are set after ``body`` if ``known`` were before; None if it does not
        end."""
        now: frozenset[str] | None = known
        for each in body:
            if now is None:
                break  # never run
            now = self._after(each, now)
        return now

    def _after(self, node: ast.stmt, known: frozenset[str]) -> frozenset[str] | None:
        match node:
            case ast.If():
                self._read(node.test, known)
                return _both(self.block(node.body, known), self.block(node.orelse, known))
            case ast.For() | ast.While():
                self._read(node.iter if isinstance(node, ast.For) else node.test, known)
                inside = known
                if isinstance(node, ast.For):
                    inside = known | _stored([node.target])
                    self._read(node.target, inside)
                self.block(node.body, inside)
                self.block(node.orelse, known)
                return known
            case ast.Try():
                after = self.block(node.body, known)
                if after is not None:
                    after = self.block(node.orelse, after)
                for handler in node.handlers:
                    if handler.type is not None:
                        self._read(handler.type, known)
                    caught = frozenset({handler.name} if handler.name else ())
                    handled = self.block(handler.body, known | caught)
                    after = _both(after, None if handled is None else handled - caught)
                return after
            case ast.AugAssign():
                self._read(node.target, known, changed=True)
                self._read(node.value, known)
                return known
        self._read(node, known)
        if isinstance(node, ast.Return | ast.Raise | ast.Break | ast.Continue):
            return None
        return known | _stored([node])

    def _read(self, node: ast.AST, known: frozenset[str], changed: bool = False) -> None:
        pending = [(node, frozenset[str]())]
        while pending:
            each, hidden = pending.pop()
            if isinstance(each, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
                hidden |= comprehended(each)  # a name of both kinds is refused, to be safe
                pending.append((each.generators[0].iter, hidden - comprehended(each)))
            if isinstance(each, ast.Name):
                unknown = each.id in self._stored - known - hidden
                if unknown and (changed or isinstance(each.ctx, ast.Load)):
                    raise Refused(f"the variable {each.id!r} may have no value")
            pending += [(child, hidden) for child in ast.iter_child_nodes(each)]


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return one if other is None else other
    return one & other


def _stored(body: Iterable[ast.AST]) -> frozenset[str]:
    """The variables that statements set, but for those of comprehensions."""
    found: set[str] = set()
    pending = list(body)
    while pending:
        each = pending.pop()
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            found.add(each.id)
        elif isinstance(each, ast.ExceptHandler) and each.name:
            found.add(each.name)
        elif isinstance(each, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            continue
        pending.extend(ast.iter_child_nodes(each))
    return frozenset(found)


def comprehended(node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> set[str]:
    """The variables of a comprehension's own."""
    return {
        each.id
        for generator in node.generators
        for each in ast.walk(generator.target)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


def _results(node: ast.ListComp | ast.SetComp | ast.DictComp) -> list[ast.expr]:
    return [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
