"""Which functions of one run are written out, and what that asks of those that tasks have."""

from __future__ import annotations

import builtins
import types
from collections.abc import Sequence
from typing import Any

from pyrite.compile.scope import Shape, examine
from pyrite.compile.source import Refused, Source, Sources, is_engine, is_library
from pyrite.compile.stage import fingerprint, is_by_name

_BUILTINS = frozenset(vars(builtins))


class Admission:
    """Admits functions.

    Parameters:
        functions: of the run.
        pickles: for each, which pickle it travels in. Functions of one module that travel in
            different pickles arrive with different global names.

    Attributes:
        inlined: for each function that was admitted, what its code is.
        module: the one whose global names the generated function looks up, or -1.
        file, first_line: where the first of the user's was defined.
    """

    def __init__(self, sources: Sources, functions: Sequence[Any], pickles: Sequence[int]) -> None:
        self.functions = functions
        self.inlined: dict[int, tuple[int, int]] = {}
        self.module = -1
        self.file = ""
        self.first_line = 1
        self._sources = sources
        self._pickles = pickles
        self._same_globals: list[int] = []
        self._only_builtins: list[int] = []

    def shape(self, number: int, yields: int = 0) -> Shape:
        """A function, if it can be written out anywhere.

        Parameters:
            yields: it may be a generator that yields in so many places.

        Raises:
            Refused: it cannot.
        """
        function = plain(self.functions[number])
        if function is None:
            raise Refused("it is no Python function")
        return examine(self._sources.find(function).node, function.__code__, yields)

    def admit(self, number: int, arguments: int, yields: int = 0) -> Shape:
        """A function, noted down as one that is written out.

        Parameters:
            arguments: how many it is given.
            yields: it may be a generator that yields in so many places.

        Raises:
            Refused: it has to be called.
        """
        shape = self.shape(number, yields)
        function = plain(self.functions[number])
        assert function is not None
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
        self._admit_names(number, function, self._sources.find(function))
        if not is_engine(code) and not self.file:
            self.file, self.first_line = code.co_filename, code.co_firstlineno
        self.inlined[number] = fingerprint(function)
        return shape

    def _admit_names(self, number: int, function: types.FunctionType, source: Source) -> None:
        """See to it that global names mean the same in the generated function."""
        if not source.global_names:
            return
        if source.global_names <= _BUILTINS and function.__globals__.keys().isdisjoint(
            source.global_names
        ):
            self._only_builtins.append(number)
            return
        if self.module >= 0 and self._home(number) != self._home(self.module):
            raise Refused("its global names are those of another module, or travel apart")
        self.module = number if self.module < 0 else self.module
        self._same_globals.append(number)

    def _home(self, number: int) -> tuple[int, int]:
        """Functions of one home have the same global names in a task, too."""
        function = plain(self.functions[number])
        assert function is not None
        pickled = -1 if is_by_name(function) else self._pickles[number]
        return pickled, id(function.__globals__)

    @property
    def same_globals(self) -> tuple[int, ...]:
        """Functions that have the generated function's global names."""
        alike = [each for each in self._only_builtins if self._is_at_home(each)]
        return (*self._same_globals, *alike)

    @property
    def builtin_names(self) -> dict[int, frozenset[str]]:
        """Functions that have global names of their own, but look up none but Python's; and
        which."""
        return {
            each: self._sources.find(function).global_names
            for each in self._only_builtins
            if not self._is_at_home(each) and (function := plain(self.functions[each])) is not None
        }

    def _is_at_home(self, number: int) -> bool:
        return self.module >= 0 and self._home(number) == self._home(self.module)


def plain(function: Any) -> types.FunctionType | None:
    """The Python function that a function is, or that a method is of."""
    if type(function) is types.MethodType:
        function = function.__func__
    return function if type(function) is types.FunctionType else None
