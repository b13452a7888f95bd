"""Datasets whose every record must lie in the same place on PySpark and on Pyrite.

Where within a partition PySpark's order is one of chance, that is left out by sorting.
"""

from __future__ import annotations

import datetime
import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.oracle.programs import NAN, OTHER, PAIRS, WORDS, Point

Layout = Callable[[Any], Any]
"""Takes a context and gives a dataset."""

KEYS = [
    None, True, False, 0, -1, -2, 7, 2**31, -(2**40), 2**61 - 1, 2**80, -(2**80), 0.5, -0.0, 1e300,
    float("inf"), "", "a", "wörd", b"", b"\xff", (), (None,), (1, "a"), (None, (-1, "b")), ((),),
    frozenset(), frozenset({1, "a"}), Decimal("1.50"), datetime.date(2026, 1, 2), 1 + 2j,
    datetime.datetime(2026, 1, 2, 3), ("a", 2.5, b"c", None, (True, (False,))), Point(1, 2),
]  # fmt: skip
"""Of every kind that has a hash of its own on both engines."""

MANY = [(key, i) for i, key in enumerate(KEYS * 3)]


def pairs(sc: Any, parts: int = 3) -> Any:
    return sc.parallelize([(i * 7 % 10, i) for i in range(40)], parts)


def tens(sc: Any, parts: int = 3, size: int = 100) -> Any:
    return sc.parallelize(range(size), parts)


def lists(groups: Any) -> Any:
    return groups.mapValues(lambda sides: tuple(list(side) for side in sides))


SLICES: dict[str, Layout] = {
    "a generator": lambda sc: sc.parallelize((x * x for x in range(11)), 4),
    "a dict": lambda sc: sc.parallelize({"a": 1, "b": 2, "c": 3}, 2),
    "a tuple": lambda sc: sc.parallelize((1, 2, 3, 4, 5), 2),
    "text": lambda sc: sc.parallelize("abcdefg", 3),
    "bytes": lambda sc: sc.parallelize(b"abcdefg", 3),
    "a range of one": lambda sc: sc.parallelize(range(5, 6), 3),
    "a range down": lambda sc: sc.parallelize(range(20, 0, -3), 3),
    "a long range": lambda sc: sc.parallelize(range(10**6, 10**6 + 97), 8),
    "a long list": lambda sc: sc.parallelize(list(range(9000)), 4).map(lambda x: x % 5),
    "a dictionary's items": lambda sc: sc.parallelize({"a": 1, "b": 2}.items(), 2),
    "NumPy numbers": lambda sc: sc.parallelize(_numbers(11), 4).map(int),
    "rows of a NumPy array": lambda sc: sc.parallelize(_numbers(12).reshape(6, 2), 4).map(
        lambda row: row.tolist()
    ),
}

MOVED: dict[str, Layout] = {
    **{
        f"repartition {parts} to {number}": (
            lambda sc, parts=parts, number=number: tens(sc, parts).repartition(number)
        )
        for parts, number in [(3, 4), (2, 8), (7, 3), (5, 1), (1, 16), (40, 7)]
    },
    "repartition few": lambda sc: tens(sc, 3, 5).repartition(4),
    "repartition nothing": lambda sc: tens(sc, 3, 0).repartition(2),
    "repartition after a map": lambda sc: tens(sc).map(lambda x: -x).repartition(4),
    "repartition a list": lambda sc: sc.parallelize(list("abcdefghijklmnopqrstuvw"), 2).repartition(
        3
    ),
    "repartition, a step between": lambda sc: (
        tens(sc).repartition(4).map(lambda x: x + 1).repartition(3)
    ),
    "repartition after a shuffle": lambda sc: pairs(sc).reduceByKey(operator.add).repartition(4),
    "coalesce with shuffle": lambda sc: tens(sc).coalesce(5, shuffle=True),
    **{
        f"coalesce {parts} to {number}": (
            lambda sc, parts=parts, number=number: tens(sc, parts).coalesce(number)
        )
        for parts, number in [(7, 3), (10, 4), (3, 3), (3, 1), (2, 5)]
    },
    "coalesce after a shuffle": lambda sc: pairs(sc).partitionBy(7).coalesce(3),
    "coalesce a union": lambda sc: tens(sc, 3).union(tens(sc, 4)).coalesce(5),
    "partitionBy": lambda sc: pairs(sc).partitionBy(4),
    "partitionBy many": lambda sc: pairs(sc).partitionBy(17),
    "partitionBy a rule": lambda sc: pairs(sc).partitionBy(3, lambda key: key * 5 + 1),
    "partitionBy keys of every kind": lambda sc: sc.parallelize(MANY, 4).partitionBy(5),
    "partitionBy tuples": lambda sc: sc.parallelize(
        [((i, -i, (str(i), None)), i) for i in range(50)], 3
    ).partitionBy(8),
}

GROUPED: dict[str, Layout] = {
    "groupByKey": lambda sc: pairs(sc).groupByKey().mapValues(list),
    "groupByKey, keys of every kind": lambda sc: (
        sc.parallelize(MANY, 4).groupByKey(5).mapValues(list)
    ),
    "groupBy": lambda sc: tens(sc).groupBy(lambda x: x % 13, 4).mapValues(list),
    "reduceByKey": lambda sc: sc.parallelize(MANY, 4).reduceByKey(operator.sub, 3),
    "combineByKey": lambda sc: pairs(sc).combineByKey(
        lambda v: [v], lambda c, v: [*c, v], operator.add, 3
    ),
    "aggregateByKey": lambda sc: pairs(sc).aggregateByKey(
        (), lambda c, v: (*c, v), operator.add, 2
    ),
    "foldByKey": lambda sc: pairs(sc).foldByKey(1, operator.sub, 3),
    "distinct": lambda sc: sc.parallelize(WORDS * 2, 3).distinct(),
    "distinct of every kind": lambda sc: sc.parallelize(KEYS * 2, 3).distinct(4),
    "subtract": lambda sc: tens(sc, 3, 30).subtract(tens(sc, 2, 9), 4),
    "subtractByKey": lambda sc: pairs(sc).subtractByKey(sc.parallelize([(0, 0), (5, 0)]), 3),
    "cogroup": lambda sc: lists(pairs(sc).cogroup(pairs(sc, 2).mapValues(str), 3)),
    "groupWith": lambda sc: lists(pairs(sc, 1).groupWith(sc.emptyRDD())),
    "join": lambda sc: pairs(sc).join(pairs(sc, 2).mapValues(str), 4),
    "join of text": lambda sc: sc.parallelize(PAIRS, 3).join(sc.parallelize(OTHER, 2), 3),
    "leftOuterJoin": lambda sc: sc.parallelize(PAIRS, 3).leftOuterJoin(sc.parallelize(OTHER, 2), 3),
    "rightOuterJoin": lambda sc: sc.parallelize(PAIRS, 3).rightOuterJoin(
        sc.parallelize(OTHER, 2), 3
    ),
    "fullOuterJoin": lambda sc: sc.parallelize(PAIRS, 3).fullOuterJoin(sc.parallelize(OTHER, 2), 3),
    "join in place": lambda sc: pairs(sc).partitionBy(3).join(pairs(sc, 2).partitionBy(3)),
    "intersection": lambda sc: (
        tens(sc, 2, 30).intersection(tens(sc, 3, 9)).coalesce(1).glom().map(sorted)
    ),
    "reduceByKey in place": lambda sc: pairs(sc).partitionBy(3).reduceByKey(operator.add),
    "groupByKey in place": lambda sc: pairs(sc).partitionBy(3).groupByKey().mapValues(list),
}

SORTED: dict[str, Layout] = {
    "sortByKey": lambda sc: pairs(sc).sortByKey(),
    "sortByKey down": lambda sc: pairs(sc).sortByKey(False, 4),
    "sortByKey to many": lambda sc: pairs(sc).sortByKey(numPartitions=9),
    "sortByKey to one": lambda sc: pairs(sc).sortByKey(numPartitions=1),
    "sortBy": lambda sc: sc.range(2000, numSlices=5).sortBy(lambda x: x * 7919 % 2003),
    "sortBy down": lambda sc: sc.range(3000, numSlices=3).sortBy(lambda x: x * 31 % 97, False, 7),
    "sortBy nothing": lambda sc: sc.parallelize([], 2).sortBy(abs, numPartitions=5),
    "sortBy text": lambda sc: sc.parallelize(WORDS * 30, 4).sortBy(lambda x: x, numPartitions=3),
    "repartitionAndSortWithinPartitions": lambda sc: pairs(sc).repartitionAndSortWithinPartitions(
        3, ascending=False
    ),
}

DRAWN: dict[str, Layout] = {
    "sample": lambda sc: tens(sc).sample(False, 0.4, 3),
    "sample with replacement": lambda sc: tens(sc).sample(True, 0.7, 3),
    "sample, a negative seed": lambda sc: tens(sc).sample(False, 0.4, -3),
    "takeSample": lambda sc: sc.parallelize(tens(sc).takeSample(False, 20, 7), 1),
    "takeSample with replacement": lambda sc: sc.parallelize(tens(sc).takeSample(True, 30, 7), 1),
    **{
        f"randomSplit, {i}": lambda sc, i=i: tens(sc).randomSplit([2, 0.5, 0, 1], 17)[i]
        for i in range(4)
    },
    "sampleByKey": lambda sc: (
        tens(sc).keyBy(lambda x: "abc"[x % 3]).sampleByKey(False, {"a": 0.2, "b": 0.9, "c": 0}, 5)
    ),
    "sampleByKey with replacement": lambda sc: (
        tens(sc).keyBy(lambda x: "abc"[x % 3]).sampleByKey(True, {"a": 0.2, "b": 25, "c": 1}, 5)
    ),
}

PLACED: dict[str, Layout] = {
    "zipWithIndex": lambda sc: pairs(sc, 4).filter(lambda kv: kv[0] != 7).zipWithIndex(),
    "zipWithUniqueId": lambda sc: pairs(sc, 4).zipWithUniqueId(),
    "zip": lambda sc: tens(sc).zip(tens(sc).map(str)),
    "union": lambda sc: tens(sc, 2, 5).union(sc.parallelize("ab", 3)),
    "union in place": lambda sc: pairs(sc).partitionBy(3).union(pairs(sc, 2).partitionBy(3)),
    "union of three": lambda sc: sc.union([tens(sc, 2, 5), sc.emptyRDD(), tens(sc, 3, 7)]),
    "cartesian": lambda sc: tens(sc, 2, 4).cartesian(sc.parallelize("abcd", 2)),
    "cartesian, sorted": lambda sc: (
        tens(sc, 3, 10).map(abs).cartesian(tens(sc, 2, 7).map(str)).mapPartitions(sorted)
    ),
    "mapValues": lambda sc: pairs(sc).partitionBy(3).mapValues(lambda v: v * NAN if v < 0 else v),
    "filter after a shuffle": lambda sc: pairs(sc).partitionBy(3).filter(lambda kv: kv[1] % 2),
}

LAYOUTS: dict[str, Layout] = {**SLICES, **MOVED, **GROUPED, **SORTED, **DRAWN, **PLACED}


def _numbers(end: int) -> Any:
    import numpy as np

    return np.arange(end)
