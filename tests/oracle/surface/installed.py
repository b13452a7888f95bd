"""What the installed PySpark shows in its docstrings, read from its sources: it is not imported."""

from __future__ import annotations

import ast
import doctest
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path

from pyrite.compat import FOLDER

MODULES = (
    "pyspark.core.rdd",
    "pyspark.core.context",
    "pyspark.core.broadcast",
    "pyspark.core.files",
    "pyspark.core.status",
    "pyspark.accumulators",
    "pyspark.conf",
    "pyspark.taskcontext",
    "pyspark.storagelevel",
    "pyspark.statcounter",
    "pyspark.rddsampler",
    "pyspark.util",
    "pyspark.join",
    "pyspark.resultiterable",
    "pyspark.profiler",
    "pyspark.resource.profile",
    "pyspark.resource.requests",
    "pyspark.resource.information",
    "pyspark.serializers",
)
"""The modules of its RDD side, where they live in version 4.2."""


@dataclass(frozen=True)
class Docstring:
    """Examples that build on one another.

    Parameters:
        module: where it stands.
        name: the qualified name of what it documents, after the module.
        line: of the source file, from 0, where the docstring begins.
        file: the source file.
        examples: as `doctest` reads them.
    """

    module: str
    name: str
    line: int
    file: Path
    examples: tuple[doctest.Example, ...]

    @property
    def qualified_name(self) -> str:
        return f"{self.module}.{self.name}" if self.name else self.module


def package() -> Path:
    """The folder of the installed PySpark.

    Raises:
        ModuleNotFoundError: there is none.
    """
    places = [place for place in sys.path if place != FOLDER]
    spec = PathFinder.find_spec("pyspark", places)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("PySpark is not installed: install the extra 'test'")
    return Path(spec.origin).parent


def docstrings(module: str) -> list[Docstring]:
    """The docstrings of ``module`` that have examples, in the order of the source."""
    file = package().joinpath(*module.split(".")[1:]).with_suffix(".py")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    parser = doctest.DocTestParser()
    found = []
    for name, node in _documented(tree, ""):
        text = ast.get_docstring(node, clean=False) or ""
        if examples := parser.get_examples(text, name):
            line = node.body[0].lineno - 1
            found.append(Docstring(module, name, line, file, tuple(examples)))
    return found


Documented = ast.Module | ast.ClassDef | ast.FunctionDef


def _documented(node: Documented, name: str) -> Iterator[tuple[str, Documented]]:
    yield name, node
    for child in node.body:
        if isinstance(child, (ast.ClassDef, ast.FunctionDef)):
            yield from _documented(child, f"{name}.{child.name}" if name else child.name)
