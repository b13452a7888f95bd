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
CANDIDATES = 8
"""So many tests are tried for a name."""

SPELT = {"__iter__": "groupByKey", "__len__": "groupByKey"}
"""By which name to look for a test that may use one that it does not spell."""

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
    """For each name a test that passes and uses it: the one that is ``written``, if it does."""
    tests = _tests()
    wanted = {each.qualified_name: each for each in names}
    still = {name: [test] for name, test in written.items() if name in wanted and test in tests}
    found = _witnesses(wanted, still)
    missing = {name: each for name, each in wanted.items() if name not in found}
    candidates = _candidates(wanted, tests)
    return {**found, **_witnesses(missing, {name: candidates[name] for name in missing})}


def _tests() -> dict[str, set[str]]:
    """The attributes and variables that each test uses, it or the helpers and tables it names."""
    found = {}
    files = [*sorted(ROOT.glob("tests/api/test_*.py")), *sorted(ROOT.glob("tests/**/test_*.py"))]
    for file in dict.fromkeys(files):
        body = ast.parse(file.read_text(encoding="utf-8")).body
        sources = {name: ast.unparse(node) for node in body for name in _defined(node)}
        uses = {name: attributes(source) | variables(source) for name, source in sources.items()}
        for test, used in uses.items():
            if test.startswith("test_"):
                helpers = [uses[name] for name in used if name in uses]
                found[f"{file.relative_to(ROOT)}::{test}"] = used.union(*helpers)
    return found


def _defined(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.Assign(targets=targets):
            return [each.id for each in targets if isinstance(each, ast.Name)]
    return []


def _candidates(
    names: Mapping[str, Name], tests: Mapping[str, set[str]]
) -> dict[str, Sequence[str]]:
    """The tests that use something spelt like a name, those first that use most of its class."""
    siblings: dict[str, set[str]] = defaultdict(set)
    for each in names.values():
        siblings[each.owner] |= {each.owner.partition(".")[0], each.name}
    found = {}
    for qualified_name, each in names.items():
        spelt = SPELT.get(each.name, each.name)
        using = [test for test, uses in tests.items() if spelt in uses]
        using.sort(key=lambda test: -len(tests[test] & siblings[each.owner]))
        found[qualified_name] = using[:CANDIDATES]
    return found


def _witnesses(
    names: Mapping[str, Name], candidates: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """The first candidate of each name that passes, and that itself uses it."""
    tests = sorted({test for each in candidates.values() for test in each})
    if not tests:
        return {}
    used = defaultdict(set)
    for test, noted in _run(tests).items():
        used[test.partition("[")[0]].update(map(tuple, noted))
    return {
        name: test
        for name, tried in candidates.items()
        for test in reversed(tried)
        if _marks(names[name]) & used[test]
    }


def _run(tests: Sequence[str]) -> dict[str, list[list[str]]]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "witnesses.json")
        plugin = ("-p", "tests.oracle.surface.witness", "--witnesses", str(file))
        _python("pytest", "-q", "-m", "not slow", *plugin, *tests)
        return json.loads(file.read_text())


def _marks(name: Name) -> set[tuple[str, str]]:
    """What the witness may note when a test uses ``name``."""
    if inspect.isclass(name.ours):
        return {(name.name, "__init__")}
    function = getattr(name.ours, "__func__", name.ours)  # of a class method
    code = getattr(function, "__code__", None)
    called = {(code.co_filename, code.co_qualname)} if code else set()
    return {(name.owner, name.name), *called}


def _python(*arguments: str) -> None:
    command = [sys.executable, "-m", *arguments]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, timeout=SECONDS, check=False)
