"""PySpark's RDDs, without web page and progress bar; its other defaults are left as they are."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from benchmarks.engines import not_installed
from benchmarks.engines.rdd import PROGRAMS, context, warm

__all__ = ["MODULE", "PACKAGES", "PROGRAMS", "TITLE", "missing", "started", "warm"]

TITLE = "PySpark"
PACKAGES = ("pyspark",)
MODULE = "pyspark"


def missing() -> str:
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        return "there is no Java"
    return not_installed("pyspark")


@contextmanager
def started(cores: int, folder: str, settings: Mapping[str, str]) -> Iterator[Any]:
    import pyspark

    with context(pyspark, cores, folder, settings) as sc:
        yield sc
