"""A run of ops and what ends it, as the source of one function, and its code."""

from __future__ import annotations

import ast
import operator
import types
import warnings
from collections.abc import Sequence

from pyrite.compile.admit import Admission
from pyrite.compile.elements import (
    Element,
    Pair,
    again,
    assign,
    call,
    is_,
    is_pair,
    load,
    store,
    whole,
)
from pyrite.compile.endings import RECORD, Ending, Loop
from pyrite.compile.ends import Combine, Compiled, End, Scatter, Yield, functions_of
from pyrite.compile.inline import Inliner, Statements
from pyrite.compile.source import Refused, Sources, definition
from pyrite.compile.stage import ITEMS, PREFIX, STAGE, Mark, StageCode, fingerprint, settle
from pyrite.lineage.ops import Filter, FlatMap, FlatMapValues, KeyBy, Map, MapValues, Op

_SHORT = 256
"""Items of a list that go on without a look at memory between them."""
_MOST_COPIES = 4
"""How often the end of a run may be written out, where generators yield in several places."""


class Emitter:
    """Writes one stage's function."""

    def __init__(self, sources: Sources, steps: Sequence[Op], end: End) -> None:
        functions = [step.function for step in steps] + functions_of(end)
        pickles = [0] * len(steps) + [1] * (len(functions) - len(steps))
        self._admission = Admission(sources, functions, pickles)
        self._inline = Inliner(self._admission)
        self._steps = steps
        self._end = end
        self._ending = Ending(self._inline, end, len(steps))
        self._copies = 1

    def compiled(self) -> Compiled:
        """The stage.

        Raises:
            Refused: there is no way to compile one of its ops.
            SyntaxError, RecursionError: it is nested too deep.
        """
        body: Statements = []
        self._flow(0, load(RECORD), body)
        statements, arguments = self._ending.around(body)
        function = self._function(statements, arguments)
        reasons = tuple(
            (each, self._inline.reasons.get(number, "it is not used"))
            for number, each in enumerate(self._inline.functions)
        )
        text = ast.unparse(function).replace("<stage>", "stage", 1)
        stage = self._stage(function) if self._inline.is_worth_it else None
        return Compiled(stage, text, reasons)

    # -- ops ----------------------------------------------------------------------------

    def _flow(self, step: int, element: Element, out: Statements) -> None:
        """What becomes of a record from an op on."""
        inline = self._inline
        if step == len(self._steps):
            self._ending.take(element, out)
            return
        op = self._steps[step]
        if not isinstance(element, Pair):
            element = inline.atom(element, out, step)
        if isinstance(op, KeyBy | MapValues | FlatMapValues):
            inline.is_worth_it = True  # as they are, they call a function of their own
        match op:
            case Map():
                self._flow(step + 1, inline.apply(step, [element], out, step), out)
            case Filter():
                test = whole(inline.apply(step, [element], out, step))
                kept: Statements = []
                self._flow(step + 1, element, kept)
                inline.put(out, ast.If(test, kept, []), step)
            case KeyBy():
                key = inline.atom(inline.apply(step, [element], out, step), out, step, "key")
                self._flow(step + 1, Pair(key, inline.atom(element, out, step)), out)
            case FlatMap() if self._splices(step, element, out):
                pass
            case FlatMap():
                items = inline.apply(step, [element], out, step)
                if not self._unrolls(step, items, out):
                    self._each(step, inline.atom(items, out, step, "items"), None, out)
            case MapValues():
                pair = self._taken_apart(element, out, step)
                value = inline.apply(step, [pair.value], out, step)
                self._flow(step + 1, Pair(pair.key, inline.atom(value, out, step, "value")), out)
            case FlatMapValues():
                if isinstance(element, Pair):
                    value, key = again(element.value), element.key
                else:  # the key is looked up once for each item, after it
                    value = inline.atom(_item(element, 1), out, step, "value")
                    key = _item(element, 0)
                items = inline.atom(inline.apply(step, [value], out, step), out, step, "items")
                self._each(step, items, key, out)
            case _:
                raise Refused(f"there is no way to compile {type(op).__name__}")

    def _splices(self, step: int, element: Element, out: Statements) -> bool:
        """Write a generator out, with what becomes of its items; not where it would have to go on
        after an exception of another function's."""
        if self._end == Yield(again=True):
            return False
        passed = self._inline.new("passed")
        begun: Statements = []

        def go_on(item: Element, inner: Statements, places: int) -> None:
            if isinstance(self._end, Combine | Scatter):  # which look at their memory in between
                if not begun:
                    self._inline.put(begun, assign(passed, ast.Constant(0)), step)
                self._count(passed, inner, step)
            self._flow_copies(step + 1, [item], places, inner)

        made: Statements = []
        most = _MOST_COPIES // self._copies
        if not self._inline.splice(step, element, made, step, go_on, most):
            return False
        out += [*begun, *made]
        return True

    def _unrolls(self, step: int, items: Element, out: Statements) -> bool:
        """Go on with each item of a list that is written where it is made; not where it would have
        to go on with the next after an exception."""
        if isinstance(items, Pair):
            written: list[ast.expr] = [items.key, items.value]
        elif isinstance(items, ast.List | ast.Tuple):
            written = items.elts
        else:
            return False
        alike = len({is_pair(each) for each in written}) == 1
        starred = any(isinstance(each, ast.Starred) for each in written)
        if not alike or starred or len(written) > _MOST_COPIES // self._copies:
            return False
        if self._end == Yield(again=True) or self._counts_items(step + 1):
            return False
        made = [self._inline.item(each, out, step) for each in written]
        self._flow_copies(step + 1, made, len(made), out)
        return True

    def _flow_copies(
        self, step: int, elements: Sequence[Element], copies: int, out: Statements
    ) -> None:
        """What becomes of some of the records that go on, in so many places, from an op on."""
        self._copies *= copies
        self._ending.copied = self._copies > 1
        for each in elements:
            self._flow(step, each, out)
        self._copies //= copies

    def _count(self, passed: str, out: Statements, step: int) -> None:
        """One item more has passed."""
        inline = self._inline
        inline.put(out, ast.AugAssign(store(passed), ast.Add(), ast.Constant(1)), step)
        told = ast.Attribute(load(f"{PREFIX}metered"), "passed", ast.Load())
        full: Statements = [
            assign(passed, ast.Constant(0)),
            ast.Expr(call(told, ast.Constant(_SHORT))),
        ]
        test = ast.Compare(load(passed), [ast.Eq()], [ast.Constant(_SHORT)])
        inline.put(out, ast.If(test, full, []), step)

    def _taken_apart(self, element: Element, out: Statements, step: int) -> Pair:
        if isinstance(element, Pair):
            return element
        key = self._inline.atom(_item(element, 0), out, step, "key")
        return Pair(key, self._inline.atom(_item(element, 1), out, step, "value"))

    def _each(self, step: int, items: ast.expr, key: ast.expr | None, out: Statements) -> None:
        """Go on with each of some items, or with pairs of a key and each."""
        inline = self._inline
        if key is None and self._counts_items(step + 1):
            inline.put(out, assign(ITEMS, again(items)), step)
            counted: Statements = []
            counting = call(inline.tool("count_items"), load(f"{PREFIX}table"), load(ITEMS))
            inline.put(counted, ast.Expr(counting), len(self._steps), (ITEMS,))
            others: Statements = []
            self._each_one_by_one(step, items, key, others)
            inline.put(out, ast.If(self._is_list(items), counted, others), step)
            return
        self._each_one_by_one(step, items, key, out)

    def _each_one_by_one(
        self, step: int, items: ast.expr, key: ast.expr | None, out: Statements
    ) -> None:
        inline = self._inline
        name = inline.new("item")
        within = Mark(step, within=True)
        body: Statements = []
        if key is None:
            self._flow(step + 1, load(name), body)
        else:
            again_key = inline.atom(inline.placed(key, within), body, step, "key")
            self._flow(step + 1, Pair(again_key, load(name)), body)
        if isinstance(self._end, Yield):  # which says what is left, should an exception end it
            iterator = inline.new("iterator")
            inline.put(out, assign(iterator, call(inline.tool("iter"), again(items))), step)
            self._ending.loops.append(Loop(step + 1, iterator, key))
            loop = ast.For(store(name), load(iterator), body, [])
            out.append(inline.placed(loop, within))
        elif isinstance(self._end, Combine | Scatter):  # which look at their memory in between
            part = inline.new("part")
            loop = ast.For(store(name), load(part), body, [])
            few = ast.Compare(
                call(inline.tool("len"), again(items)), [ast.Lt()], [ast.Constant(_SHORT)]
            )
            short = ast.BoolOp(ast.And(), [self._is_list(items), few])
            metered = call(load(f"{PREFIX}metered"), call(inline.tool("iter"), again(items)))
            parts = ast.IfExp(short, ast.Tuple([again(items)], ast.Load()), metered)
            inline.put(out, ast.For(store(part), parts, [loop], []), step)
        else:
            inline.put(out, ast.For(store(name), again(items), body, []), step)

    def _is_list(self, items: ast.expr) -> ast.expr:
        kind = call(self._inline.tool("type"), again(items))
        return is_(kind, self._inline.tool("list"))

    def _counts_items(self, step: int) -> bool:
        """Whether what is left to do with an item is to count it: ``(item, 1)``, added up."""
        end = self._end
        if not isinstance(end, Combine) or step + 1 != len(self._steps):
            return False
        if not isinstance(self._steps[step], Map):
            return False
        inline = self._inline
        try:
            one, created = self._admission.shape(step), self._admission.shape(step + 1)
            ones = isinstance(one.expression, ast.Tuple) and one.expression.elts
            if not ones or len(ones) != 2 or [_name(ones[0])] != list(one.parameters):
                return False
            if not isinstance(ones[1], ast.Constant) or type(ones[1].value) is not int:
                return False
            if ones[1].value != 1 or [_name(created.expression)] != list(created.parameters):
                return False
            if end.merge_value is not operator.add:
                added = self._admission.shape(step + 2)
                sides = added.expression
                if not isinstance(sides, ast.BinOp) or not isinstance(sides.op, ast.Add):
                    return False
                if [_name(sides.left), _name(sides.right)] != list(added.parameters):
                    return False
        except Refused:
            return False
        for number in (step, step + 1, step + 2):
            if isinstance(inline.functions[number], types.FunctionType):
                self._admission.inlined[number] = fingerprint(inline.functions[number])
        inline.is_worth_it = True
        return True

    # -- the function around ------------------------------------------------------------

    def _function(self, body: Statements, arguments: list[str]) -> ast.FunctionDef:
        inline = self._inline
        names = [each.name for each in inline.bindings.values()]
        holder: Statements = []
        function = _definition("<stage>", [*arguments, *names, STAGE], body)
        inline.put(holder, function, -1)
        return function

    def _stage(self, function: ast.FunctionDef) -> StageCode:
        inline = self._inline
        holder: Statements = []
        cells = {cell.name: cell for cell in inline.cells.values()}
        inline.put(holder, _definition("around", list(cells), [function]), -1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            file = self._admission.file or "<stage>"
            made = compile(ast.Module(holder, []), file, "exec", dont_inherit=True)
        (around,) = (each for each in made.co_consts if isinstance(each, types.CodeType))
        (code,) = (each for each in around.co_consts if isinstance(each, types.CodeType))
        names = [
            inline.functions[mark.function].__qualname__ if mark.function >= 0 else "<stage>"
            for mark in inline.marks
        ]
        code, ends = settle(code, self._admission.first_line, names)
        many = (FlatMap, FlatMapValues)
        return StageCode(
            steps=len(self._steps),
            code=code,
            marks=tuple(inline.marks),
            ends=ends,
            bindings=tuple(inline.bindings.values()),
            cells=tuple(cells[name] for name in code.co_freevars),
            module=self._admission.module,
            inlined=self._admission.inlined,
            same_globals=self._admission.same_globals,
            builtin_names=self._admission.builtin_names,
            flat=any(isinstance(each, many) for each in self._steps),
            record=self._ending.record,
        )


def _item(element: Element, index: int) -> ast.expr:
    assert not isinstance(element, Pair)
    return ast.Subscript(again(element), ast.Constant(index), ast.Load())


def _name(node: ast.expr | None) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _definition(name: str, arguments: list[str], body: Statements) -> ast.FunctionDef:
    names = [ast.arg(each, None, None) for each in arguments]
    return definition(name, ast.arguments([], names, None, [], [], None, []), body)
