"""What PySpark has and Pyrite has not, and what to use instead: the one list of it.

`pyrite.core.absent` turns each entry into an error, where a program imports it or asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping

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
_NO_JVM = "there is no JVM behind Pyrite; "
_FORMATS = "Hadoop's formats come with the MapReduce layer; use saveAsTextFile and textFile"
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

MODULES: Mapping[str, str] = {
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
"""By dotted name below ``pyspark``: modules, and what is in them."""

PY4J = (
    _NO_JVM + "an exception of a task's is raised in the driver as itself: catch Exception, or a "
    "class that tells more"
)
"""Of what `pyrite.compat` leaves out of the package that PySpark comes with."""

RDD_NAMES: Mapping[str, str] = {
    **dict.fromkeys(
        ("_jrdd", "_jrdd_deserializer", "_to_java_object_rdd"),
        _NO_JVM + "use the methods of the RDD itself: id(), getNumPartitions(), toDebugString()",
    ),
    "toDF": _FRAMES,
    **dict.fromkeys(
        (
            "saveAsHadoopFile",
            "saveAsHadoopDataset",
            "saveAsNewAPIHadoopFile",
            "saveAsNewAPIHadoopDataset",
            "saveAsSequenceFile",
        ),
        _FORMATS,
    ),
}

CONTEXT_NAMES: Mapping[str, str] = {
    **dict.fromkeys(
        ("_jsc", "_jvm", "_gateway"),
        _NO_JVM
        + "use sc.getConf() for settings, the logging module for logs, and fsspec for files "
        "in any store",
    ),
    **dict.fromkeys(
        ("sequenceFile", "newAPIHadoopFile", "newAPIHadoopRDD", "hadoopFile", "hadoopRDD"),
        _FORMATS,
    ),
}

CONF_NAMES: Mapping[str, str] = {
    "_jconf": _NO_JVM + "use the methods of SparkConf: set(), get(), getAll()",
}

SESSION_NAMES: Mapping[str, str] = dict.fromkeys(
    ("_jvm", "_jsc", "_jsparkSession"), _NO_JVM + "use the session's sparkContext and conf"
)
"""The other names of a session all come with DataFrames: `pyrite.sql.session`."""
