"""Runs the command in a process of its own, as people do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

DEADLINE = 60  # seconds

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A user without settings or history."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYRITE_")}
    return {**kept, "XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)}


@pytest.fixture
def pyrite(tmp_path: Path, environment: dict[str, str]) -> Run:
    """``pyrite("submit", "app.py", input="...")`` in an empty folder."""

    def run(*arguments: str, input: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pyrite", *arguments],
            input=input,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
            timeout=DEADLINE,
            check=False,
        )

    return run
