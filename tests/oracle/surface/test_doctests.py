"""The examples in PySpark's docstrings pass on Pyrite, but for those that are listed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.oracle, pytest.mark.slow, pytest.mark.timeout(400)]

ROOT = Path(__file__).parents[3]


def test_the_examples_of_pyspark_pass(pyspark):
    run = subprocess.run(
        [sys.executable, "-m", "tests.oracle.surface.doctests", "--at-least", "98"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=390,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
