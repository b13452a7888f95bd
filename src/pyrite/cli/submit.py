"""``pyrite submit``: run a program with settings given from outside."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from pyrite.api.conf import SparkConf
from pyrite.cli.program import run
from pyrite.cli.settings import engine_options, export
from pyrite.cli.spark_submit import (
    master_of,
    properties,
    settings_of,
    show,
    spark_options,
)
from pyrite.compat import FOLDER as PYSPARK_FOLDER


def _paths(_: click.Context, option: click.Parameter, given: str | None) -> list[str]:
    """A comma list of modules and archives: those of this machine must exist, and are absolute."""
    paths = []
    for item in filter(None, map(str.strip, (given or "").split(","))):
        path = Path(item).resolve()
        if "://" not in item and not path.exists():
            raise click.BadParameter(f"{path} does not exist")
        if path.suffix not in {".py", ".zip", ".egg", ".whl"} and not path.is_dir():
            raise click.BadParameter(f"{path} is not a .py file, an archive of them or a folder")
        paths.append(item if "://" in item else str(path))
    return paths


@click.command(context_settings={"allow_interspersed_args": False})
@engine_options
@click.option(
    "--py-files",
    metavar="A.py,B.zip",
    callback=_paths,
    help="Modules, archives or folders that the program and its workers may import from.",
)
@spark_options
@click.argument("app", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def submit(
    master: str | None,
    name: str | None,
    conf: dict[str, str],
    py_files: Sequence[str],
    properties_file: str | None,
    num_executors: int | None,
    executor_cores: int | None,
    total_executor_cores: int | None,
    verbose: bool,
    app: str,
    args: tuple[str, ...],
    **spark: str | None,
) -> None:
    """Run the program APP with its ARGS.

    APP may be - for standard input. Where it imports pyspark, it gets Pyrite. The options of
    spark-submit are taken too.

    Options come before APP: what follows it is the program's own. A setting that the program
    makes itself goes before one made here.
    """
    if app.endswith((".jar", ".R", ".r")):
        raise click.BadParameter(f"{app} is not a Python program", param_hint="APP")
    conf = {**properties(properties_file), **conf, **settings_of(spark)}
    master = master_of(master, num_executors, executor_cores, total_executor_cores)
    export(master, name, conf, py_files)
    if verbose:
        show(SparkConf().getAll())
    sys.argv = [app, *args]
    # As `python` does, the program's folder takes the place of this command's own; then come the
    # name `pyspark`, and the things that it was given to import.
    folder = "" if app == "-" else str(Path(app).resolve().parent)
    local = (path for path in py_files if "://" not in path)
    given = (str(Path(path).parent) if path.endswith(".py") else path for path in local)
    sys.path[: not sys.flags.safe_path] = dict.fromkeys([folder, PYSPARK_FOLDER, *given])

    with click.open_file(app, "rb") as stream:
        source = stream.read()
    sys.exit(run(source, "<stdin>" if app == "-" else app))
