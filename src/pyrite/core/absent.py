"""PySpark's modules and names that Pyrite does not have: who imports one is told what to use."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from os.path import abspath, dirname, sep
from types import ModuleType
from typing import NoReturn

from pyrite.core.errors import UnsupportedImportError

_FRAMES = (
    "DataFrames and SQL are to come. Until then use RDDs, which hold any Python records (dicts, "
    "tuples, pyspark.sql.Row), or collect() into pandas or pyarrow"
)
_TYPES = (
    "schemas come with DataFrames. The records of an RDD need none: use dicts, dataclasses or Row"
)
_SESSION = "use SparkSession.builder.getOrCreate(), or SparkContext()"
_ML = (
    "there is no library for machine learning yet. Train with scikit-learn on what collect() or a "
    "sample gives, or write the steps over an RDD of NumPy arrays"
)
_INSIDE = "it is a part of PySpark's own machinery, of which Pyrite has another"
_NO_JVM = "there is no JVM. An exception of a task's is raised in the driver as itself"
_TYPE_NAMES = (
    "ArrayType AtomicType BinaryType BooleanType ByteType CharType DataType DateType "
    "DayTimeIntervalType DecimalType DoubleType FloatType IntegerType IntegralType LongType "
    "MapType NullType NumericType ShortType StringType StructField StructType TimestampNTZType "
    "TimestampType UserDefinedType VarcharType VariantType VariantVal YearMonthIntervalType"
)
_SQL_NAMES = (
    "Catalog Column DataFrame DataFrameNaFunctions DataFrameReader DataFrameStatFunctions "
    "DataFrameWriter DataFrameWriterV2 Geography Geometry GroupedData MergeIntoWriter Observation "
    "PandasCogroupedOps UDFRegistration UDTFRegistration VariantVal Window WindowSpec"
)
_SQL_MODULES = (
    "avro catalog classic column conf connect dataframe datasource functions group merge metrics "
    "observation pandas plot protobuf readwriter streaming tvf udf udtf variant_utils window"
)
_INNER_MODULES = (
    "daemon find_spark_home install instrumentation_utils java_gateway logger loose_version "
    "memory_profiler_ext shell shuffle threaddump traceback_utils worker worker_util"
)

ADVICE: Mapping[str, str] = {
    "SQLContext": _SESSION,
    "HiveContext": _SESSION,
    "sql.context": _SESSION,
    "sql.SQLContext": _SESSION,
    "sql.HiveContext": _SESSION,
    **{f"sql.{name}": _FRAMES for name in f"{_SQL_NAMES} {_SQL_MODULES}".split()},
    **{f"sql.types.{name}": _TYPES for name in _TYPE_NAMES.split()},
    "ml": _ML,
    "mllib": _ML,
    "pandas": "the pandas API comes with DataFrames, which are to come; use pandas itself, on what "
    "collect() gives or inside mapPartitions",
    "streaming": "streams are to come; run a job for each batch of new files",
    "pipelines": "declarative pipelines come with DataFrames; write the steps as jobs",
    "testing": "use Pyrite's own fixtures and comparisons for pytest, in docs/testing.md",
    "join": "use the methods of RDDs: join, leftOuterJoin, cogroup",
    "rddsampler": "use the methods of RDDs: sample, sampleByKey, randomSplit",
    "errors.exceptions": "import the exceptions from pyspark.errors",
    "cloudpickle": "import cloudpickle, the package itself",
    **dict.fromkeys(_INNER_MODULES.split(), _INSIDE),
}
"""What to use, by dotted name below ``pyspark``."""

_PACKAGES = ("pyrite.compat.pyspark.", "pyspark.", "pyrite.")
_ENGINE = dirname(dirname(abspath(__file__))) + sep
_IMPORTLIB = dirname(abspath(import_module.__code__.co_filename)) + sep
_NO_PROGRAM = (_ENGINE, _IMPORTLIB, "<frozen importlib")


class Absent(MetaPathFinder):
    """Comes last on ``sys.meta_path``: finds nothing, and says why."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> None:
        """Refuse what `ADVICE` names; leave the rest to Python's own message.

        Raises:
            UnsupportedImportError: Pyrite lacks it.
        """
        _check(fullname)


def lookup(package: str, name: str) -> ModuleType:
    """The ``__getattr__`` of a package: its module of that name.

    Raises:
        UnsupportedImportError: PySpark has it, and Pyrite does not.
        AttributeError: nobody has it.
    """
    full = f"{package}.{name}"
    _check(full)
    if not name.startswith("_"):
        try:
            return import_module(full)
        except ModuleNotFoundError as error:
            if error.name != full:
                raise
    message = f"module {package!r} has no attribute {name!r}"
    raise AttributeError(message, name=name, obj=sys.modules[package])


def _check(full: str) -> None:
    if full == "py4j":
        _refuse(full, _NO_JVM)
    for package in _PACKAGES:
        name = full.removeprefix(package)
        if name != full and name in ADVICE:
            _refuse(f"pyspark.{name}", ADVICE[name])


def _refuse(asked: str, advice: str) -> NoReturn:
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_NO_PROGRAM):
        frame = frame.f_back
    place = f"{frame.f_code.co_filename}:{frame.f_lineno}"
    raise UnsupportedImportError(
        f"{place} asks for {asked}, which Pyrite does not have: {advice}", name=asked
    )
