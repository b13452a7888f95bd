"""``pyrite shell``: an interactive session with ``sc`` ready."""

from __future__ import annotations

import code
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

import pyrite
from pyrite import compat
from pyrite.cli.program import fresh_main
from pyrite.cli.settings import engine_options, export
from pyrite.sql import SparkSession


@click.command()
@engine_options
def shell(master: str | None, name: str | None, conf: dict[str, str]) -> None:
    """Start an interactive session: `sc` is a SparkContext.

    And `spark` is a SparkSession of it. Where IPython is installed, it is used.
    """
    export(master, name or "pyrite shell", conf)
    compat.install()
    sys.path.insert(0, "")
    names = fresh_main().__dict__
    try:
        sc = pyrite.SparkContext()
    except (pyrite.PyriteError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    names.update(pyrite=pyrite, sc=sc, spark=SparkSession(sc))
    names.update(SparkConf=pyrite.SparkConf, SparkContext=pyrite.SparkContext)
    banner = (
        f"Pyrite {pyrite.__version__}, Python {platform.python_version()}. "
        f"`sc` is a SparkContext on {sc.master}, `spark` its session; leave with Ctrl-D."
    )
    with sc:
        if sys.stdin.isatty() and find_spec("IPython"):
            _ipython(names, banner)
        else:
            _console(names, banner)


def state_folder() -> Path:
    """Where this user's programs keep what they remember, such as histories."""
    home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    folder = home / "pyrite"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _ipython(names: dict[str, Any], banner: str) -> None:
    import IPython
    from traitlets.config import Config

    config = Config()
    config.TerminalInteractiveShell.banner1 = banner + "\n"
    config.HistoryManager.hist_file = str(state_folder() / "history.sqlite")
    IPython.start_ipython(argv=[], user_ns=names, config=config)


def _console(names: dict[str, Any], banner: str) -> None:
    with _line_editing(names):
        _Console(names).interact(banner=banner, exitmsg="")


class _Console(code.InteractiveConsole):
    """Where the input ends inside a block, the block ends, and is run."""

    def raw_input(self, prompt: str = "") -> str:
        try:
            return super().raw_input(prompt)
        except EOFError:
            if not self.buffer or self.buffer[-1] == "":
                raise
            return ""


@contextmanager
def _line_editing(names: dict[str, Any]) -> Iterator[None]:
    """Completion by Tab, and a history that is kept; neither where there is no terminal."""
    if not sys.stdin.isatty() or not find_spec("readline"):
        yield
        return
    import readline
    import rlcompleter

    libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")
    readline.set_completer(rlcompleter.Completer(names).complete)
    readline.set_history_length(10_000)
    history = state_folder() / "history"
    if history.exists():
        readline.read_history_file(history)
    try:
        yield
    finally:
        readline.write_history_file(history)
