"""A program waits for what it uses, and for nothing else: what is imported, and when."""

from __future__ import annotations

import subprocess
import sys

import pyrite
from pyrite.compat import pyspark

HEAVY = (
    "asyncio", "cProfile", "click", "cloudpickle", "concurrent", "ctypes", "dataclasses", "decimal",
    "fractions", "fsspec", "http", "inspect", "json", "logging", "multiprocessing", "numpy",
    "pandas", "pathlib", "platform", "psutil", "pstats", "pyarrow", "rich", "statistics",
    "subprocess", "tarfile", "urllib", "uuid", "zipfile",
)  # fmt: skip
"""What takes a millisecond or more to import, and has no part in starting a program."""

OF_CLOUDPICKLE = ("concurrent", "dataclasses", "inspect", "logging", "platform", "uuid")

OURS = (
    "pyrite.api.barrier", "pyrite.api.resource", "pyrite.api.serializers", "pyrite.cli",
    "pyrite.cluster.local", "pyrite.cluster.zygote", "pyrite.compile.emit",
    "pyrite.executor.worker", "pyrite.io.fetch", "pyrite.io.text", "pyrite.shuffle", "pyrite.sql",
)  # fmt: skip


def modules_after(program: str) -> list[str]:
    """The modules that a new process has imported when it has run a program."""
    text = f"{program}\nimport sys\nprint(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=True, timeout=60
    )
    return run.stdout.splitlines()[-1].split()


def among(modules: list[str], unwanted: tuple[str, ...]) -> set[str]:
    at_the_start = modules_after("")  # of this Python, whatever its environment adds
    return {
        each
        for each in set(modules) - set(at_the_start)
        if any(each == name or each.startswith(f"{name}.") for name in unwanted)
    }


def test_importing_the_context_imports_nothing_heavy():
    modules = modules_after("import pyrite\nfrom pyrite import SparkContext")
    assert not among(modules, (*HEAVY, *OURS))


def test_importing_pyrite_imports_almost_nothing():
    ours = [name for name in modules_after("import pyrite") if name.startswith("pyrite")]
    assert len(ours) < 10, ours


def test_workers_begin_with_what_tasks_need(make_context):
    sc = make_context("local[1]")
    [modules] = sc.range(1, numSlices=1).map(lambda _: list(__import__("sys").modules)).collect()
    unwanted = {*HEAVY} - {"cloudpickle", "ctypes", *OF_CLOUDPICKLE}
    assert not among(modules, (*unwanted, "pyrite.scheduler", "pyrite.driver", "pyrite.sql"))
    assert {"pyrite.shuffle.service", "pyrite.api.rdd", "cloudpickle"} <= {*modules}


def test_names_are_where_the_table_says():
    for name in pyspark.__all__:
        assert getattr(pyrite, name, None) is getattr(pyspark, name) or name == "__version__"
    assert {*pyspark.__all__} <= {*dir(pyrite)} & {*dir(pyspark)}
    star: dict[str, object] = {}
    exec("from pyrite import *", star)
    assert {*pyspark.__all__, "PyriteError"} <= {*star}
