"""Runs programs in a process of their own, as people do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

Program = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """``program(text, "pyrite", "submit")``: the text as app.py, run by that command.

    ``path`` holds folders to have on PYTHONPATH before the others.
    """

    def run(
        text: str, *command: str, path: tuple[str, ...] = (), arguments: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        (tmp_path / "app.py").write_text(dedent(text))
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PYRITE_")}
        kept["PYTHONPATH"] = os.pathsep.join([*path, kept.get("PYTHONPATH", "")])
        return subprocess.run(
            [sys.executable, *(("-m", *command) if command else ()), "app.py", *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=kept,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def fake_pyspark(tmp_path: Path) -> str:
    """A folder with a package ``pyspark`` that is not Pyrite."""
    package = tmp_path / "installed" / "pyspark"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('the installed PySpark')\n")
    return str(package.parent)
