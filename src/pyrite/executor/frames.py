"""Tracebacks as plain data, and back: what the driver's user sees of a task's frames.

A restored traceback has no more than places in source files, so its lines are shown wherever the
sources are: those of a notebook's cells are in the driver alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from types import TracebackType
from typing import Any, NamedTuple

from pyrite.compile.bound import seen


class Place(NamedTuple):
    """Where one frame of a traceback stood.

    Parameters:
        function, qualified: the function's name, alone and with what it is defined in.
        module: the module's name.
        first_line: where the function begins.
        position: line, last line, column and last column of the expression, as far as known.
    """

    file: str
    function: str
    qualified: str
    module: str
    first_line: int
    position: tuple[int | None, int | None, int | None, int | None]


def places(traceback: TracebackType | None) -> tuple[Place, ...]:
    """The places of a traceback, outermost first."""
    found = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        names = traceback.tb_frame.f_globals
        position = next(islice(code.co_positions(), traceback.tb_lasti // 2, None), (None,) * 4)
        compiled = seen(traceback)
        if compiled is not None:  # a compiled stage: its positions are those of the user's file
            if compiled.function is None:
                traceback = traceback.tb_next
                continue
            function = compiled.function
            code, names = function.__code__, function.__globals__
        found.append(
            Place(
                code.co_filename,
                code.co_name,
                code.co_qualname,
                str(names.get("__name__")),
                code.co_firstlineno,
                (traceback.tb_lineno, *position[1:]),
            )
        )
        traceback = traceback.tb_next
    return tuple(found)


def traceback_of(places: Sequence[Place]) -> TracebackType | None:
    """A traceback through ``places``."""
    traceback: TracebackType | None = None
    for place in reversed(places):
        here = _raised_at(place)
        here.tb_next, traceback = traceback, here
    return traceback


def _raised_at(place: Place) -> TracebackType:
    """The traceback of an exception that code of this place raises: frames are made in no other
    way. What raises stands where the expression stood, or IPython would show other lines."""
    import ast

    line, last_line, column, last_column = place.position
    line = max(line or 0, place.first_line)
    where: dict[str, Any] = {
        "lineno": line - place.first_line + 1,
        "end_lineno": max(last_line or 0, line) - place.first_line + 1,
        "col_offset": column or 0,
        "end_col_offset": last_column or 0,
    }
    raising = ast.Raise(ast.Name("error", ast.Load(), **where), **where)
    code = compile(ast.Module([raising], []), place.file, "exec").replace(
        co_firstlineno=place.first_line, co_name=place.function, co_qualname=place.qualified
    )
    here: TracebackType | None = None
    try:
        exec(code, {"__name__": place.module, "error": LookupError()})
    except LookupError as error:
        here = error.__traceback__
        error.__traceback__ = None
    assert here is not None
    assert here.tb_next is not None
    return here.tb_next
