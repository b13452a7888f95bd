"""``pyspark.sql.utils``: where older programs look for the exceptions."""

from pyrite.core.errors import PyriteError as CapturedException
from pyrite.sql.errors import (
    AnalysisException,
    ParseException,
    PythonException,
    QueryExecutionException,
    StreamingQueryException,
    UnknownException,
)

IllegalArgumentException = ValueError

__all__ = [
    "AnalysisException",
    "CapturedException",
    "IllegalArgumentException",
    "ParseException",
    "PythonException",
    "QueryExecutionException",
    "StreamingQueryException",
    "UnknownException",
]
