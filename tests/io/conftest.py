import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets that lies beside the checkout, read in place."""
    if not _DATA.is_dir():
        pytest.skip(f"the real data sets are not here: no folder {_DATA}")
    return _DATA


@pytest.fixture
def run_clean() -> Callable[[str], None]:
    """Run a few lines of Python in a process of their own."""

    def run(code: str) -> None:
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr

    return run
