"""The syntax tree that a function was compiled from, with proof.

A tree is taken from the function's file, by its line. It is believed only if it compiles, in the
same context, to the very code that the function has: same instructions, constants, names and
positions. So a file that was edited since is noticed, and two lambdas on a line are told apart.
"""

from __future__ import annotations
import __future__

import ast
import dis
import linecache
import os
import types
import warnings
from typing import Any, TypeAlias

from pyrite.compile.stage import WHERE_DEFINED
from pyrite.core.lean import value

Definition: TypeAlias = ast.Lambda | ast.FunctionDef

_FUTURES = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})

_GLOBAL = ("LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL", "DELETE_GLOBAL")
_MOST = 2000


class Refused(Exception):
    """Why something is not compiled into a stage, for `explain(codegen=True)`."""


@value
class Source:
    """A function's tree.

    Parameters:
        node: it, as it stands in its file. Not to be changed.
        global_names: that the function, or one in it, has to do with, be they built in.
    """

    node: Definition
    global_names: frozenset[str]


class Sources:
    """Finds sources, and remembers them."""

    def __init__(self) -> None:
        self._files: dict[tuple[str, str], _File] = {}
        self._found: dict[int, tuple[types.CodeType, Source | str]] = {}

    def find(self, function: types.FunctionType) -> Source:
        """The source of a function.

        Raises:
            Refused: it is not there, or is not proved to be the function's.
        """
        code = function.__code__
        known = self._found.get(id(code))  # by identity: equal code may stand in other files
        if known is None:
            if len(self._found) > _MOST:
                self._found.clear()
            try:
                found: Source | str = Source(self._proved(function), global_names(code))
            except Refused as refusal:
                found = str(refusal)  # not itself: its traceback holds the function
            known = self._found[id(code)] = (code, found)
        if isinstance(known[1], str):
            raise Refused(known[1])
        return known[1]

    def _proved(self, function: types.FunctionType) -> Definition:
        code = function.__code__
        file = self._file(code.co_filename, function.__globals__)
        wanted = _plain(code)
        candidates = file.definitions.get((code.co_firstlineno, code.co_name), ())
        for node in candidates:
            try:
                if any(_plain(each) == wanted for each in _compiled(node, code, file.imports)):
                    return node
            except (SyntaxError, ValueError):
                continue
        raise Refused("its source is not what it was compiled from")

    def _file(self, name: str, module: dict[str, Any]) -> _File:
        text = "".join(linecache.getlines(name, module))
        if not text:
            raise Refused("its source is not there")
        file = self._files.get((name, text))
        if file is None:
            if len(self._files) > _MOST // 10:
                self._files.clear()
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    file = _File(ast.parse(text, name))
            except (SyntaxError, ValueError, RecursionError):
                raise Refused("its source cannot be parsed") from None
            self._files[name, text] = file
        return file


class _File:
    """The functions of a file, by first line and name; and the names that its imports bind."""

    def __init__(self, tree: ast.Module) -> None:
        self.definitions: dict[tuple[int, str], list[Definition]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Lambda):
                self.definitions.setdefault((node.lineno, "<lambda>"), []).append(node)
            elif isinstance(node, ast.FunctionDef):
                line = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                self.definitions.setdefault((line, node.name), []).append(node)
        # Python compiles `module.f()` in its own way where `module` is imported at the top.
        self.imports: set[str] = set()
        pending: list[ast.AST] = list(tree.body)
        while pending:
            node = pending.pop()
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = (alias.asname or alias.name.partition(".")[0] for alias in node.names)
                self.imports.update(names)
            elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                pending.extend(ast.iter_child_nodes(node))


def is_library(code: types.CodeType) -> bool:
    """Whether a function is Python's own: its frames are not the user's."""
    return code.co_filename.startswith(_LIBRARY) and "site-packages" not in code.co_filename


_LIBRARY = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
_ENGINE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


def is_engine(code: types.CodeType) -> bool:
    """Whether a function is Pyrite's own: its frames are not shown."""
    return code.co_filename.startswith(_ENGINE)


def global_names(code: types.CodeType) -> frozenset[str]:
    """The global names that the code, or code in it, has to do with, be they built in."""
    own = {each.argval for each in dis.get_instructions(code) if each.opname in _GLOBAL}
    inner = (global_names(each) for each in code.co_consts if isinstance(each, types.CodeType))
    return frozenset(own.union(*inner))


def _plain(code: types.CodeType) -> types.CodeType:
    """Code without the names of where it stands. What is left is compared by Python itself,
    which tells apart constants of different types."""
    constants = tuple(
        _plain(each) if isinstance(each, types.CodeType) else each for each in code.co_consts
    )
    return code.replace(
        co_filename="",
        co_name="",
        co_qualname="",
        co_flags=code.co_flags & ~WHERE_DEFINED,
        co_consts=constants,
    )


def _compiled(node: Definition, code: types.CodeType, imports: set[str]) -> list[types.CodeType]:
    """The code of one function of a file, compiled with the scopes that it has there."""
    at: dict[str, Any] = {
        "lineno": node.lineno,
        "col_offset": 0,
        "end_lineno": node.lineno,
        "end_col_offset": 0,
    }
    inner: ast.stmt
    if isinstance(node, ast.Lambda):
        bare = ast.copy_location(ast.Lambda(_bare(node.args), node.body), node)
        inner = ast.Return(bare, **at)
    else:
        inner = definition(node.name, _bare(node.args), node.body)
        ast.copy_location(inner, node)
        inner.decorator_list = [  # the function begins at the line of its decorators
            ast.copy_location(ast.Constant(None), each) for each in node.decorator_list
        ]
    owned: list[ast.stmt] = [
        ast.Assign([ast.Name(name, ast.Store(), **at)], ast.Constant(None, **at), **at)
        for name in code.co_freevars
    ]
    outer = definition("outer", ast.arguments([], [], None, [], [], None, []), [*owned, inner])
    used = sorted(_names(code) & imports)
    head: list[ast.stmt] = [ast.Import([ast.alias(name, None, **at)], **at) for name in used]
    module = ast.Module([*head, ast.copy_location(outer, inner)], [])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = compile(module, "", "exec", code.co_flags & _FUTURES, dont_inherit=True)
    (scope,) = (each for each in made.co_consts if isinstance(each, types.CodeType))
    return [each for each in scope.co_consts if isinstance(each, types.CodeType)]


def definition(name: str, arguments: ast.arguments, body: list[ast.stmt]) -> ast.FunctionDef:
    """The syntax of a function."""
    made: Any = ast.FunctionDef(name, arguments, body, [], None, None)
    if "type_params" in ast.FunctionDef._fields:  # from Python 3.12 on
        made.type_params = []
    function: ast.FunctionDef = made
    return function


def _bare(arguments: ast.arguments) -> ast.arguments:
    """Parameters without defaults and annotations, which are no part of the function's code."""

    def named(each: ast.arg) -> ast.arg:
        return ast.copy_location(ast.arg(each.arg, None, None), each)

    def nothing(each: ast.expr) -> ast.expr:
        return ast.copy_location(ast.Constant(None), each)

    return ast.arguments(
        posonlyargs=[named(each) for each in arguments.posonlyargs],
        args=[named(each) for each in arguments.args],
        vararg=arguments.vararg and named(arguments.vararg),
        kwonlyargs=[named(each) for each in arguments.kwonlyargs],
        kw_defaults=[each and nothing(each) for each in arguments.kw_defaults],
        kwarg=arguments.kwarg and named(arguments.kwarg),
        defaults=[nothing(each) for each in arguments.defaults],
    )


def _names(code: types.CodeType) -> set[str]:
    found = set(code.co_names)
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            found |= _names(each)
    return found
