"""What shows that a name works: an example of PySpark's that passes, or a test that calls it."""

from __future__ import annotations

import ast
import inspect
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.oracle.surface.installed import MODULES, docstrings
from tests.oracle.surface.names import Name

ROOT = Path(__file__).parents[3]
SECONDS = 300
CANDIDATES = 6
"""So many tests are tried for a name, those of tests/api first."""

Results = Sequence[Mapping[str, Any]]
"""What the run of PySpark's examples wrote, see `tests.oracle.surface.doctests.Result`."""


def run_examples() -> Results:
    """Run PySpark's examples on Pyrite, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "results.json")
        command = ["tests.oracle.surface.doctests", "--json", str(file)]
        _python(*command)
        return json.loads(file.read_text())


def by_examples(names: Iterable[Name], results: Results) -> set[str]:
    """The qualified names that an example of their own docstring, or of their class's, uses and
    that passes.
    """
    passed = {
        (each["docstring"], each["number"]) for each in results if each["verdict"] == "passed"
    }
    sources = defaultdict(str)
    for docstring in (each for module in MODULES for each in docstrings(module)):
        for number, example in enumerate(docstring.examples, 1):
            if (docstring.qualified_name, number) in passed:
                sources[docstring.name] += example.source
    return {each.qualified_name for each in names if _is_used(each, sources)}


def _is_used(name: Name, sources: Mapping[str, str]) -> bool:
    if name.owner == "pyspark":
        return name.name in variables(sources[name.name])
    return name.name in attributes(sources[name.qualified_name] + sources[name.owner])


def attributes(source: str) -> set[str]:
    """The attributes that a piece of Python reads, and the methods it overrides."""
    tree = ast.parse(source)
    nodes = [node for node in ast.walk(tree) if isinstance(node, (ast.Attribute, ast.ClassDef))]
    read = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    bodies = [node.body for node in nodes if isinstance(node, ast.ClassDef)]
    return read | {
        each.name for body in bodies for each in body if isinstance(each, ast.FunctionDef)
    }


def variables(source: str) -> set[str]:
    """The variables that a piece of Python reads: also the classes and functions that it uses."""
    nodes = ast.walk(ast.parse(source))
    return {
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def by_tests(names: Sequence[Name], written: Mapping[str, str]) -> dict[str, str]:
    """For each name a test that passes and calls it: the one that is ``written``, if it does."""
    wanted = {each.qualified_name: each for each in names}
    uses = _uses()
    still = {name: [test] for name, test in written.items() if name in wanted}
    found = _witnesses(
        wanted,
        {name: tests for name, tests in still.items() if tests[0] in uses[wanted[name].name]},
    )
    missing = {name: each for name, each in wanted.items() if name not in found}
    candidates = {name: uses[each.name][:CANDIDATES] for name, each in missing.items()}
    return {**found, **_witnesses(missing, candidates)}


def _uses() -> dict[str, list[str]]:
    """The tests that use a name, or something that is spelt like it."""
    found: dict[str, list[str]] = defaultdict(list)
    files = [*sorted(ROOT.glob("tests/api/test_*.py")), *sorted(ROOT.glob("tests/**/test_*.py"))]
    for file in dict.fromkeys(files):
        body = ast.parse(file.read_text(encoding="utf-8")).body
        sources = {
            node.name: ast.unparse(node) for node in body if isinstance(node, ast.FunctionDef)
        }
        functions = {
            name: attributes(source) | variables(source) for name, source in sources.items()
        }
        for test, uses in functions.items():
            if test.startswith("test_"):
                helpers = [functions[name] for name in uses if name in functions]
                for name in uses.union(*helpers):
                    found[name].append(f"{file.relative_to(ROOT)}::{test}")
    return found


def _witnesses(
    names: Mapping[str, Name], candidates: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """The first candidate of each name that passes and in which the test itself calls it.

    What is no function, a plain attribute, need only be used in it.
    """
    tests = sorted({test for each in candidates.values() for test in each})
    if not tests:
        return {}
    called = defaultdict(set)
    for test, functions in _run(tests).items():
        called[test.partition("[")[0]].update(map(tuple, functions))
    return {
        name: test
        for name, tried in candidates.items()
        for test in reversed(tried)
        if test in called and ((code := _code(names[name].ours)) is None or code in called[test])
    }


def _run(tests: Sequence[str]) -> dict[str, list[list[str]]]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "witnesses.json")
        plugin = ("-p", "tests.oracle.surface.witness", "--witnesses", str(file))
        _python("pytest", "-q", "-m", "not slow", *plugin, *tests)
        return json.loads(file.read_text())


def _code(ours: Any) -> tuple[str, str] | None:
    """File and name of what runs when a program uses ``ours``; None if it is just a value."""
    ours = getattr(ours, "fget", getattr(ours, "__func__", ours))  # of a property, a class method
    if inspect.isclass(ours):
        ours = ours.__init__
    code = getattr(inspect.unwrap(ours) if callable(ours) else ours, "__code__", None)
    return (code.co_filename, code.co_qualname) if code else None


def _python(*arguments: str) -> None:
    command = [sys.executable, "-m", *arguments]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, timeout=SECONDS, check=False)
