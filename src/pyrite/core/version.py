"""Which Pyrite this is, and whose names it has."""

from __future__ import annotations

import re

__version__ = "0.1.0"

PYSPARK_VERSION = "4.2.0"
"""The PySpark whose names and results the RDD side has; ``pyspark.__version__`` of programs."""


class VersionUtils:
    """PySpark's helper for reading versions."""

    @staticmethod
    def majorMinorVersion(sparkVersion: str) -> tuple[int, int]:
        """The first two numbers of a version.

        Raises:
            ValueError: it does not begin with two.

        Example:
            >>> VersionUtils.majorMinorVersion("4.2.0-SNAPSHOT")
            (4, 2)
        """
        match = re.match(r"(\d+)\.(\d+)(?:\.|$)", sparkVersion)
        if match is None:
            raise ValueError(f"{sparkVersion!r} does not begin with two numbers, as 4.2.0 does")
        return int(match[1]), int(match[2])
