"""Run the examples in the docstrings of the installed PySpark on Pyrite.

    python -m tests.oracle.surface.doctests [--json FILE] [NAME ...]

A NAME is the beginning of a docstring's qualified name. Nothing of PySpark is imported, and no
Java is started: the examples find Pyrite under the name ``pyspark``.
"""

from __future__ import annotations

import argparse
import doctest
import importlib
import io
import json
import os
import re
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, redirect_stderr, suppress
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from typing import Any

from tests.oracle.surface import known
from tests.oracle.surface.installed import MODULES, Docstring, docstrings

import pyrite
import pyrite.compat
from pyrite.sql import SparkSession

SECONDS = 30
"""A docstring may take so long; its examples that run later are interrupted."""

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Result:
    """What came of an example.

    Parameters:
        docstring: the qualified name of where it stands.
        number: its place there, from 1.
        verdict: ``"passed"``, ``"failed"``, or ``"outside"`` if it is not about RDDs.
        reason: why it is listed, if it is.
        report: of one that failed: what was expected and what came.
    """

    docstring: str
    number: int
    verdict: str
    reason: str = ""
    report: str = ""

    @property
    def surprising(self) -> bool:
        """It is listed as failing and passes, or the other way round."""
        return (self.verdict == "failed") != bool(self.reason) and self.verdict != "outside"


class Checker(doctest.OutputChecker):
    """Compares as PySpark does, except for the module in an object's default representation:
    ``<pyspark.conf.SparkConf object at ...>`` is Pyrite's class of that name.
    """

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        unplaced = re.sub(r"<pyspark\.[\w.]*\b(?=\w+ )", "<...", want)
        return super().check_output(unplaced, got, optionflags)


class Runner(doctest.DocTestRunner):
    """Notes the outcome of each example, instead of printing it."""

    def __init__(self) -> None:
        super().__init__(Checker(), verbose=False, optionflags=OPTIONS)
        self.outcomes: dict[doctest.Example, str] = {}
        """The report of an example that failed; nothing for one that passed."""

    def report_start(self, out: Any, test: Any, example: doctest.Example) -> None:
        self.outcomes[example] = "interrupted"

    def report_success(self, out: Any, test: Any, example: doctest.Example, got: str) -> None:
        self.outcomes[example] = ""

    def report_failure(self, out: Any, test: Any, example: doctest.Example, got: str) -> None:
        expected = self._checker.output_difference(example, got, self.optionflags)
        self.outcomes[example] = f"{example.source}{expected}"

    def report_unexpected_exception(
        self, out: Any, test: Any, example: doctest.Example, exc_info: Any
    ) -> None:
        kind, error, _ = exc_info
        self.outcomes[example] = f"{example.source}Raised {kind.__name__}: {error}"


class Overdue(Exception):
    """A docstring takes too long."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Interrupt the block, and every second again what it goes on with."""

    def interrupt(*_: object) -> None:
        raise Overdue(f"not done after {seconds} s")

    previous = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def run(docstring: Docstring, names: dict[str, Any]) -> list[Result]:
    """Run a docstring's examples, with ``names`` as its globals."""
    total = len(docstring.examples)
    outside = known.examples(known.OUTSIDE, docstring.qualified_name, total)
    failures = known.examples(known.FAILURES, docstring.qualified_name, total)
    numbered = dict(enumerate(docstring.examples, 1))
    for number, example in numbered.items():
        if example.options.get(doctest.SKIP):
            outside[number] = "PySpark skips it"
    asked = [example for number, example in numbered.items() if number not in outside]
    runner = Runner()
    test = doctest.DocTest(
        asked, names, docstring.qualified_name, str(docstring.file), docstring.line, None
    )
    if asked:
        with suppress(Overdue), deadline(SECONDS):
            runner.run(test, clear_globs=False)
    results = []
    for number, example in numbered.items():
        if number in outside:
            results.append(Result(test.name, number, "outside", outside[number]))
        else:
            report = runner.outcomes.get(example, "not reached")
            verdict = "failed" if report else "passed"
            results.append(Result(test.name, number, verdict, failures.get(number, ""), report))
    return results


def run_modules(names: Sequence[str]) -> list[Result]:
    """Run the docstrings that begin with one of ``names``, or all, each module in a new process
    with a fixed hash seed, as PySpark does: the examples show numbers of datasets, and sets.
    """
    os.environ["PYTHONHASHSEED"] = "0"
    with ProcessPoolExecutor(2, get_context("spawn"), max_tasks_per_child=1) as pool:
        return [each for some in pool.map(partial(run_module, names), MODULES) for each in some]


def run_module(names: Sequence[str], module: str) -> list[Result]:
    """Run a module's docstrings: with a context that they share, then those that make their own."""
    pyrite.compat.install()
    with place(), redirect_stderr(io.StringIO()):  # where tasks of the examples print
        return _run_module(names, module)


def _run_module(names: Sequence[str], module: str) -> list[Result]:
    chosen = [
        each
        for each in docstrings(module)
        if not names or each.qualified_name.startswith(tuple(names))
    ]
    own = [each for each in chosen if any("SparkContext(" in e.source for e in each.examples)]
    shared = [each for each in chosen if each not in own]
    results = []
    given = names_in(module)
    if shared:
        with tempfile.TemporaryDirectory() as folder, context() as sc:
            sc.setCheckpointDir(folder)
            spark = SparkSession.builder.getOrCreate()
            for each in shared:
                results += run(each, {**given, "sc": sc, "spark": spark})
    for each in own:
        results += run(each, dict(given))
        stop_contexts()
    return results


def names_in(module: str) -> dict[str, Any]:
    """What Pyrite has under a module's name, and those of the packages around it, from which
    PySpark's module imports. An example of one that Pyrite lacks has to do without.
    """
    package = module.rpartition(".")[0]
    around = names_in(package) if package else {}
    try:
        return {**around, **vars(importlib.import_module(module))}
    except ImportError:
        return around


def context() -> pyrite.SparkContext:
    return pyrite.SparkContext("local[4]", "PythonTest")


def stop_contexts() -> None:
    while pyrite.SparkContext._running:
        pyrite.SparkContext._running[-1].stop()


@contextmanager
def place() -> Iterator[None]:
    """A folder of its own for whatever the examples write."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="doctests-") as folder:
        os.chdir(folder)
        tempfile.tempdir = folder
        try:
            yield
        finally:
            tempfile.tempdir = None
            os.chdir(before)


def share(results: Sequence[Result]) -> tuple[int, int]:
    """How many of the examples about RDDs pass, and how many there are."""
    verdicts = [each.verdict for each in results]
    return verdicts.count("passed"), len(verdicts) - verdicts.count("outside")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="tests.oracle.surface.doctests")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--json", metavar="FILE", help="write the results there")
    options = parser.parse_args()
    results = run_modules(options.names)
    surprises = [each for each in results if each.surprising]
    for each in surprises:
        print(f"{each.docstring}#{each.number}:")
        print(each.report or f"passes, and is listed in {known.__name__}: {each.reason}\n")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump([asdict(each) for each in results], file, indent=1)
    passed, total = share(results)
    percent = 100 * passed / total if total else 100.0
    print(
        f"{passed} of {total} examples about RDDs pass ({percent:.1f} %); "
        f"{len(results) - total} more are about something else, or skipped.\n"
        f"Those that do not pass are named in docs/api-table.md, each with its reason"
        + (f", but for {len(surprises)} above." if surprises else ".")
    )
    return bool(surprises)


if __name__ == "__main__":
    sys.exit(main())
