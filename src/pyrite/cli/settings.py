"""The options that several commands share, and how they reach the program's ``SparkConf()``.

They travel in the environment variable ``PYRITE_SUBMIT_ARGS``, as JSON::

    {"master": "local[4]", "name": "word count", "conf": {"key": "value"}, "py_files": ["/a/b.zip"]}

`SparkConf` takes them as its defaults; what the program sets itself comes before them. A name that
was not given is null, and paths are absolute.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from pyrite.api.conf import SUBMIT_VARIABLE

Command = TypeVar("Command", bound=Callable[..., Any])


def _pairs(_: click.Context, option: click.Parameter, given: Sequence[str]) -> dict[str, str]:
    """``K=V`` given any number of times, as a mapping; the last of a key counts."""
    settings = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise click.BadParameter(f"{text!r} is not of the form KEY=VALUE")
        settings[key.strip()] = value.strip()
    return settings


def engine_options(command: Command) -> Command:
    """Adds ``--master``, ``--name`` and ``--conf`` to a command."""
    options = [
        click.option(
            "--master",
            metavar="M",
            help="Where to run: local (in this process), local[N], local[*] (every core), "
            "or local[N,F] (a task may fail F times).",
        ),
        click.option("--name", metavar="NAME", help="What to call the program in what is shown."),
        click.option(
            "--conf",
            "-c",
            multiple=True,
            metavar="K=V",
            callback=_pairs,
            help="A setting; may be given many times.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def export(
    master: str | None, name: str | None, conf: Mapping[str, str], py_files: Sequence[str] = ()
) -> None:
    """Make these settings the defaults of every ``SparkConf()`` in this process."""
    os.environ[SUBMIT_VARIABLE] = json.dumps(
        {"master": master, "name": name, "conf": dict(conf), "py_files": list(py_files)}
    )
