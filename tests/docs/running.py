"""Programs are run as a reader would: by ``pyrite submit``, from the root of the checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def submit(*arguments: str, program: str = "") -> subprocess.CompletedProcess[str]:
    """``pyrite submit --master local[2] ARGUMENTS``, with ``program`` as standard input."""
    return subprocess.run(
        [sys.executable, "-m", "pyrite", "submit", "--master", "local[2]", *arguments],
        input=program,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def example(name: str, *arguments: object) -> list[str]:
    """The lines that a program of ``examples/`` prints."""
    result = submit(str(ROOT / "examples" / f"{name}.py"), *map(str, arguments))
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()
