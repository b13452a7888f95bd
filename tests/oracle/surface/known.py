"""Examples of PySpark's docstrings that do not pass on Pyrite, or are not about RDDs, and why.

A key is the qualified name of a docstring; ``#2`` after it means its second example, ``#2-4`` the
second to the fourth. The run fails when an example fails that is not listed, and when one that is
listed passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def examples(table: Mapping[str, str], docstring: str, number: int) -> dict[int, str]:
    """The examples, counted from 1, of a docstring of ``number`` that are in ``table``."""
    return {
        each: reason
        for key, reason in table.items()
        if key.partition("#")[0] == docstring
        for each in _numbers(key, number)
    }


def _numbers(key: str, number: int) -> Iterator[int]:
    first, _, last = key.partition("#")[2].partition("-")
    yield from range(int(first or 1), int(last or first or number) + 1)


_HADOOP = "reads or writes through Java classes of Hadoop's, which come with the MapReduce layer"
_FRAMES = "about DataFrames"
_JAVA_OBJECT = "reaches for the Java object behind a Python one"
_HELPER = "an internal helper of PySpark's"

OUTSIDE: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "pyspark.core.context.SparkContext.sequenceFile",
            "pyspark.core.context.SparkContext.newAPIHadoopFile",
            "pyspark.core.context.SparkContext.newAPIHadoopRDD",
            "pyspark.core.context.SparkContext.hadoopFile",
            "pyspark.core.context.SparkContext.hadoopRDD",
            "pyspark.core.rdd.RDD.saveAsNewAPIHadoopDataset",
            "pyspark.core.rdd.RDD.saveAsNewAPIHadoopFile",
            "pyspark.core.rdd.RDD.saveAsHadoopDataset",
            "pyspark.core.rdd.RDD.saveAsHadoopFile",
            "pyspark.core.rdd.RDD.saveAsSequenceFile",
        ),
        _HADOOP,
    ),
    "pyspark.core.context.SparkContext.getSystemProperty": "properties of the Java machine",
    "pyspark.conf.SparkConf#18-19": _JAVA_OBJECT,
    "pyspark.serializers#9": _JAVA_OBJECT,
    "pyspark.taskcontext.TaskContext#10-31": _FRAMES,
    "pyspark.util.is_remote_only": "about Spark Connect",
    **dict.fromkeys(
        (
            "pyspark.util.VersionUtils.majorMinorVersion",
            "pyspark.util.try_simplify_traceback",
            "pyspark.util._parse_memory",
        ),
        _HELPER,
    ),
}
"""Not about RDDs: not run, and not counted."""

FAILURES: dict[str, str] = {
    "pyspark.core.rdd.RDD.toDebugString#2": "names Scala's classes; Pyrite names its own",
    "pyspark.core.context.SparkContext#3": "Pyrite runs several contexts side by side",
    "pyspark.core.context.SparkContext.uiWebUrl#1": "there is no web page yet: None",
    **dict.fromkeys(
        (
            "pyspark.core.rdd.RDD.persist#11",
            "pyspark.accumulators.Accumulator#17",
            "pyspark.accumulators.Accumulator#19",
        ),
        "expects an exception of the JVM; Pyrite raises one of Python's",
    ),
    "pyspark.statcounter.StatCounter.asDict#1": "prints a long of Python 2: PySpark fails it too",
    "pyspark.resource.profile.ResourceProfile#5-8": (
        "no GPUs to be had: Spark too refuses resource profiles on a local master"
    ),
}
"""About RDDs, and another outcome on Pyrite."""
