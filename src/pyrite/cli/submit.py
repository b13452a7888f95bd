"""``pyrite submit``: run a program with settings given from outside."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from pyrite.cli.program import run
from pyrite.cli.settings import engine_options, export
from pyrite.compat import FOLDER as PYSPARK_FOLDER


def _paths(_: click.Context, option: click.Parameter, given: str | None) -> list[Path]:
    """A comma list of modules and archives that exist, as absolute paths."""
    paths = [Path(item.strip()).resolve() for item in (given or "").split(",") if item.strip()]
    for path in paths:
        if not path.exists():
            raise click.BadParameter(f"{path} does not exist")
        if path.suffix not in {".py", ".zip", ".egg", ".whl"} and not path.is_dir():
            raise click.BadParameter(f"{path} is not a .py file, an archive of them or a folder")
    return paths


@click.command(context_settings={"allow_interspersed_args": False})
@engine_options
@click.option(
    "--py-files",
    metavar="A.py,B.zip",
    callback=_paths,
    help="Modules, archives or folders that the program and its workers may import from.",
)
@click.argument("app", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def submit(
    master: str | None,
    name: str | None,
    conf: dict[str, str],
    py_files: Sequence[Path],
    app: str,
    args: tuple[str, ...],
) -> None:
    """Run the program APP with its ARGS; APP may be - for standard input.

    Where the program imports pyspark, it gets Pyrite.

    Options come before APP: what follows it is the program's own. A setting that the program
    makes itself goes before one made here.
    """
    export(master, name, conf, [str(path) for path in py_files])
    sys.argv = [app, *args]
    # As `python` does, the program's folder takes the place of this command's own; then come the
    # name `pyspark`, and the things that it was given to import.
    folder = "" if app == "-" else str(Path(app).resolve().parent)
    given = (str(path.parent if path.suffix == ".py" else path) for path in py_files)
    sys.path[: not sys.flags.safe_path] = dict.fromkeys([folder, PYSPARK_FOLDER, *given])

    with click.open_file(app, "rb") as stream:
        source = stream.read()
    sys.exit(run(source, "<stdin>" if app == "-" else app))
