"""``pyrite version``: what is installed, for people and for reports of trouble."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed

import click

from pyrite.core.version import __version__

USES = ["cloudpickle", "fsspec", "lz4", "zstandard"]
OPTIONAL = {
    "ipython": "a richer pyrite shell",
    "s3fs": "s3:// addresses",
    "pyarrow": "hdfs:// addresses",
}


@click.command()
def version() -> None:
    """Show the versions of Pyrite, Python and packages."""
    rows = [
        ("pyrite", __version__),
        ("python", f"{platform.python_version()} ({platform.python_implementation()})"),
        ("platform", platform.platform()),
        *((name, installed(name)) for name in USES),
    ]
    for name, purpose in OPTIONAL.items():
        try:
            rows.append((name, installed(name)))
        except PackageNotFoundError:
            rows.append((name, f"not installed (for {purpose})"))
    for name, said in rows:
        click.echo(f"{name:<12} {said}")
