"""Random pipelines mean the same compiled; mutants of the compiler, one a rule, are found out."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.compile.fuzz import failures

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_random_pipelines(tmp_path):
    assert list(failures(20260101, 150, str(tmp_path))) == []


MUTANTS: dict[str, tuple[str, str, str]] = {
    "source without proof": ("source", "if any(_plain(each) == wanted", "if any(True"),
    "walrus": ("scope", "(ast.NamedExpr, ast.Yield", "(ast.Yield"),
    "inner functions": ("scope", "if name in seen:", "if False:"),
    "stale variables": ("scope", "if unknown and", "if False and"),
    "global statement": ("scope", "not isinstance(node, self._STATEMENTS)", "False"),
    "own frame": ("scope", "if name in _SEES_ITS_FRAME:", "if False:"),
    "finally": ("scope", "if node.finalbody:", "if False:"),
    "signatures": ("scope", "if code.co_flags & _VARIADIC or", "if False and"),
    "the compiler's names": ("scope", "if any(name.startswith(PREFIX)", "if any(False"),
    "pair[2]": ("rename", "not -2 <= index < 2", "not -2 <= index < 3"),
    "shadowed names": ("rename", "if any(name in each for each in self._hidden):", "if False:"),
    "reading again": ("elements", "and not element.id.startswith(CELL)", "or True"),
    "arity": ("inline", "<= arguments <= most:", "<= most:"),
    "other globals": ("inline", "self._home(number) != self._home(self.module)", "False"),
    "empty cells": ("inline", "except ValueError:\n                raise Refused", "except ValueError:\n                pass\n            if False:\n                raise Refused"),
    "one tuple": ("inline", "return not isinstance(shape.expression, ast.Name) and escapes", "return False and escapes"),
    "whose line": ("inline", "-1 if is_engine(function.__code__) else number", "-1"),
    "arguments": ("inline", "tuple(_shown(variables[name]) for name in shape.parameters)", "()"),
    "cells": ("inline", "self.cells.setdefault(id(closure[place]), cell)", "next(iter({**self.cells, 0: cell}.values()))"),
    "True counted": ("emit", "type(ones[1].value) is not int", "False"),
    "sums turned round": ("emit", "!= list(added.parameters)", "!= list(added.parameters) and False"),
    "the key first": ("emit", "again_key = inline.atom(key, body, step", "again_key = inline.atom(key, out, step"),
    "StopIteration": ("bound", "if mark is None or mark.step == self.stage.steps:", "if True:"),
    "StopIteration in generators": ("bound", "if mark.step not in self.stage.generating:", "if True:"),
    "StopIteration at the end": ("bound", "mark is None or mark.step == self.stage.steps", "mark is None"),
    "no pairs": ("bound", "mark.step != self.stage.steps:", "True:"),
    "errors before the end": ("bound", "frame is None or mark.step != self.stage.steps:", "frame is None:"),
    "lines": ("stage", "start = start & _MASK if", "start = first_line if"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_found_out(name, tmp_path):
    module, before, after = MUTANTS[name]
    shutil.copytree(ROOT / "src" / "pyrite", tmp_path / "pyrite")
    path = tmp_path / "pyrite" / "compile" / f"{module}.py"
    text = path.read_text()
    assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in {module}.py"
    path.write_text(text.replace(before, after))
    tests = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*tests, "tests/compile/test_traps.py"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
