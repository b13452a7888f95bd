"""Errors for PySpark's modules and names that Pyrite does not have, which say what to use."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from os.path import abspath, dirname, sep
from types import ModuleType
from typing import NoReturn

from pyrite.core.advice import MODULES, PY4J
from pyrite.core.errors import UnsupportedAttributeError, UnsupportedImportError

_PACKAGES = ("pyrite.compat.pyspark.", "pyspark.", "pyrite.")
_ENGINE = dirname(dirname(abspath(__file__))) + sep
_IMPORTLIB = dirname(abspath(import_module.__code__.co_filename)) + sep
_NO_PROGRAM = (_ENGINE, _IMPORTLIB, "<frozen importlib")


class Absent:
    """Comes last on ``sys.meta_path``: finds nothing, and says why."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> None:
        """Refuse what `MODULES` names; leave the rest to Python's own message.

        Raises:
            UnsupportedImportError: Pyrite lacks it.
        """
        _check(fullname)


def lookup(package: str, name: str) -> ModuleType:
    """The ``__getattr__`` of a package: its module of that name.

    Raises:
        UnsupportedImportError: PySpark has it, and Pyrite does not.
        AttributeError: nobody has it.
    """
    full = f"{package}.{name}"
    _check(full)
    if not name.startswith("_"):
        try:
            return import_module(full)
        except ModuleNotFoundError as error:
            if error.name != full:
                raise
    message = f"module {package!r} has no attribute {name!r}"
    raise AttributeError(message, name=name, obj=sys.modules[package])


def refuse_name(owner: object, advice: Mapping[str, str], name: str) -> NoReturn:
    """The end of a class's ``__getattr__``: it does not have ``name``.

    Raises:
        UnsupportedAttributeError: PySpark has it; ``advice`` says what to use.
        AttributeError: nobody has it. Python then looks for one that is spelt alike.
    """
    kind = type(owner).__name__
    if name in advice:
        raise UnsupportedAttributeError(f"{kind}.{name}: {advice[name]}")
    raise AttributeError(f"{kind} has no attribute {name!r}", name=name, obj=owner)


def _check(full: str) -> None:
    if full.partition(".")[0] == "py4j":
        _refuse(full, PY4J)
    for package in _PACKAGES:
        name = full.removeprefix(package)
        if name != full and name in MODULES:
            _refuse(f"pyspark.{name}", MODULES[name])


def _refuse(asked: str, advice: str) -> NoReturn:
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_NO_PROGRAM):
        frame = frame.f_back
    place = f"{frame.f_code.co_filename}:{frame.f_lineno}"
    raise UnsupportedImportError(
        f"{place} asks for {asked}, which Pyrite does not have: {advice}", name=asked
    )
