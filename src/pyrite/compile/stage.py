"""A compiled stage as it travels: code, what to bind in it, and whose every instruction is."""

from __future__ import annotations

import re
import sys
import types
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any, Literal, TypeAlias
from zlib import adler32, crc32

from pyrite.core.lean import value
from pyrite.serial.records import dumps_by_value, loads

PREFIX = "_pyr_"
"""Begins every name in generated code that is not the user's."""
STAGE = PREFIX + "stage"
ITEMS = PREFIX + "items"
"""In a frame: what is at work there, and the records that are being counted."""

WHERE_DEFINED = 0x10 | 0x4000000 | 0x8000000
"""Flags of code that tell where it was defined (nested, in a class), not what it does."""

SHIFT = 20
"""While a stage is compiled, lines say whose an instruction is, too: mark << SHIFT | line."""

_KEPT = 256
"""Stages, and functions, that a process remembers."""

_MASK = (1 << SHIFT) - 1
_MOST_UNITS = 8
_NO_COLUMNS, _LONG, _NOWHERE = 13, 14, 15


@value
class Constant:
    """A value that stands in the code."""

    value: Any


Shown: TypeAlias = "str | Constant | tuple[Shown, Shown] | None"
"""Where a value is: in a variable, in the code, in the parts of a pair, or nowhere."""


@value
class Mark:
    """To what some instructions belong.

    Parameters:
        step: number of the op; the terminal comes after the last.
        function: number of the function written out there, or -1: they are the engine's.
        arguments: where its arguments are; of the engine's, the items that it counts.
        within: it is a step of a loop over what came of a record.
    """

    step: int
    function: int = -1
    arguments: tuple[Shown, ...] = ()
    within: bool = False


@value
class Binding:
    """A value that the generated function has as a default argument.

    Parameters:
        kind: a function of the stage's, the object that it is a method of, the default of one of
            its parameters, a regular expression in a variable of its, or a tool.
        number: of the function.
        default: of the function's.
        tool: name of the tool, or of the variable.
        pattern: what is to be in the variable.
    """

    name: str
    kind: Literal["function", "self", "default", "pattern", "tool"]
    number: int = 0
    default: int = 0
    tool: str = ""
    pattern: re.Pattern[str] | None = None


@value
class Cell:
    """A captured variable: that of one of the functions."""

    name: str
    function: int
    place: int


@value
class StageCode:
    """A generated function, for tasks to make. Pickled once, and read once by a process that runs
    many stages with the same: see `pyrite.compile.compiler`.

    Parameters:
        steps: how many ops it does, counted from the last.
        code: of the function.
        marks: whose its instructions are.
        ends: for each run of instructions with one mark, where it ends, and the mark.
        bindings, cells: what it needs.
        module: the function whose global names are looked up, or -1.
        inlined: for each function written out, what its code was.
        same_globals: functions written out that look up global names, of that module.
        builtin_names: for those of other modules, the names that they look up: Python's own.
        flat: a record may become many.
        record: where the terminal's record is, or None if it is no single one.
    """

    steps: int
    code: types.CodeType
    marks: tuple[Mark, ...]
    ends: tuple[tuple[int, ...], tuple[int, ...]]
    bindings: tuple[Binding, ...]
    cells: tuple[Cell, ...]
    module: int
    inlined: dict[int, tuple[int, int]]
    same_globals: tuple[int, ...]
    builtin_names: dict[int, frozenset[str]]
    flat: bool
    record: Shown

    def mark(self, instruction: int) -> Mark:
        """Whose an instruction is, by its offset in bytes."""
        starts, numbers = self.ends
        return self.marks[numbers[bisect_right(starts, instruction // 2) - 1]]

    @cached_property
    def _pickled(self) -> bytes:
        return dumps_by_value(tuple(vars(self).values()))

    def __reduce__(self) -> tuple[Any, ...]:
        return _read, (self._pickled,)


@lru_cache(_KEPT)
def _read(pickled: bytes) -> StageCode:
    return StageCode(*loads(pickled))


def settle(
    code: types.CodeType, first_line: int, names: Sequence[str]
) -> tuple[types.CodeType, tuple[tuple[int, ...], tuple[int, ...]]]:
    """Code with the user's own lines, and what its encoded lines said.

    Parameters:
        first_line: for instructions of the engine's.
        names: for each mark, the qualified name of what it belongs to.
    """
    positions = list(code.co_positions())
    numbers = [(position[0] or 0) >> SHIFT for position in positions]
    starts: list[int] = []
    marks: list[int] = []
    for place, number in enumerate(numbers):
        if not marks or marks[-1] != number:
            starts.append(place)
            marks.append(number)
    return _plainly(code, first_line, names), (tuple(starts), tuple(marks))


def _plainly(code: types.CodeType, first_line: int, names: Sequence[str]) -> types.CodeType:
    owner = max((line or 0) >> SHIFT for line, *_ in code.co_positions())
    inner = tuple(
        _plainly(each, first_line, names) if isinstance(each, types.CodeType) else each
        for each in code.co_consts
    )
    nested = ".<locals>." in code.co_qualname and code.co_name != "<stage>"
    qualified = code.co_qualname.partition("<stage>")[2]
    start = (code.co_firstlineno & _MASK) or first_line
    return code.replace(
        co_consts=inner,
        co_firstlineno=start,
        co_qualname=names[owner] + qualified if nested else code.co_qualname,
        co_linetable=b"".join(_entries(code, start, first_line)),
    )


def _entries(code: types.CodeType, line: int, first_line: int) -> Iterator[bytes]:
    """A table of positions, as in CPython's Objects/locations.md."""
    for position, same in groupby(code.co_positions()):
        units = len(list(same))
        start, end, column, last_column = position
        if start is not None and end is not None:
            span = end - start
            start = start & _MASK if start >> SHIFT and start & _MASK else first_line
        while units > 0:
            few = min(units, _MOST_UNITS)
            units -= few
            if start is None or end is None:
                yield bytes([0x80 | _NOWHERE << 3 | few - 1])
                continue
            if column is None or last_column is None:
                yield bytes([0x80 | _NO_COLUMNS << 3 | few - 1]) + _signed(start - line)
            else:
                yield bytes([0x80 | _LONG << 3 | few - 1]) + _signed(start - line)
                yield _unsigned(span) + _unsigned(column + 1) + _unsigned(last_column + 1)
            line = start


def _unsigned(value: int) -> bytes:
    encoded = bytearray()
    while value >= 64:
        encoded.append(0x40 | value & 63)
        value >>= 6
    encoded.append(value)
    return bytes(encoded)


def _signed(value: int) -> bytes:
    return _unsigned((-value << 1 | 1) if value < 0 else value << 1)


def fingerprint(function: types.FunctionType) -> tuple[int, int]:
    """A checksum of what a function does, the same in all processes: to know it again by."""
    return _fingerprint(function.__code__, len(function.__defaults__ or ()))


@lru_cache(_KEPT)
def _fingerprint(code: types.CodeType, defaults: int) -> tuple[int, int]:
    said: list[Any] = [defaults]
    pending = [code]
    while pending:
        code = pending.pop()
        said += [code.co_code, code.co_names, code.co_varnames, code.co_freevars]
        said += [code.co_cellvars, code.co_argcount, code.co_flags & ~WHERE_DEFINED]
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                pending.append(constant)
            elif isinstance(constant, frozenset):
                said.append(sorted(map(repr, constant)))
            else:
                said.append(constant)
    text = repr(said).encode("utf-8", "backslashreplace")
    return crc32(text), adler32(text)


def is_by_name(function: Any) -> bool:
    """Whether a function travels as the name of its module and its own: a task has that of the
    module which it imports."""
    found: Any = sys.modules.get(function.__module__)
    if found is None or function.__module__ == "__main__":
        return False
    for name in function.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is function
