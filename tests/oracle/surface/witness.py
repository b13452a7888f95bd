"""A plugin of pytest that notes what of Pyrite's the tests themselves called and read.

    python -m pytest -p tests.oracle.surface.witness --witnesses FILE TEST ...

FILE then holds, for each test that passed, the functions that it called with no function of
Pyrite's in between, as ``[source file, qualified name]``, and the attributes that it read from
objects of the public classes, as ``[class, attribute]``; constructors as ``__init__``.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest
from tests.oracle.surface.names import CLASSES, ours

import pyrite

ENGINE = os.path.dirname(os.path.abspath(pyrite.__file__)) + os.sep


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--witnesses", metavar="FILE", required=True)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Witnesses(config.getoption("--witnesses")))


class Witnesses:
    """What each test used, written to ``path`` when all are done."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.used: dict[str, list[tuple[str, str]]] = {}
        self.now: set[tuple[str, str]] = set()
        self.test = ""
        """The file of the test that runs."""
        self.constructors = {}
        for name in CLASSES:
            if isinstance(owner := ours(name), type):
                self._watch(owner, name)
                for each in (owner.__init__, owner.__new__):
                    self.constructors[getattr(each, "__code__", None)] = name

    def _watch(self, owner: type, label: str) -> None:
        read = owner.__getattribute__

        def noted(self_: object, name: str) -> Any:
            if sys._getframe(1).f_code.co_filename == self.test:
                self.now.add((label, name))
            return read(self_, name)

        owner.__getattribute__ = noted  # type: ignore[method-assign,assignment]

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Iterator[None]:
        self.test, self.now = str(pyfuncitem.path), set()
        sys.setprofile(self._note)
        try:
            result = yield  # raises what the test raises: then it is no witness
        finally:
            sys.setprofile(None)
            self.test = ""
        self.used[pyfuncitem.nodeid] = sorted(self.now)
        return result

    def _note(self, frame: FrameType, event: str, _: Any) -> None:
        code, caller = frame.f_code, frame.f_back
        if event == "call" and caller is not None and caller.f_code.co_filename == self.test:
            if code in self.constructors:
                self.now.add((self.constructors[code], "__init__"))
            elif code.co_filename.startswith(ENGINE):
                self.now.add((code.co_filename, code.co_qualname))

    def pytest_sessionfinish(self) -> None:
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump(self.used, file)
