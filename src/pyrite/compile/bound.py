"""A compiled stage in a task: made of the functions that arrived there."""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pyrite.compile.stage import (
    ITEMS,
    STAGE,
    Binding,
    Constant,
    Mark,
    Shown,
    StageCode,
    fingerprint,
)
from pyrite.compile.tools import TOOLS
from pyrite.lineage.ops import stopped_early


class Bound:
    """A stage, ready to run.

    Attributes:
        run: the generated function. Its arguments are those of the stage's terminal.
        functions: the user's, by their numbers.
    """

    def __init__(self, stage: StageCode, functions: Sequence[Any], cells: tuple[Any, ...]) -> None:
        self.stage = stage
        self.functions = functions
        module = stage.module
        names = {"__builtins__": builtins} if module < 0 else functions[module].__globals__
        run = types.FunctionType(stage.code, names, "<stage>", None, cells)
        run.__defaults__ = (*(self._value(each) for each in stage.bindings), self)
        self.run: Callable[..., Any] = run

    def _value(self, binding: Binding) -> Any:
        if binding.kind == "tool":
            return TOOLS[binding.tool]
        function = self.functions[binding.number]
        return function if binding.kind == "function" else function.__defaults__[binding.default]

    def stopped(self, error: BaseException) -> BaseException | None:
        """What to raise in the place of an exception that the stage raised: a StopIteration of
        a user's function must not be taken for the end of the records. None: that exception.
        """
        stop = error.__cause__ if type(error) is RuntimeError else error
        mark = self._mark(stop) if isinstance(stop, StopIteration) else None
        if mark is None or mark.step == self.stage.steps:
            return None
        if mark.step not in self.stage.generating:
            return stopped_early()
        failure = RuntimeError("generator raised StopIteration")
        failure.__cause__ = failure.__context__ = stop
        return failure

    def at_hand(self, error: BaseException) -> Iterable[Any]:
        """The records that the terminal was at when it failed; none if an op before it did."""
        mark, frame = self._mark(error), self._entry(error)
        if mark is None or frame is None or mark.step != self.stage.steps:
            return ()
        variables = frame.tb_frame.f_locals
        if mark.function < 0 and mark.arguments == (ITEMS,):
            return [(item, 1) for item in variables[ITEMS]]
        return (shown_value(self.stage.record, variables),)

    def _entry(self, error: BaseException) -> types.TracebackType | None:
        traceback = error.__traceback__
        while traceback is not None and traceback.tb_frame.f_code is not self.run.__code__:
            traceback = traceback.tb_next
        return traceback

    def _mark(self, error: BaseException) -> Mark | None:
        entry = self._entry(error)
        return None if entry is None else self.stage.mark(entry.tb_lasti)


def bind(stage: StageCode, functions: Sequence[Any]) -> Bound | None:
    """The stage over these functions; None if they are not those that it was compiled for, or
    if somebody watches Python work, and is to see the functions called."""
    if is_watched():
        return None
    cells = []
    module = functions[stage.module].__globals__ if stage.module >= 0 else None
    try:
        for number, known in stage.inlined.items():
            if fingerprint(functions[number]) != known:
                return None
        for number in stage.same_globals:
            if functions[number].__globals__ is not module:
                return None
        for cell in stage.cells:
            found = functions[cell.function].__closure__[cell.place]
            _ = found.cell_contents
            cells.append(found)
        return Bound(stage, functions, tuple(cells))
    except (AttributeError, IndexError, TypeError, ValueError):
        return None  # not a Python function any more, or one that captures something else


def is_watched() -> bool:
    """Whether a debugger, profiler or coverage tool sees what is called."""
    if sys.gettrace() is not None or sys.getprofile() is not None:
        return True
    monitoring = getattr(sys, "monitoring", None)  # from Python 3.12 on
    return monitoring is not None and any(
        monitoring.get_tool(tool) is not None for tool in range(6)
    )


@dataclass(frozen=True)
class Seen:
    """What a frame of a generated function stands for.

    Parameters:
        function: the user's function that was at work there, or None if the engine was.
        arguments: of the function.
    """

    function: types.FunctionType | None
    arguments: tuple[Any, ...] = ()


def seen(traceback: types.TracebackType) -> Seen | None:
    """What a traceback's first frame stands for; None if its code was not generated."""
    frame = traceback.tb_frame
    if STAGE not in frame.f_code.co_varnames:
        return None
    variables = frame.f_locals
    stage = variables.get(STAGE)
    if not isinstance(stage, Bound):
        return None
    mark = stage.stage.mark(traceback.tb_lasti)
    if mark.function < 0:
        return Seen(None)
    arguments = tuple(shown_value(each, variables) for each in mark.arguments)
    return Seen(stage.functions[mark.function], arguments)


def shown_value(shown: Shown, variables: dict[str, Any]) -> Any:
    """A value that stood somewhere in a frame."""
    match shown:
        case Constant():
            return shown.value
        case tuple():
            return tuple(shown_value(each, variables) for each in shown)
        case None:
            return None
    return variables.get(shown)
