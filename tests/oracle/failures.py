"""Programs that end with an exception: the same kind and first line on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.oracle.outcomes import Program


class NoSuchWord(LookupError):
    """An exception of the user's own."""


def refuse(x: Any) -> Any:
    raise NoSuchWord(f"no such word: {x}")


def refuse_all(records: Iterator[Any]) -> None:
    raise NoSuchWord("not one")


def deep(x: int) -> float:
    return 1 / x


FAILURES: dict[str, Program] = {
    "reduce nothing": lambda sc: sc.parallelize([], 3).reduce(max),
    "reduce emptyRDD": lambda sc: sc.emptyRDD().reduce(max),
    "treeReduce nothing": lambda sc: sc.parallelize([], 3).treeReduce(max),
    "treeReduce emptyRDD": lambda sc: sc.emptyRDD().treeReduce(max),
    "treeReduce in no steps": lambda sc: sc.range(3).treeReduce(max, 0),
    "treeAggregate in no steps": lambda sc: sc.range(3).treeAggregate(0, max, max, -1),
    "first of nothing": lambda sc: sc.parallelize([], 3).first(),
    "first of emptyRDD": lambda sc: sc.emptyRDD().first(),
    "max of nothing": lambda sc: sc.parallelize([]).max(),
    "min of nothing": lambda sc: sc.parallelize([]).min(key=str),
    "takeOrdered of a negative number": lambda sc: sc.range(3).takeOrdered(-1),
    "takeSample of a negative number": lambda sc: sc.range(3).takeSample(False, -1),
    "histogram in no bucket": lambda sc: sc.range(3).histogram(0),
    "histogram by one bound": lambda sc: sc.range(3).histogram([1]),
    "histogram by unsorted bounds": lambda sc: sc.range(3).histogram([1, 0]),
    "histogram by equal bounds": lambda sc: sc.range(3).histogram([1, 1]),
    "histogram by NaN": lambda sc: sc.range(3).histogram([0, float("nan")]),
    "histogram by text": lambda sc: sc.range(3).histogram("ab"),
    "histogram of text in parts": lambda sc: sc.parallelize(["a", "b"]).histogram(2),
    "histogram of infinity": lambda sc: sc.parallelize([1.0, float("inf")]).histogram(2),
    "an exception in map": lambda sc: sc.range(3).map(deep).collect(),
    "an exception in filter": lambda sc: sc.range(3).filter(lambda x: x + "a").count(),
    "an exception of the user's own": lambda sc: sc.parallelize(["a"]).map(refuse).collect(),
    "an exception in a reducer": lambda sc: (
        sc.parallelize([(1, 1), (1, "a")], 2).reduceByKey(lambda a, b: a + b).collect()
    ),
    "an exception in a partitioner": lambda sc: (
        sc.parallelize([("a", 1)], 1).partitionBy(2, lambda key: key.number).collect()
    ),
    "keys that do not compare": lambda sc: (
        sc.parallelize([("a", 1), (2, 1)], 1).sortByKey(numPartitions=1).collect()
    ),
    "records that do not add up": lambda sc: sc.parallelize(["a"]).sum(),
    "records that are no pairs": lambda sc: sc.range(2).mapValues(str).collect(),
    "a key twice": lambda sc: sc.parallelize([1]).collectAsMap(),
    "a generator that fails": lambda sc: (
        sc.range(2).flatMap(lambda x: (1 // y for y in [x])).collect()
    ),
    "randomSplit by a negative weight": lambda sc: sc.range(3).randomSplit([1, -1]),
    "randomSplit by nothing": lambda sc: sc.range(3).randomSplit([0, 0.0]),
    "sampleByKey of an unknown key": lambda sc: (
        sc.parallelize([(1, 2)]).sampleByKey(False, {2: 0.5}).collect()
    ),
    "countApproxDistinct too exactly": lambda sc: sc.range(3).countApproxDistinct(0.00001),
    "reduceByKeyLocally of no pairs": lambda sc: sc.range(3).reduceByKeyLocally(max),
    "foreach fails": lambda sc: sc.range(2).foreach(deep),
    "foreachPartition fails": lambda sc: sc.range(2).foreachPartition(refuse_all),
}
