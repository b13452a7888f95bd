"""The command as a whole."""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version

from click.testing import CliRunner

from pyrite.cli import main

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_help_names_every_command() -> None:
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    for command in main.commands:
        assert f"\n  {command}" in result.output


def test_help_does_not_load_the_engine(pyrite: Run) -> None:
    watch = (
        "import sys\n"
        "from pyrite.cli import main\n"
        "try: main(['--help'])\n"
        "finally: print([m for m in sys.modules if m.startswith(('pyrite.api', 'cloudpickle'))])\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", watch], capture_output=True, text=True, timeout=60, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"


def test_version(pyrite: Run) -> None:
    result = pyrite("version")
    assert result.returncode == 0
    said = dict(line.split(None, 1) for line in result.stdout.splitlines())
    assert said["pyrite"] == version("pyrite")
    assert said["python"].startswith(platform.python_version())
    assert said["platform"] == platform.platform()
    assert "ipython" in said
