"""``pyspark.errors``.

Where PySpark raises a ``PySparkValueError``, which is a ``ValueError``, Pyrite raises some
``ValueError``. So the names stand for Python's own classes here: ``except PySparkValueError``
catches what it should. `PySparkException` stands for Pyrite's own errors.
"""

from pickle import PicklingError as PySparkPicklingError

from pyrite.core.errors import PyriteError as PySparkException
from pyrite.core.errors import SerializationError as PickleException
from pyrite.sql.errors import (
    AnalysisException,
    ParseException,
    PythonException,
    QueryExecutionException,
    SparkRuntimeException,
    SparkUpgradeException,
    StreamingQueryException,
    TempTableAlreadyExistsException,
    UnknownException,
)

ArithmeticException = ArithmeticError
ArrayIndexOutOfBoundsException = IndexError
DateTimeException = ValueError
IllegalArgumentException = ValueError
NumberFormatException = ValueError
PySparkAssertionError = AssertionError
PySparkAttributeError = AttributeError
PySparkImportError = ImportError
PySparkIndexError = IndexError
PySparkKeyError = KeyError
PySparkNotImplementedError = NotImplementedError
PySparkRuntimeError = RuntimeError
PySparkTypeError = TypeError
PySparkValueError = ValueError
SparkNoSuchElementException = KeyError
UnsupportedOperationException = NotImplementedError

__all__ = [
    "AnalysisException",
    "ArithmeticException",
    "ArrayIndexOutOfBoundsException",
    "DateTimeException",
    "IllegalArgumentException",
    "NumberFormatException",
    "ParseException",
    "PickleException",
    "PySparkAssertionError",
    "PySparkAttributeError",
    "PySparkException",
    "PySparkImportError",
    "PySparkIndexError",
    "PySparkKeyError",
    "PySparkNotImplementedError",
    "PySparkPicklingError",
    "PySparkRuntimeError",
    "PySparkTypeError",
    "PySparkValueError",
    "PythonException",
    "QueryExecutionException",
    "SparkNoSuchElementException",
    "SparkRuntimeException",
    "SparkUpgradeException",
    "StreamingQueryException",
    "TempTableAlreadyExistsException",
    "UnknownException",
    "UnsupportedOperationException",
]
