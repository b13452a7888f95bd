"""PySpark's names that Pyrite does not have yet: the error says what to do in the meantime."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from pyrite.core.errors import UnsupportedAttributeError

_FORMATS = "Hadoop's formats come with the MapReduce layer; use saveAsTextFile and textFile"
_FRAMES = "DataFrames come later; stay with RDDs, or collect() into pandas or pyarrow"
_NO_JVM = "there is no JVM behind Pyrite; "

PLANNED_RDD: Mapping[str, str] = {
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

PLANNED_CONTEXT: Mapping[str, str] = {
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

PLANNED_CONF: Mapping[str, str] = {
    "_jconf": _NO_JVM + "use the methods of SparkConf: set(), get(), getAll()",
}


def planned(owner: object, names: Mapping[str, str], name: str) -> NoReturn:
    """The answer to a name that ``owner`` does not have.

    Raises:
        UnsupportedAttributeError: PySpark has it.
        AttributeError: nobody has it. Python then looks for one that is spelt alike.
    """
    kind = type(owner).__name__
    if name in names:
        raise UnsupportedAttributeError(f"{kind}.{name}: {names[name]}")
    raise AttributeError(f"{kind} has no attribute {name!r}", name=name, obj=owner)
