"""The two engines: PySpark as the oracle, and Pyrite."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import cloudpickle
import pytest
from tests.oracle.outcomes import Program, Raised, Value, outcome

from pyrite import SparkConf, SparkContext

Ask = Callable[[Program], Value | Raised]

_ROOT = Path(__file__).parents[2]
_START_SECONDS = 60
_ANSWER_SECONDS = 60


def _leave_out(missing: str) -> NoReturn:
    message = f"the comparison with PySpark needs {missing}"
    if os.environ.get("CI"):
        pytest.fail(f"{message}; in CI it must not be left out")
    pytest.skip(message)


@pytest.fixture(scope="session")
def pyspark() -> ModuleType:
    """The package, for those who need no Java."""
    if find_spec("pyspark") is None:
        _leave_out("PySpark: install the extra 'test'")
    return import_module("pyspark")


@pytest.fixture(scope="session")
def spark(pyspark: ModuleType) -> Iterator[Ask]:
    """Runs a program on PySpark `local[2]` and gives its outcome."""
    java_home = os.environ.get("JAVA_HOME", "")
    if not (shutil.which("java") or Path(java_home, "bin", "java").exists()):
        _leave_out("a Java runtime: put `java` on the PATH, or set JAVA_HOME")
    ours, theirs = multiprocessing.Pipe()
    command = [sys.executable, "-m", "tests.oracle.spark_process", str(theirs.fileno())]
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(_ROOT),
        "PYSPARK_PYTHON": sys.executable,  # else its workers run whatever python3 is found
    }
    with subprocess.Popen(
        command,
        cwd=_ROOT,
        env=environment,
        pass_fds=[theirs.fileno()],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        theirs.close()

        def ask(program: Program) -> Value | Raised:
            ours.send_bytes(cloudpickle.dumps(program))
            assert ours.poll(_ANSWER_SECONDS), "PySpark did not answer in time"
            answer: Value | Raised = ours.recv()
            return answer

        try:
            assert ours.poll(_START_SECONDS), "PySpark did not start in time"
            assert ours.recv() == "ready"
            yield ask
        finally:
            ours.close()  # the process ends when it has no one to answer
            try:
                process.wait(_ANSWER_SECONDS)
            finally:
                process.kill()


@pytest.fixture(scope="session")
def pyrite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Runs a program on Pyrite `local[2]` and gives its outcome."""
    conf = SparkConf(loadDefaults=False).set("pyrite.task.maxFailures", 1)
    conf.set("pyrite.local.dir", tmp_path_factory.mktemp("local"))
    with SparkContext("local[2]", "oracle", conf=conf) as context:
        yield lambda program: outcome(program, context)
