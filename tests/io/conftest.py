import subprocess
import sys
from collections.abc import Callable

import pytest


@pytest.fixture
def run_clean() -> Callable[[str], None]:
    """Run a few lines of Python in a process of their own."""

    def run(code: str) -> None:
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr

    return run
