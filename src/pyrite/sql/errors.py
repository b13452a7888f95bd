"""PySpark's exceptions of SQL. Programs name them in ``except``; nothing raises them yet."""

from __future__ import annotations

from pyrite.core.errors import PyriteError

PythonException = Exception
"""PySpark raises it for any exception of a task's, which is raised here as itself."""


class AnalysisException(PyriteError):
    """A query means nothing."""


class ParseException(AnalysisException):
    """A query cannot be read."""


class TempTableAlreadyExistsException(AnalysisException):
    """A view of that name is there already."""


class QueryExecutionException(PyriteError):
    """A query failed."""


class StreamingQueryException(PyriteError):
    """A streaming query failed."""


class SparkRuntimeException(PyriteError):
    """A query failed at run time."""


class SparkUpgradeException(PyriteError):
    """A query means something else than in an earlier Spark."""


class UnknownException(PyriteError):
    """A query failed for no known reason."""
