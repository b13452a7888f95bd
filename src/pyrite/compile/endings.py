"""What becomes of a record at the end of a run, and what stands around the loop, as syntax."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from pyrite.compile.elements import (
    Element,
    Pair,
    again,
    assign,
    call,
    is_,
    load,
    store,
    whole,
)
from pyrite.compile.ends import Combine, End, Merge, Scatter, Yield
from pyrite.compile.inline import Inliner, Statements, shown
from pyrite.compile.source import Refused
from pyrite.compile.stage import PREFIX, STAGE, Shown
from pyrite.core.lean import value
from pyrite.lineage.terminals import Collect, Count, Fold, ForEach, Reduce

RECORD, RECORDS = f"{PREFIX}record", f"{PREFIX}records"
_AT_HAND = f"{PREFIX}at_hand_"
_TOTAL, _TABLE, _LEFT, _ERROR = (f"{PREFIX}{each}" for each in ("total", "table", "left", "error"))
_GET, _ADD, _OUT, _COUNT = (f"{PREFIX}{each}" for each in ("get", "add", "out", "count"))
_KEY, _COMBINER = f"{PREFIX}key", f"{PREFIX}combiner"


@value
class Loop:
    """A loop of a generator's.

    Parameters:
        step: the op that comes next.
        iterator: the variable that holds what the loop is over.
        key: of pairs that its items are put into.
    """

    step: int
    iterator: str
    key: ast.expr | None = None


class Ending:
    """Writes one end.

    Parameters:
        step: its number, as an op's; and that of the first of its functions.

    Attributes:
        record: where the record at hand is, or None if it is no single one.
        copied: the end is written in several places.
        loops: those over what came of one record, the innermost first.
    """

    def __init__(self, inline: Inliner, end: End, step: int) -> None:
        self._inline = inline
        self._end = end
        self._step = step
        self.record: Shown = None
        self.copied = False
        self.loops: list[Loop] = []

    # -- for each record ----------------------------------------------------------------

    def take(self, element: Element, out: Statements) -> None:
        """What becomes of a record."""
        match self._end:
            case Yield():
                self._put(ast.Expr(ast.Yield(whole(element))), out)
            case Collect():
                self._put(ast.Expr(call(load(_ADD), whole(element))), out)
            case Count():
                if not isinstance(element, Pair):
                    self._inline.atom(element, out, self._step)
                self._put(ast.AugAssign(store(_TOTAL), ast.Add(), ast.Constant(1)), out)
            case ForEach():
                result = self._apply(0, [self._given(element, out)], out)
                if not isinstance(result, Pair):
                    self._put(ast.Expr(result), out)
            case Fold():
                result = self._apply(0, [load(_TOTAL), self._given(element, out)], out)
                self._put(assign(_TOTAL, whole(result)), out)
            case Reduce():
                self._reduce(self._inline.atom(element, out, self._step), out)
            case Combine():
                self._combine(self._unpacked(element, out), out)
            case Merge():
                self._merge(Pair(load(_KEY), load(_COMBINER)), out)
            case Scatter(plain):
                self._scatter(self._unpacked(element, out), plain, out)

    def _put(self, statement: ast.stmt, out: Statements) -> None:
        self._inline.put(out, statement, self._step)

    def _apply(self, number: int, elements: Sequence[Element], out: Statements) -> Element:
        return self._inline.apply(self._step + number, elements, out, self._step)

    def _given(self, element: Element, out: Statements) -> Element:
        if isinstance(element, Pair):
            return element
        return self._inline.atom(element, out, self._step)

    def _reduce(self, value: ast.expr, out: Statements) -> None:
        others: Statements = []
        result = self._apply(0, [load(_TOTAL), value], others)
        self._put(assign(_TOTAL, whole(result)), others)
        first: Statements = [assign(_TOTAL, again(value))]
        self._put(ast.If(self._is_missing(_TOTAL), first, others), out)

    def _unpacked(self, element: Element, out: Statements) -> Pair:
        if self.copied:
            element = self._at_hand(element, out)
        if isinstance(element, Pair):
            self.record = shown(element)
            return element
        record = self._inline.atom(element, out, self._step, "record")
        self.record = shown(record)
        key, value = self._inline.new("key"), self._inline.new("value")
        target = ast.Tuple([store(key), store(value)], ast.Store())
        self._put(ast.Assign([target], again(record)), out)
        return Pair(load(key), load(value))

    def _at_hand(self, element: Element, out: Statements) -> Element:
        """A record in variables that are the same wherever one ends.

        Raises:
            Refused: it cannot be: elsewhere it is no pair, but here it is, or the other way round.
        """
        made: Element
        if isinstance(element, Pair):
            made = Pair(load(_AT_HAND + "key"), load(_AT_HAND + "value"))
            self._put(assign(_AT_HAND + "key", again(element.key)), out)
            self._put(assign(_AT_HAND + "value", again(element.value)), out)
        else:
            made = load(_AT_HAND)
            self._put(assign(_AT_HAND, element), out)
        if self.record not in (None, shown(made)):
            raise Refused("what it yields is a pair in one place, and no known one in another")
        return made

    def _combine(self, pair: Pair, out: Statements) -> None:
        old = self._old(pair, out)
        created: Statements = []
        self._set(pair, self._apply(0, [again(pair.value)], created), created)
        merged: Statements = []
        combiner = self._apply(1, [load(old), again(pair.value)], merged)
        if not (isinstance(combiner, ast.Name) and combiner.id == old):
            self._set(pair, combiner, merged)
        self._put(ast.If(self._is_missing(old), created, merged), out)

    def _merge(self, pair: Pair, out: Statements) -> None:
        old = self._old(pair, out)
        first: Statements = []
        self._set(pair, pair.value, first)
        merged: Statements = []
        combiner = self._apply(0, [load(old), again(pair.value)], merged)
        self._set(pair, combiner, merged)
        self._put(ast.If(self._is_missing(old), first, merged), out)

    def _old(self, pair: Pair, out: Statements) -> str:
        old = self._inline.new("old")
        known = call(load(_GET), again(pair.key), self._inline.tool("missing"))
        self._put(assign(old, known), out)
        return old

    def _set(self, pair: Pair, combiner: Element, out: Statements) -> None:
        place = ast.Subscript(load(_TABLE), again(pair.key), ast.Store())
        self._put(ast.Assign([place], whole(combiner)), out)

    def _scatter(self, pair: Pair, plain: bool, out: Statements) -> None:
        inline = self._inline
        placed: ast.expr = call(load(f"{PREFIX}place"), again(pair.key))
        if plain:
            kind = call(inline.tool("type"), again(pair.key))
            is_plain = ast.Compare(kind, [ast.In()], [inline.tool("plain_types")])
            hashed = call(inline.tool("hash"), again(pair.key))
            other = call(inline.tool("stable_hash"), again(pair.key))
            placed = ast.BinOp(ast.IfExp(is_plain, hashed, other), ast.Mod(), load(_COUNT))
        partition = inline.new("partition")
        self._put(assign(partition, placed), out)
        for column, part in (("keys", pair.key), ("values", pair.value)):
            add = ast.Subscript(load(f"{PREFIX}{column}"), load(partition), ast.Load())
            self._put(ast.Expr(call(add, again(part))), out)

    def _is_missing(self, name: str) -> ast.expr:
        return is_(load(name), self._inline.tool("missing"))

    # -- around the loop ----------------------------------------------------------------

    def around(self, body: Statements) -> tuple[Statements, list[str]]:
        """The whole body of the function, and the names of its arguments."""
        loop: ast.stmt = ast.For(store(RECORD), load(RECORDS), body, [])
        match self._end:
            case Yield():
                return self._closed(loop), [RECORDS, _LEFT]
            case Collect():
                add = assign(_ADD, ast.Attribute(load(_OUT), "append", ast.Load()))
                begun = [assign(_OUT, ast.List([], ast.Load())), add]
                return [*begun, loop, ast.Return(load(_OUT))], [RECORDS]
            case Count():
                begun = [assign(_TOTAL, ast.Constant(0))]
                return [*begun, loop, ast.Return(load(_TOTAL))], [RECORDS]
            case Fold():
                return [loop, ast.Return(load(_TOTAL))], [RECORDS, _TOTAL]
            case Reduce():
                begun = [assign(_TOTAL, self._inline.tool("missing"))]
                nothing, one = ast.List([], ast.Load()), ast.List([load(_TOTAL)], ast.Load())
                result = ast.IfExp(self._is_missing(_TOTAL), nothing, one)
                return [*begun, loop, ast.Return(result)], [RECORDS]
            case Combine():
                return [self._get(), loop], [RECORDS, _TABLE, f"{PREFIX}metered"]
            case Merge():
                pair = ast.Tuple([store(_KEY), store(_COMBINER)], ast.Store())
                loop = ast.For(pair, load(RECORDS), body, [])  # zip() can use its tuple again
                return [self._get(), loop], [RECORDS, _TABLE]
            case Scatter():
                columns = [f"{PREFIX}{each}" for each in ("keys", "values", "place")]
                return [loop], [RECORDS, *columns, _COUNT, f"{PREFIX}metered"]
        return [loop], [RECORDS]

    def _get(self) -> ast.stmt:
        return assign(_GET, ast.Attribute(load(_TABLE), "get", ast.Load()))

    def _closed(self, loop: ast.stmt) -> Statements:
        """A loop that, when an exception ends it, says what is left."""
        nothing = ast.Tuple([], ast.Load())
        begun = [assign(each.iterator, nothing) for each in self.loops]
        bound = {each.name for each in self._inline.bindings.values()}
        left = ast.Attribute(load(STAGE), "left", ast.Load())
        places: list[ast.expr] = []
        for each in reversed(self.loops):
            pair: ast.expr = ast.Constant(None)
            if isinstance(each.key, ast.Subscript):
                pair = again(each.key.value)
            elif each.key is not None:
                pair = ast.Tuple([again(each.key)], ast.Load())
            begun += [assign(name, nothing) for name in _names(pair) if name not in bound]
            parts = [ast.Constant(each.step), load(each.iterator), pair]
            places.append(ast.Tuple(parts, ast.Load()))
        told = ast.Expr(call(left, load(_ERROR), load(_LEFT), load(RECORDS), *places))
        handler = ast.ExceptHandler(
            self._inline.tool("exception"), _ERROR, [told, ast.Raise(None, None)]
        )
        return [*begun, ast.Try([loop], [handler], [], [])]


def _names(node: ast.expr) -> list[str]:
    return [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
