"""The compiler as planners hold it: from ops to what their tasks run, or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import BuiltinFunctionType, FunctionType, MethodDescriptorType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from pyrite.compile.ends import Compiled, End, Scatter, Yield, functions_of
from pyrite.compile.stage import StageCode, is_by_name
from pyrite.lineage.ops import Op

if TYPE_CHECKING:
    from pyrite.compile.source import Sources

_MOST = 500


class Compiler:
    """Compiles runs of by-record ops, and what ends them."""

    def __init__(self) -> None:
        self._sources: Sources | None = None
        self._known: dict[object, tuple[StageCode | None, list[object]]] = {}

    @property
    def sources(self) -> Sources:
        """Where it finds the sources of functions."""
        from pyrite.compile.source import Sources

        if self._sources is None:
            self._sources = Sources()
        return self._sources

    def stage(self, steps: Sequence[Op], end: End) -> StageCode | None:
        """The code of a run. Runs of the same functions, but for what these captured, have
        the same: programs that run many small jobs get it at once."""
        functions = [*(step.function for step in steps), *functions_of(end)]
        if not all(map(_is_known_by_its_code, functions)):
            return self.compile(steps, end).stage
        order: dict[int, int] = {}  # what is the same object in two functions
        described = [_description(each, order) for each in functions]
        kind = end if isinstance(end, Scatter | Yield) else type(end)
        key = (*map(type, steps), kind, *described)
        if key not in self._known:
            if len(self._known) > _MOST:
                self._known.clear()
            held: list[object] = [getattr(each, "__code__", each) for each in functions]
            self._known[key] = (self.compile(steps, end).stage, held)
        return self._known[key][0]

    def compile(self, steps: Sequence[Op], end: End) -> Compiled:
        """The code of a run, or why there is none."""
        from pyrite.compile.emit import Emitter
        from pyrite.compile.source import Refused

        try:
            return Emitter(self.sources, steps, end).compiled()
        except (Refused, SyntaxError, RecursionError, ValueError) as error:
            return Compiled(None, f"# not compiled: {error}", ())


def _is_known_by_its_code(function: Any) -> bool:
    if type(function) is BuiltinFunctionType:
        return isinstance(function.__self__, ModuleType)  # and not the method of some object
    return type(function) in (FunctionType, MethodType, MethodDescriptorType)


def _description(function: Any, order: dict[int, int]) -> object:
    """All of a function that its stage's code depends on."""
    if type(function) is MethodType:
        return "method", _description(function.__func__, order)
    if type(function) is not FunctionType:
        return id(function)
    cells: list[object] = []
    for cell in function.__closure__ or ():
        try:
            held = cell.cell_contents
        except ValueError:
            cells.append(-1)
        else:
            cells.append(order.setdefault(id(cell), len(order)))
            if type(held) is re.Pattern:  # see `pyrite.compile.searching`
                cells.append(held)
    module = order.setdefault(id(function.__globals__), len(order))
    defaults = len(function.__defaults__ or ())
    return id(function.__code__), defaults, tuple(cells), module, is_by_name(function)
