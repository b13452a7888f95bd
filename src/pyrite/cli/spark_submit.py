"""The options of ``spark-submit`` that ``pyrite submit`` takes too, so that its command lines run.

Those that say something to the engine become settings; those about a JVM's memory or a cluster's
manager change nothing, which is said; those without which the program could not run are refused.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from pyrite.core.master import Master

Command = TypeVar("Command", bound=Callable[..., Any])

_WITHOUT_MEANING = [
    "--driver-memory",
    "--driver-cores",
    "--driver-java-options",
    "--driver-library-path",
    "--driver-class-path",
    "--exclude-packages",
    "--repositories",
    "--proxy-user",
    "--principal",
    "--keytab",
    "--queue",
]
_REFUSED = {
    "--class": "it names a class of a JVM's program; give a Python file",
    "--jars": "there is no JVM to load them; look for a Python package that does the same",
    "--packages": "there is no JVM to load them; look for a Python package that does the same",
    "--remote": "there is no Spark Connect here; leave it out to run on this machine",
    "--kill": "nothing is submitted to elsewhere; Ctrl-C ends a program",
    "--status": "nothing is submitted to elsewhere; pyrite.eventLog tells what a program does",
}


def spark_options(command: Command) -> Command:
    """Adds them to a command, which takes their settings as ``spark``."""
    options = [
        click.option("--properties-file", type=click.Path(exists=True, dir_okay=False),
                     help="A file of settings, one name and value a line."),
        click.option("--files", callback=_absolute, metavar="A,B",
                     help="Files that tasks find with SparkFiles.get."),
        click.option("--archives", callback=_absolute, metavar="A.zip,B.tgz",
                     help="Archives that tasks find, unpacked, with SparkFiles.get."),
        click.option("--executor-memory", metavar="MEM", help="Memory of each worker, such as 2g."),
        click.option("--num-executors", type=click.IntRange(1), metavar="N",
                     help="So many workers, or with --executor-cores C so many times C."),
        click.option("--executor-cores", type=click.IntRange(1), metavar="C",
                     help="See --num-executors."),
        click.option("--total-executor-cores", type=click.IntRange(1), metavar="N",
                     help="So many workers."),
        click.option("--verbose", "-v", is_flag=True, help="Show the settings first."),
        click.option("--deploy-mode", callback=_client, hidden=True, expose_value=False),
        click.option("--supervise", is_flag=True, hidden=True, callback=_tell, expose_value=False),
        *(click.option(name, hidden=True, callback=_tell, expose_value=False)
          for name in _WITHOUT_MEANING),
        *(click.option(name, hidden=True, callback=_refuse, expose_value=False)
          for name in _REFUSED),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def master_of(
    master: str | None, executors: int | None, cores: int | None, total: int | None
) -> str | None:
    """The master that the options say, or None.

    Raises:
        click.BadParameter: Pyrite does not run there.
    """
    if master is not None:
        try:
            Master.parse(master)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--master") from None
        return master
    if total is None and executors is None and cores is None:
        return None
    return f"local[{total or (executors or 1) * (cores or 1)}]"


def properties(path: str | None) -> dict[str, str]:
    """Settings from a file of Java's kind: ``name value``, ``name=value`` or ``name: value``."""
    settings: dict[str, str] = {}
    if path is None:
        return settings
    with open(path, encoding="utf-8") as file:
        for line in map(str.strip, file):
            if line and line[0] not in "#!":
                end = next((at for at, sign in enumerate(line) if sign in "=: \t"), len(line))
                settings[line[:end]] = (
                    line[end:].lstrip().removeprefix("=").removeprefix(":").strip()
                )
    return settings


def settings_of(given: Mapping[str, str | None]) -> dict[str, str]:
    """Those of the options that became settings, under Spark's names."""
    names = {
        "files": "spark.files",
        "archives": "spark.archives",
        "executor_memory": "spark.executor.memory",
    }
    return {name: value for option, name in names.items() if (value := given[option])}


def show(settings: Sequence[tuple[str, str]]) -> None:
    """What ``--verbose`` shows, on the error stream."""
    for name, value in settings:
        click.echo(f"{name} = {value}", err=True)


def _absolute(_: click.Context, option: click.Parameter, given: str | None) -> str | None:
    """A comma list, with local paths absolute: the program may change its folder."""
    if given is None:
        return None
    items = [item.strip() for item in given.split(",") if item.strip()]
    return ",".join(item if "://" in item else os.path.abspath(item) for item in items)


def _tell(_: click.Context, option: click.Parameter, given: object) -> None:
    if given:
        click.echo(f"Warning: {option.opts[0]} means nothing to Pyrite.", err=True)


def _refuse(_: click.Context, option: click.Parameter, given: object) -> None:
    if given:
        raise click.UsageError(f"{option.opts[0]}: {_REFUSED[option.opts[0]]}.")


def _client(_: click.Context, option: click.Parameter, given: str | None) -> None:
    if given not in (None, "client"):
        raise click.BadParameter(f"{given!r}: a program runs where it is submitted, as in client")
