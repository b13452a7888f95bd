"""One context for each kind of master, shared by the tests of a session."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pyrite import SparkConf, SparkContext

DEADLINE = 60  # seconds

RunScript = Callable[..., list[str]]


@pytest.fixture(scope="session", params=["local", "local[2]"])
def sc(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SparkContext]:
    """Tasks run in this process, or in two others. A task that fails is not tried again."""
    conf = SparkConf(loadDefaults=False).set("pyrite.task.maxFailures", 1)
    conf.set("pyrite.local.dir", tmp_path_factory.mktemp("local"))
    with SparkContext(request.param, "api", conf=conf) as context:
        yield context


@pytest.fixture
def run_script(tmp_path: Path) -> RunScript:
    """Runs a program as ``python app.py`` does, or from standard input; its lines."""

    def run(program: str, *, stdin: bool = False) -> list[str]:
        script = tmp_path / "app.py"
        script.write_text(program)
        done = subprocess.run(
            [sys.executable, "-" if stdin else str(script)],
            input=program if stdin else "",
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=DEADLINE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run
