"""mypy agrees with what ``programs.py`` says a type checker sees."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.skipif(not find_spec("mypy"), reason="mypy is not installed")
def test_a_type_checker_sees_what_it_should() -> None:
    """With an ``ignore`` that ignores nothing as an error, so that wrong lines must be noticed."""
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "--warn-unused-ignores", "tests/typing/programs.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_types_are_part_of_the_package() -> None:
    assert (ROOT / "src" / "pyrite" / "py.typed").exists()
