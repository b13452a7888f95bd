"""``import pyspark`` gives Pyrite, in driver and workers, or an error that says what to use."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable

import pytest

import pyrite
from pyrite import UnsupportedError, UnsupportedImportError
from pyrite.compat import FOLDER
from pyrite.core.advice import MODULES

Program = Callable[..., subprocess.CompletedProcess[str]]
SUBMIT = ("pyrite", "submit", "--master", "local[2]")

WHERE = """
    import sys
    import pyspark
    from pyspark import SparkContext
    from pyspark.rdd import RDD

    def where(x):
        from pyspark.statcounter import StatCounter
        return pyspark.__file__, StatCounter.__module__

    if __name__ == "__main__":
        with SparkContext({master}) as sc:
            places = sc.parallelize([1, 2], 2).map(where).collect()
            assert isinstance(sc.emptyRDD(), RDD)
            print(len({{(pyspark.__file__, "pyrite.api.statcounter"), *places}}), pyspark.__file__)
"""


def test_submitted_programs_see_pyrite_in_driver_and_workers(
    program: Program, fake_pyspark: str
) -> None:
    result = program(WHERE.format(master=""), *SUBMIT, path=(fake_pyspark,))
    assert result.stdout == f"1 {FOLDER}/pyspark/__init__.py\n", result.stderr


def test_other_programs_install_the_name(program: Program, fake_pyspark: str) -> None:
    text = "import pyrite.compat\npyrite.compat.install()\n" + WHERE.format(master="'local[2]'")
    lines = [line.removeprefix("    ") for line in text.splitlines()]
    result = program("\n".join(lines), path=(fake_pyspark,))
    assert result.stdout == f"1 {FOLDER}/pyspark/__init__.py\n", result.stderr


def test_the_name_cannot_be_taken_from_a_pyspark_in_use(
    program: Program, fake_pyspark: str
) -> None:
    text = """
        import sys, types
        sys.modules["pyspark"] = types.ModuleType("pyspark")
        sys.modules["pyspark"].__file__ = "/opt/spark/python/pyspark/__init__.py"
        import pyrite.compat
        pyrite.compat.install()
    """
    result = program(text, path=(fake_pyspark,))
    assert "ImportError: pyspark is imported already, from /opt/spark/python" in result.stderr
    assert "before the first import" in result.stderr


def test_modules_are_there_as_pyrites_too() -> None:
    for name in ("rdd", "context", "conf", "statcounter", "version"):
        assert importlib.import_module(f"pyrite.compat.pyspark.{name}").__all__
    assert importlib.import_module("pyrite.rdd").RDD is pyrite.RDD
    assert importlib.import_module("pyrite.core").__file__.startswith(
        str(pyrite.__file__).replace("__init__.py", "core")
    )


@pytest.mark.parametrize(
    ("line", "asked", "advice"),
    [
        ("from pyspark.ml.feature import HashingTF", "pyspark.ml", "scikit-learn"),
        ("from pyspark import mllib", "pyspark.mllib", "NumPy"),
        ("import pyspark.pandas as ps", "pyspark.pandas", "pandas itself"),
        ("from pyspark.streaming import StreamingContext", "pyspark.streaming", "each batch"),
        ("from pyspark import SQLContext", "pyspark.SQLContext", "SparkSession.builder"),
        ("import pyspark; pyspark.SQLContext", "pyspark.SQLContext", "SparkSession.builder"),
        ("from pyspark.java_gateway import launch_gateway", "pyspark.java_gateway", "machinery"),
        ("from py4j.java_gateway import JavaGateway", "py4j.java_gateway", "as itself"),
        ("from pyrite.ml import Pipeline", "pyspark.ml", "scikit-learn"),
        ("from pyrite import HiveContext", "pyspark.HiveContext", "SparkSession.builder"),
    ],
)
def test_what_is_missing_is_told_with_its_place_and_a_way_out(
    program: Program, line: str, asked: str, advice: str
) -> None:
    hide = "import sys; sys.path[:] = [p for p in sys.path if 'site-packages' not in p]"
    result = program(f"{hide}\n{line}\n", *SUBMIT)
    first, frame, *_, last = result.stderr.splitlines()
    assert first == "Traceback (most recent call last):"
    assert frame == '  File "app.py", line 2, in <module>'
    error, place, *message = last.split(": ", 2)
    assert error == "pyrite.core.errors.UnsupportedImportError"
    assert place == f"app.py:2 asks for {asked}, which Pyrite does not have"
    assert advice in message[0]


def test_except_py4j_java_error_catches_what_a_job_raises(program: Program) -> None:
    text = """
        from py4j.protocol import Py4JJavaError
        from pyspark import SparkContext

        with SparkContext() as sc:
            for action in (
                lambda: sc.parallelize(["x"]).map(int).sum(),
                lambda: sc.textFile("/no/such/file").count(),
                lambda: sc.range(1).saveAsTextFile("/"),
            ):
                try:
                    action()
                except Py4JJavaError as error:
                    print(type(error).__name__)
    """
    result = program(text, *SUBMIT)
    assert result.stdout.split() == ["ValueError", "FileNotFoundError", "FileExistsError"]


def test_it_is_an_import_error_and_an_unsupported_error() -> None:
    assert issubclass(UnsupportedImportError, UnsupportedError)
    with pytest.raises(ImportError) as caught:
        importlib.import_module("pyrite.pandas")
    assert caught.value.name == "pyspark.pandas"


@pytest.mark.parametrize(
    ("line", "last"),
    [
        ("import pyspark.rddd", "ModuleNotFoundError: No module named 'pyspark.rddd'"),
        ("import pyspark; pyspark.SparkContex", "Did you mean: 'SparkContext'?"),
        ("import pyrite; pyrite.SparkContex", "Did you mean: 'SparkContext'?"),
        ("from pyspark import SparkContex", "cannot import name 'SparkContex' from 'pyspark'"),
    ],
)
def test_a_misspelt_name_is_pythons_own_error(program: Program, line: str, last: str) -> None:
    result = program(line, *SUBMIT)
    assert result.returncode == 1
    assert last in result.stderr.splitlines()[-1]


def test_advice_is_for_what_is_not_there() -> None:
    for name in MODULES:
        package, _, last = f"pyrite.compat.pyspark.{name}".rpartition(".")
        with pytest.raises(UnsupportedImportError, match=r": \w"):
            exec(f"from {package} import {last}", {})


def test_importing_pyrite_imports_little(program: Program) -> None:
    heavy = {"fsspec", "cloudpickle", "psutil", "rich", "lz4", "pyrite.api.rdd"}
    result = program(f"import pyrite, sys; print({heavy!r} & set(sys.modules))")
    assert result.stdout == "set()\n", result.stderr
    assert sys.modules["pyrite.api.rdd"]  # what is heavy has the right names


def test_everything_public_is_given_by_a_star(program: Program) -> None:
    text = "from pyrite import *; print(SparkContext, JobFailed, StatusTracker, __version__)"
    result = program(text)
    assert "SparkContext" in result.stdout, result.stderr
    assert result.stdout.split()[-1] == pyrite.__version__
