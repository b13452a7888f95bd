"""The command as a whole."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Callable

from click.testing import CliRunner

from pyrite import __version__
from pyrite.cli import main

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_help_names_every_command() -> None:
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    for command in main.commands:
        assert f"\n  {command}" in result.output


def test_version(pyrite: Run) -> None:
    result = pyrite("version")
    assert result.returncode == 0
    said = dict(line.split(None, 1) for line in result.stdout.splitlines())
    assert said["pyrite"] == __version__
    assert said["python"].startswith(platform.python_version())
    assert said["platform"] == platform.platform()
    assert "ipython" in said
