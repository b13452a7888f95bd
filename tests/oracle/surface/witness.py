"""A plugin of pytest that notes which of Pyrite's functions the tests themselves called.

    python -m pytest -p tests.oracle.surface.witness --witnesses FILE TEST ...

FILE then holds, for each test that passed, the functions that it called with no function of
Pyrite's in between, each as ``[source file, qualified name]``.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest

import pyrite

ENGINE = os.path.dirname(os.path.abspath(pyrite.__file__)) + os.sep


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--witnesses", metavar="FILE", required=True)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Witnesses(config.getoption("--witnesses")))


class Witnesses:
    """What each test called, written to ``path`` when all are done."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.called: dict[str, list[tuple[str, str]]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Iterator[None]:
        called: set[tuple[str, str]] = set()
        caller = str(pyfuncitem.path)

        def note(frame: FrameType, event: str, _: Any) -> None:
            code, back = frame.f_code, frame.f_back
            of_the_engine = event == "call" and code.co_filename.startswith(ENGINE)
            if of_the_engine and back is not None and back.f_code.co_filename == caller:
                called.add((code.co_filename, code.co_qualname))

        sys.setprofile(note)
        try:
            result = yield  # raises what the test raises: then it is no witness
        finally:
            sys.setprofile(None)
        self.called[pyfuncitem.nodeid] = sorted(called)
        return result

    def pytest_sessionfinish(self) -> None:
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump(self.called, file)
