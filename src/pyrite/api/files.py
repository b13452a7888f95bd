"""Files that travel with a program."""

from __future__ import annotations

import os
import sys

from pyrite.api.application import Application


class Files(Application):
    """The side of a `SparkContext` that hands files to tasks."""

    def addPyFile(self, path: str) -> None:
        """Let the driver and all stages from now on import from a .py file or .zip package."""
        importable(path)


def importable(path: str) -> None:
    """Let this process, and the tasks of the stages to come, import from ``path``."""
    if not os.path.exists(path):
        raise FileNotFoundError(f"there is no file {path} to import from")
    folder = os.path.abspath(path if path.endswith((".zip", ".egg")) else os.path.dirname(path))
    if folder not in sys.path:
        sys.path.insert(1, folder)
