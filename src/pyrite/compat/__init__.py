"""The name ``pyspark`` for Pyrite: programs that import it run unchanged.

The folder of this file holds a package ``pyspark`` of small modules that give Pyrite's names under
PySpark's. Whoever has the folder on ``sys.path`` before an installed PySpark imports Pyrite:
``pyrite submit`` and ``pyrite shell`` see to it, and elsewhere `install` does. ``sys.path`` travels
to the workers, so that they import the same.
"""

from __future__ import annotations

import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
"""What to have on ``sys.path``."""

PYSPARK = os.path.join(FOLDER, "pyspark")
"""The package, whose modules are found below ``pyrite`` too."""


def install() -> None:
    """Let ``import pyspark`` give Pyrite from now on, here and in the workers of later contexts.

    For the top of a notebook, or of a program that is not started with ``pyrite submit``.

    Raises:
        ImportError: another PySpark is imported already.

    Example:
        >>> import pyrite.compat
        >>> pyrite.compat.install()     # doctest: +SKIP
        >>> from pyspark import SparkContext    # doctest: +SKIP
    """
    module = sys.modules.get("pyspark")
    file = os.path.abspath(getattr(module, "__file__", None) or PYSPARK)
    if not file.startswith(PYSPARK):
        raise ImportError(
            f"pyspark is imported already, from {file}; call pyrite.compat.install() before the "
            f"first import of pyspark"
        )
    if FOLDER in sys.path:
        sys.path.remove(FOLDER)
    sys.path.insert(0, FOLDER)
