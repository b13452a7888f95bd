"""Mutants of the compiler, one for each rule, are found out by the tests of the rules."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RULES = ("traps", "generators", "ends", "source", "searches")

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
    "arity": ("admit", "<= arguments <= most:", "<= most:"),
    "other globals": ("admit", "if self.module >= 0 and self._home(number) != self._home(self.module):", "if False:"),
    "empty cells": ("admit", "except ValueError:\n                raise Refused", "except ValueError:\n                pass\n            if False:\n                raise Refused"),
    "one tuple": ("inline", "return not isinstance(shape.expression, ast.Name) and escapes", "return False and escapes"),
    "whose line": ("inline", "-1 if is_engine(function.__code__) else number", "-1"),
    "arguments": ("inline", "tuple(shown(variables[name]) for name in shape.parameters)", "()"),
    "cells": ("inline", "self.cells.setdefault(id(closure[place]), cell)", "next(iter({**self.cells, 0: cell}.values()))"),
    "True counted": ("emit", "type(ones[1].value) is not int", "False"),
    "sums turned round": ("emit", "!= list(added.parameters)", "!= list(added.parameters) and False"),
    "the key first": ("emit", "again_key = inline.atom(inline.placed(key, within), body, step", "again_key = inline.atom(inline.placed(key, within), out, step"),
    "StopIteration": ("bound", "if isinstance(error, StopIteration):", "if False:"),
    "StopIteration in generators": ("bound", "if mark is not None and mark.function == number:", "if False:"),
    "what is left": ("bound", "left.append((0, records, None))", "pass"),
    "what is left in loops": ("bound", "left.append((after, items, pair))", "pass"),
    "nothing is left": ("bound", "if any(after > ended", "if any(False and after > ended"),
    "an iterator that failed": ("bound", "ended = mark.step + mark.within", "ended = mark.step"),
    "a generator's end": ("bound", "and pair is not None)", "and False)"),
    "the order of loops": ("endings", "in reversed(self.loops):", "in self.loops:"),
    "on after a generator's exception": ("emit", "if self._end == Yield(again=True):", "if False:"),
    "yield in try": ("scope", "if self._tries:", "if False:"),
    "pairs in some places": ("endings", "if self.record not in (None, shown(made)):", "if False:"),
    "returns in loops": ("returns", "made.append(assign(self._returned, ast.Constant(True)))", "pass"),
    "the pair taken apart": ("rename", "assign(self._variable(value), again(pair.value)),", "assign(self._variable(value), again(pair.key)),"),
    "names that are not Python's": ("admit", "if source.global_names <= _BUILTINS and", "if"),
    "names that hide Python's": ("admit", "function.__globals__.keys().isdisjoint(\n            source.global_names\n        )", "True"),
    "whose name is Python's": ("bound", "if any(name in own or name in (module or ()) for name in names):", "if False:"),
    "whose call failed": ("inline", "return self.placed(call(load(self._bind(\"function\", number)), *arguments), Mark(step))", "return call(load(self._bind(\"function\", number)), *arguments)"),
    "methods": ("bound", "return function.__self__", "return self"),
    "no pairs": ("bound", "mark.step != self.stage.steps:", "True:"),
    "errors before the end": ("bound", "frame is None or mark.step != self.stage.steps:", "frame is None:"),
    "a search for another pattern": ("bound", "and found == binding.pattern", "and True"),
    "a search for another by then": ("searching", "(ast.And(), [is_text, same, lacks])", "(ast.And(), [is_text, lacks])"),
    "a search in no text": ("searching", "(ast.And(), [is_text, same, lacks])", "(ast.And(), [same, lacks])"),
    "a search in another case": ("wanted", "or pattern.flags & re.IGNORECASE", ""),
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
        [*tests, *(f"tests/compile/test_{each}.py" for each in RULES)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
