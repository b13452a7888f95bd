"""A compiled stage in a task: made of the functions that arrived there."""

from __future__ import annotations

import builtins
import re
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

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
from pyrite.compile.tools import MISSING, TOOLS
from pyrite.core.lean import value
from pyrite.lineage.ops import stopped_early

Left: TypeAlias = tuple[int, Iterator[Any], Any]
"""Records that a generator has not come to: the number of the op that they are for, an iterator,
and None or the pair whose key they are to get."""


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
        match binding.kind:
            case "function":
                return function
            case "self":
                return function.__self__
            case "pattern":
                found = variable_of(getattr(function, "__func__", function), binding.tool)
                same = type(found) is re.Pattern and found == binding.pattern
                return found if same else MISSING
        return function.__defaults__[binding.default]

    def stopped(self, error: StopIteration, number: int) -> None:
        """To be called where a function that is a generator is written out.

        Raises:
            RuntimeError: it is the generator that raised the exception.
        """
        mark = self._mark(error)
        if mark is not None and mark.function == number:
            raise RuntimeError("generator raised StopIteration") from error

    def left(
        self, error: Exception, left: list[Left], records: Iterator[Any], *loops: Left
    ) -> None:
        """To be called by a generator that an exception ends, to say what is left.

        It is what ``map`` and `itertools.chain` would go on with, that is nothing if the exception
        came from before the end of a flatMap.

        Parameters:
            left: to be filled.
            loops: those over what came of one record, the outermost first.

        Raises:
            RuntimeError: a user's function raised StopIteration: it is not the end of the records.
        """
        if isinstance(error, StopIteration):
            raise stopped_early() from None
        entry = self._entry(error)
        assert entry is not None
        mark = self.stage.mark(entry.tb_lasti)
        ended = mark.step + mark.within
        if any(after > ended for after, _, _ in loops):
            left.append((self.stage.steps, _stopped(), None))
            return
        left.append((0, records, None))
        for after, items, pair in loops:
            if not (mark.within and after == ended and pair is not None):  # a generator's: its end
                left.append((after, items, pair))

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


def _stopped() -> Iterator[Any]:
    yield from ()
    raise stopped_early()


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
        for number, names in stage.builtin_names.items():
            own = functions[number].__globals__
            if any(name in own or name in (module or ()) for name in names):
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


def variable_of(function: types.FunctionType, name: str) -> Any:
    """What a captured or global variable of a function holds; None if there is none."""
    code = function.__code__
    if name in code.co_freevars:
        cell = (function.__closure__ or ())[code.co_freevars.index(name)]
        try:
            return cell.cell_contents
        except ValueError:
            return None
    return function.__globals__.get(name)


@value
class Seen:
    """What a frame of a generated function stands for.

    Parameters:
        function: the user's function that was at work there, or None if the engine was.
        arguments: of the function.
    """

    function: Any
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
