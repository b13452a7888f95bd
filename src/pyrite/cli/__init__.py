"""The command ``pyrite``: run a program, start an interactive session, say what is installed."""

from __future__ import annotations

import click

from pyrite.cli.shell import shell
from pyrite.cli.submit import submit
from pyrite.cli.version import version

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Pyrite: data-parallel programs in Python, on every core of a machine."""


main.add_command(submit)
main.add_command(shell)
main.add_command(version)
