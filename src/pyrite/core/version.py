"""Which Pyrite this is, and whose names it has."""

from __future__ import annotations

__version__ = "0.1.0"

PYSPARK_VERSION = "4.2.0"
"""The PySpark whose names and results the RDD side has; ``pyspark.__version__`` of programs."""
