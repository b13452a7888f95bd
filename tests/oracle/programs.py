"""Small programs that must come to the same on PySpark and on Pyrite.

Where PySpark promises no order, the result is a `Bag`. Everything else is compared as it comes:
slices of `parallelize`, places of integer keys, `coalesce`, `zipWithIndex`, samples with a seed.
"""

from __future__ import annotations

import bz2
import enum
import gzip
import operator
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from tests.oracle import classics, jobs, shared
from tests.oracle.outcomes import Bag, Program

NAN = float("nan")
PAIRS = [("a", 1), ("b", 2), ("a", 3), ("c", 4), ("b", 5), ("a", 6)]
OTHER = [("a", 10), ("c", 20), ("d", 30), ("a", 40)]
WORDS = ["it", "was", "the", "best", "of", "times", "it", "was", "the", "worst", "of", "times"]
NUMBERS = [5, 3, 8, 1, 9, 2, 7, 4, 6, 0]


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@dataclass(frozen=True, order=True)
class Point:
    x: int
    y: int


class Town(NamedTuple):
    name: str
    number: int | None


class Add:
    """A callable object, and one with a method."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __call__(self, x: int) -> int:
        return x + self.number

    def add(self, x: int) -> int:
        return x + self.number


@contextmanager
def folder(files: Mapping[str, bytes]) -> Iterator[str]:
    """A folder with some files, for as long as the program runs."""
    with tempfile.TemporaryDirectory() as path:
        for name, content in files.items():
            os.makedirs(os.path.dirname(f"{path}/{name}"), exist_ok=True)
            with open(f"{path}/{name}", "wb") as file:
                file.write(content)
        yield path


def with_folder(
    files: Mapping[str, bytes], program: Callable[[Any, str], Any]
) -> Callable[[Any], Any]:
    def run(sc: Any) -> Any:
        with folder(files) as path:
            return program(sc, path)

    return run


def written(name: str, records: list[Any], **options: Any) -> Callable[[Any], Any]:
    """The names and lines of the files that `saveAsTextFile` writes in two partitions."""

    def run(sc: Any) -> Any:
        with folder({}) as path:
            sc.parallelize(records, 2).saveAsTextFile(f"{path}/{name}", **options)
            files = sorted(each for each in os.listdir(f"{path}/{name}") if each[0] not in "._")
            return files, Bag(sc.textFile(f"{path}/{name}").collect())

    return run


def grouped(pairs: Any) -> Bag:
    """Groups, in no order of keys nor of values."""
    return Bag(pairs.mapValues(sorted).collect())


def cogrouped(pairs: Any) -> Bag:
    return Bag(pairs.mapValues(lambda sides: tuple(map(sorted, sides))).collect())


def spread(dataset: Any) -> tuple[int, Bag]:
    """The number of partitions, and the records wherever they lie."""
    return dataset.getNumPartitions(), Bag(dataset.collect())


def joined_with_itself(sc: Any) -> Bag:
    pairs = sc.parallelize(PAIRS)
    return Bag(pairs.join(pairs).collect())


def joined_in_place(sc: Any) -> tuple[int, Bag]:
    return spread(sc.parallelize(PAIRS).partitionBy(3).join(sc.parallelize(OTHER).partitionBy(3)))


def united_in_place(sc: Any) -> list[list[Any]]:
    numbers, fewer = (sc.range(end).keyBy(abs).partitionBy(3) for end in (9, 5))
    return layout(numbers.union(fewer))


def united_with_itself(sc: Any) -> list[list[int]]:
    numbers = sc.range(3)
    return numbers.union(numbers).glom().collect()


def spread_of_numbers(sc: Any) -> tuple[float, ...]:
    numbers = sc.parallelize(NUMBERS, 3)
    return numbers.variance(), numbers.stdev(), numbers.sampleVariance(), numbers.sampleStdev()


def layout(dataset: Any) -> list[list[Any]]:
    """The records by partition, in no order within one."""
    return [sorted(part) for part in dataset.glom().collect()]


def bounds(estimate: Any) -> tuple[float, ...]:
    return float(estimate), estimate.confidence, estimate.low, estimate.high


def not_utf8(sc: Any) -> Any:
    """Bytes of another encoding, and sequences that are cut short."""
    with folder({"a": b"caf\xe9\n\xf0\x9f\x98\nna\xc3\xafve \xff\xfe\n"}) as path:
        return sc.textFile(path).collect(), sc.wholeTextFiles(path).values().collect()


SOURCES: dict[str, Program] = {
    "text that is not UTF-8": not_utf8,
    "parallelize, by default": lambda sc: sc.parallelize(range(7)).glom().collect(),
    "parallelize a list": lambda sc: sc.parallelize([0, 2, 3, 4, 6], 5).glom().collect(),
    "parallelize unevenly": lambda sc: sc.parallelize(list(range(10)), 3).glom().collect(),
    "parallelize more": lambda sc: sc.parallelize(list(range(23)), 4).glom().collect(),
    "parallelize too few": lambda sc: sc.parallelize([1, 2], 5).glom().collect(),
    "parallelize long lists": lambda sc: (
        sc.parallelize(list(range(5000)), 3).glom().map(len).collect()
    ),
    "parallelize a range": lambda sc: sc.parallelize(range(3, 50, 7), 4).glom().collect(),
    "parallelize an iterator": lambda sc: sc.parallelize(iter("abc"), 2).glom().collect(),
    "parallelize a set": lambda sc: sc.parallelize({3}, 2).glom().collect(),
    "parallelize nothing": lambda sc: sc.parallelize([], 3).glom().collect(),
    "parallelize an empty range": lambda sc: sc.parallelize(range(0), 3).glom().collect(),
    "range to": lambda sc: sc.range(5).glom().collect(),
    "range from to": lambda sc: sc.range(2, 6, numSlices=3).glom().collect(),
    "range by step": lambda sc: sc.range(1, 10, 3, 2).glom().collect(),
    "range to, by step": lambda sc: sc.range(10, step=3).collect(),
    "range down": lambda sc: sc.range(5, 0, -2, 2).glom().collect(),
    "emptyRDD": lambda sc: (sc.emptyRDD().getNumPartitions(), sc.emptyRDD().collect()),
    "emptyRDD and others": lambda sc: sc.emptyRDD().union(sc.range(2, numSlices=1)).collect(),
    "textFile": with_folder(
        {"a.txt": "eins\nzwei\r\n\ndrei ä\n".encode()},
        lambda sc, path: sc.textFile(f"{path}/a.txt").collect(),
    ),
    "textFile of bytes": with_folder(
        {"a.txt": b"one\ntwo"},
        lambda sc, path: sc.textFile(f"{path}/a.txt", use_unicode=False).map(type).collect(),
    ),
    "textFile in splits": with_folder(
        {"a.txt": b"".join(b"line %d\n" % i for i in range(100))},
        lambda sc, path: sc.textFile(f"{path}/a.txt", 4).glom().map(len).collect(),
    ),
    "textFile of a folder": with_folder(
        {"b": b"3\n", "a": b"1\n2\n", "_hidden": b"no\n", ".hidden": b"no\n"},
        lambda sc, path: Bag(sc.textFile(path).collect()),
    ),
    "textFile by a glob": with_folder(
        {"x1.txt": b"1\n", "x2.txt": b"2\n", "y.txt": b"3\n", "z.log": b"4\n"},
        lambda sc, path: Bag(sc.textFile(f"{path}/{{x[12],y}}.txt").collect()),
    ),
    "textFile of a list": with_folder(
        {"a": b"1\n", "b": b"2\n", "c": b"3\n"},
        lambda sc, path: Bag(sc.textFile(f"{path}/a,{path}/c").collect()),
    ),
    "textFile of compressed files": with_folder(
        {"a.gz": gzip.compress(b"1\n2\n"), "b.bz2": bz2.compress(b"3\n")},
        lambda sc, path: Bag(sc.textFile(path).collect()),
    ),
    "textFile of an empty file": with_folder(
        {"a": b""}, lambda sc, path: sc.textFile(f"{path}/a").collect()
    ),
    "wholeTextFiles": with_folder(
        {"a": b"1\n2", "b": b""},
        lambda sc, path: Bag(
            (os.path.basename(name), text) for name, text in sc.wholeTextFiles(path).collect()
        ),
    ),
}

FORMATS: dict[str, Program] = {
    "pickleFile": with_folder(
        {},
        lambda sc, path: (
            sc.parallelize([1, None, "a", (2.5, [b"x"])], 2).saveAsPickleFile(f"{path}/out"),
            Bag(sc.pickleFile(f"{path}/out").collect()),
        ),
    ),
    "pickleFile in one batch": with_folder(
        {},
        lambda sc, path: (
            sc.range(50, numSlices=3).saveAsPickleFile(f"{path}/out", 0),
            sorted(sc.pickleFile(f"{path}/out", 3).collect()),
        ),
    ),
    "binaryFiles": with_folder(
        {"a": b"\x00\xff", "b.gz": gzip.compress(b"text"), "c": b""},
        lambda sc, path: Bag(
            (os.path.basename(name), content) for name, content in sc.binaryFiles(path).collect()
        ),
    ),
    "binaryFiles, paths": with_folder(
        {"a": b""},
        lambda sc, path: [
            name.removesuffix(f"{path}/a") for name in sc.binaryFiles(path).keys().collect()
        ],
    ),
    "binaryRecords": with_folder(
        {"a": bytes(range(250)), "b": b"12345"},
        lambda sc, path: Bag(sc.binaryRecords(path, 5).collect()),
    ),
}

NARROW: dict[str, Program] = {
    "map": lambda sc: sc.parallelize(range(5), 2).map(lambda x: x * x).glom().collect(),
    "map a builtin": lambda sc: sc.parallelize(["1", "2"]).map(int).collect(),
    "map a partial": lambda sc: sc.range(3).map(partial(operator.add, 2)).collect(),
    "map a bound method": lambda sc: sc.range(3).map(Add(1).add).collect(),
    "map a callable object": lambda sc: sc.range(3).map(Add(1)).collect(),
    "filter": lambda sc: sc.range(9, numSlices=3).filter(lambda x: x % 2).glom().collect(),
    "flatMap": lambda sc: sc.parallelize(["a b", "", "c"]).flatMap(str.split).collect(),
    "flatMap text": lambda sc: sc.parallelize(["ab", "c"]).flatMap(lambda x: x).collect(),
    "mapPartitions": lambda sc: (
        sc.range(5, numSlices=2).mapPartitions(lambda x: [sum(x)]).collect()
    ),
    "mapPartitionsWithIndex": lambda sc: (
        sc.range(4, numSlices=2).mapPartitionsWithIndex(lambda i, x: ((i, y) for y in x)).collect()
    ),
    "mapValues": lambda sc: sc.parallelize(PAIRS).mapValues(lambda v: v + 1).collect(),
    "flatMapValues": lambda sc: sc.parallelize(PAIRS).flatMapValues(range).collect(),
    "keyBy": lambda sc: sc.range(3).keyBy(lambda x: -x).collect(),
    "keys": lambda sc: sc.parallelize(PAIRS).keys().collect(),
    "values": lambda sc: sc.parallelize(PAIRS).values().collect(),
    "values of longer records": lambda sc: sc.parallelize([(1, 2, 3)]).values().collect(),
    "union": lambda sc: sc.range(3).union(sc.parallelize("ab", 1)).glom().collect(),
    "union by +": lambda sc: (sc.range(2) + sc.range(2)).collect(),
    "union of many": lambda sc: sc.union([sc.range(i, numSlices=1) for i in range(4)]).collect(),
    "union with itself": united_with_itself,
    "coalesce": lambda sc: sc.range(10, numSlices=7).coalesce(3).glom().collect(),
    "coalesce to more": lambda sc: sc.range(4, numSlices=2).coalesce(5).getNumPartitions(),
    "coalesce with shuffle": lambda sc: spread(sc.range(10, numSlices=2).coalesce(5, shuffle=True)),
    "sample": lambda sc: sc.range(200, numSlices=3).sample(False, 0.3, 17).glom().collect(),
    "sample with replacement": lambda sc: (
        sc.range(100, numSlices=3).sample(True, 1.5, 17).glom().collect()
    ),
    "sample with much replacement": lambda sc: sc.range(9).sample(True, 25.0, 3).collect(),
    "sample none and all": lambda sc: (
        sc.range(9).sample(False, 0.0, 1).collect(),
        sc.range(9).sample(False, 1.0, 1).collect(),
    ),
    "zip": lambda sc: sc.range(5).zip(sc.range(5).map(str)).collect(),
    "zipWithIndex": lambda sc: (
        sc.parallelize("abcdefg", 4).filter(lambda x: x != "c").zipWithIndex().glom().collect()
    ),
    "zipWithUniqueId": lambda sc: sc.parallelize("abcdefg", 3).zipWithUniqueId().collect(),
    "pipe": lambda sc: sc.parallelize([1, "2\n", "ä"], 2).pipe("cat").collect(),
    "pipe an argument": lambda sc: sc.parallelize("ab", 1).pipe("tr 'a b' _").collect(),
    "pipe a command that fails": lambda sc: sc.parallelize("ab", 1).pipe("false").collect(),
    "cartesian": lambda sc: spread(sc.range(3).cartesian(sc.parallelize("ab", 3))),
    "glom": lambda sc: sc.range(3, numSlices=2).glom().map(type).collect(),
}

WIDE: dict[str, Program] = {
    "reduceByKey": lambda sc: Bag(sc.parallelize(PAIRS, 3).reduceByKey(operator.add).collect()),
    "reduceByKey in places": lambda sc: layout(
        sc.parallelize([(i, 1) for i in range(-9, 9)] * 2, 3).reduceByKey(operator.add, 4)
    ),
    "reduceByKey, default partitions": lambda sc: (
        sc.parallelize(PAIRS, 5).reduceByKey(operator.add).getNumPartitions()
    ),
    "combineByKey": lambda sc: grouped(
        sc.parallelize(PAIRS, 3).combineByKey(lambda v: [v], lambda c, v: [*c, v], operator.add)
    ),
    "aggregateByKey": lambda sc: Bag(
        sc.parallelize(PAIRS, 3)
        .aggregateByKey(
            (0, 0), lambda c, v: (c[0] + v, c[1] + 1), lambda a, b: (a[0] + b[0], a[1] + b[1])
        )
        .collect()
    ),
    "aggregateByKey into a list": lambda sc: grouped(
        sc.parallelize(PAIRS, 2).aggregateByKey([], lambda c, v: c.append(v) or c, operator.iadd)
    ),
    "foldByKey": lambda sc: Bag(sc.parallelize(PAIRS, 1).foldByKey(100, operator.add).collect()),
    "foldByKey into a list": lambda sc: grouped(
        sc.parallelize(PAIRS, 2).mapValues(lambda v: [v]).foldByKey([], operator.iadd)
    ),
    "groupByKey": lambda sc: grouped(sc.parallelize(PAIRS, 3).groupByKey()),
    "groupByKey keeps the order of values": lambda sc: Bag(
        sc.parallelize(PAIRS, 1).groupByKey().mapValues(list).collect()
    ),
    "groupByKey gives sized groups": lambda sc: Bag(
        sc.parallelize(PAIRS, 2).groupByKey().mapValues(len).collect()
    ),
    "groupBy": lambda sc: grouped(sc.range(9, numSlices=3).groupBy(lambda x: x % 4, 2)),
    "partitionBy": lambda sc: layout(
        sc.parallelize([(i, i) for i in range(-12, 12)], 3).partitionBy(5)
    ),
    "partitionBy a rule": lambda sc: layout(
        sc.range(20).keyBy(lambda x: x).partitionBy(3, lambda key: key // 7)
    ),
    "partitionBy None and floats": lambda sc: (
        layout(sc.parallelize([(None, 1), (None, 0)], 2).partitionBy(3))
        + layout(sc.parallelize([(2.0, 0), (2, 1), (True, 2), (1e300, 4)], 2).partitionBy(3))
    ),
    "repartition": lambda sc: spread(sc.range(30, numSlices=2).repartition(5)),
    "distinct": lambda sc: Bag(sc.parallelize(WORDS, 3).distinct().collect()),
    "distinct of 1, 1.0 and True": lambda sc: (
        sc.parallelize([1, 1.0, True, 0, False], 2).distinct().count()
    ),
    "distinct of many kinds": lambda sc: Bag(
        sc.parallelize([None, "", b"", (), frozenset(), (None,), 0, "0", None, ()], 3)
        .distinct(2)
        .collect()
    ),
    "sortByKey": lambda sc: sc.parallelize(PAIRS, 3).sortByKey().keys().collect(),
    "sortByKey down": lambda sc: sc.parallelize(PAIRS, 3).sortByKey(False, 2).keys().collect(),
    "sortByKey of a key": lambda sc: (
        sc.parallelize(["b", "A", "c", "B"], 2)
        .map(lambda x: (x, 0))
        .sortByKey(keyfunc=str.lower)
        .collect()
    ),
    "sortByKey in one partition": lambda sc: (
        sc.parallelize(PAIRS, 3).sortByKey(numPartitions=1).glom().collect()
    ),
    "sortByKey, empty partitions": lambda sc: (
        sc.parallelize([(2, 0), (1, 0)], 6).sortByKey().collect()
    ),
    "sortBy": lambda sc: sc.parallelize(NUMBERS, 4).sortBy(lambda x: x).collect(),
    "sortBy down": lambda sc: sc.parallelize(NUMBERS, 4).sortBy(lambda x: x, False).collect(),
    "sortBy, few different keys": lambda sc: (
        sc.range(100, numSlices=4)
        .sortBy(lambda x: x % 2, numPartitions=5)
        .map(lambda x: x % 2)
        .collect()
    ),
    "sortBy nothing": lambda sc: sc.parallelize([], 3).sortBy(lambda x: x).collect(),
    "sortBy, number of partitions": lambda sc: (
        sc.range(50, numSlices=2).sortBy(lambda x: x, numPartitions=7).getNumPartitions()
    ),
    "repartitionAndSortWithinPartitions": lambda sc: (
        sc.parallelize([(i * 7 % 10, i * 7 % 10) for i in range(10)], 3)
        .repartitionAndSortWithinPartitions(2)
        .glom()
        .collect()
    ),
    "repartitionAndSortWithinPartitions down": lambda sc: (
        sc.parallelize([(i * 7 % 10, 0) for i in range(10)], 3)
        .repartitionAndSortWithinPartitions(2, lambda key: key // 5, False)
        .glom()
        .collect()
    ),
    "cogroup": lambda sc: cogrouped(sc.parallelize(PAIRS, 2).cogroup(sc.parallelize(OTHER, 3))),
    "groupWith": lambda sc: cogrouped(
        sc.parallelize(PAIRS).groupWith(sc.parallelize(OTHER), sc.parallelize([("e", 0)]))
    ),
    "join": lambda sc: Bag(sc.parallelize(PAIRS).join(sc.parallelize(OTHER)).collect()),
    "join, number of partitions": lambda sc: (
        sc.parallelize(PAIRS).join(sc.parallelize(OTHER), 5).getNumPartitions()
    ),
    "join of nothing": lambda sc: sc.parallelize(PAIRS).join(sc.emptyRDD()).collect(),
    "join with itself": joined_with_itself,
    "join of datasets in place": joined_in_place,
    "leftOuterJoin": lambda sc: Bag(
        sc.parallelize(PAIRS).leftOuterJoin(sc.parallelize(OTHER)).collect()
    ),
    "rightOuterJoin": lambda sc: Bag(
        sc.parallelize(PAIRS).rightOuterJoin(sc.parallelize(OTHER)).collect()
    ),
    "fullOuterJoin": lambda sc: Bag(
        sc.parallelize(PAIRS).fullOuterJoin(sc.parallelize(OTHER)).collect()
    ),
    "subtract": lambda sc: Bag(
        sc.parallelize([1, 1, 2, 3]).subtract(sc.parallelize([2, 9])).collect()
    ),
    "subtractByKey": lambda sc: Bag(
        sc.parallelize(PAIRS).subtractByKey(sc.parallelize(OTHER)).collect()
    ),
    "intersection": lambda sc: Bag(
        sc.parallelize([1, 1, 2, 3]).intersection(sc.parallelize([3, 1, 4, 1])).collect()
    ),
    "union of datasets in place": united_in_place,
    "keys that are records": lambda sc: Bag(
        sc.parallelize([(Point(i % 2, 0), 1) for i in range(9)], 3)
        .reduceByKey(operator.add)
        .collect()
    ),
    "keys that are enums": lambda sc: Bag(
        sc.parallelize([(c, 1) for c in [*Colour, *Colour]], 3).reduceByKey(operator.add).collect()
    ),
    "keys that are nested": lambda sc: Bag(
        sc.parallelize([((None, ("a", i % 2)), i) for i in range(9)], 3)
        .reduceByKey(operator.add, 4)
        .collect()
    ),
}

ACTIONS: dict[str, Program] = {
    "collect": lambda sc: sc.range(5).collect(),
    "count": lambda sc: sc.range(5).count(),
    "first": lambda sc: sc.parallelize(NUMBERS).first(),
    "take": lambda sc: sc.range(100, numSlices=9).filter(lambda x: x % 10 == 9).take(5),
    "take none and too many": lambda sc: [sc.range(5).take(n) for n in (0, -1, 99)],
    "top": lambda sc: sc.parallelize(NUMBERS, 3).top(3),
    "top by key": lambda sc: sc.parallelize(["aa", "b", "ccc"], 2).top(2, key=len),
    "top of empty partitions": lambda sc: sc.parallelize([], 3).top(2),
    "takeOrdered": lambda sc: sc.parallelize(NUMBERS, 3).takeOrdered(4, key=lambda x: -x),
    "takeOrdered of nothing": lambda sc: (
        sc.emptyRDD().takeOrdered(1),
        sc.parallelize([], 2).takeOrdered(1),
        sc.range(3).takeOrdered(0),
    ),
    "takeSample": lambda sc: sc.range(100, numSlices=3).takeSample(False, 12, 5),
    "takeSample, few": lambda sc: sc.range(9).takeSample(False, 3, 1),
    "takeSample all": lambda sc: sc.range(9).takeSample(False, 20, 5),
    "takeSample with replacement": lambda sc: sc.range(10, numSlices=3).takeSample(True, 25, 5),
    "takeSample of nothing": lambda sc: (
        sc.parallelize([]).takeSample(True, 3),
        sc.range(3).takeSample(False, 0),
    ),
    "reduce": lambda sc: sc.parallelize(WORDS, 3).reduce(operator.add),
    "reduce, empty partitions": lambda sc: sc.parallelize([3, 4], 5).reduce(operator.sub),
    "fold": lambda sc: sc.range(10, numSlices=3).fold(1, operator.add),
    "fold into a list": lambda sc: (
        sc.range(5, numSlices=3).map(lambda x: [x]).fold([], operator.iadd)
    ),
    "fold nothing": lambda sc: (sc.emptyRDD().fold(3, max), sc.parallelize([], 2).fold(3, max)),
    "aggregate": lambda sc: sc.range(10, numSlices=3).aggregate(
        (0, 0), lambda a, x: (a[0] + x, a[1] + 1), lambda a, b: (a[0] + b[0], a[1] + b[1])
    ),
    "aggregate into a list": lambda sc: sc.range(5, numSlices=3).aggregate(
        [], lambda a, x: a.append(x) or a, operator.iadd
    ),
    "treeReduce": lambda sc: [
        sc.range(-5, 40, numSlices=8).treeReduce(operator.add, depth) for depth in (1, 2, 9)
    ],
    "treeAggregate": lambda sc: [
        sc.range(30, numSlices=7).treeAggregate(1, operator.add, operator.add, depth)
        for depth in (1, 3)
    ],
    "treeAggregate nothing": lambda sc: sc.emptyRDD().treeAggregate(7, max, max),
    "countByKey": lambda sc: sc.parallelize(PAIRS, 3).countByKey(),
    "countByValue": lambda sc: sc.parallelize(WORDS, 3).countByValue(),
    "counts of what is not there": lambda sc: (
        sc.parallelize(PAIRS).countByKey()["z"],
        sc.parallelize([]).countByValue(),
    ),
    "collectAsMap": lambda sc: sc.parallelize(PAIRS, 2).collectAsMap(),
    "lookup": lambda sc: sorted(sc.parallelize(PAIRS, 2).lookup("a")),
    "lookup in place": lambda sc: [
        sorted(sc.parallelize(PAIRS).partitionBy(3).lookup(key)) for key in ("a", "b", "z")
    ],
    "foreach": lambda sc: sc.range(3).foreach(lambda x: x),
    "foreachPartition": lambda sc: sc.range(3).foreachPartition(lambda it: None),
    "max, min": lambda sc: (
        sc.parallelize(NUMBERS, 3).max(),
        sc.parallelize(["aa", "b"]).min(key=len),
    ),
    "sum": lambda sc: (sc.range(5).sum(), sc.parallelize([0.5, 1.0]).sum(), sc.emptyRDD().sum()),
    "histogram": lambda sc: sc.range(51, numSlices=4).histogram(2),
    "histogram by bounds": lambda sc: sc.range(51).histogram([0, 5, 25, 50]),
    "histogram by even bounds": lambda sc: sc.range(51).histogram([0, 15, 30, 45, 60]),
    "histogram of text": lambda sc: sc.parallelize(["ab", "ac", "b", "bd"]).histogram(
        ("a", "b", "c")
    ),
    "histogram in parts": lambda sc: sc.range(0, 11).histogram(3),
    "histogram of floats": lambda sc: sc.parallelize([0.5, 1.5, 2.5, None, NAN]).histogram(2),
    "histogram of one value": lambda sc: sc.parallelize([7, 7]).histogram(4),
    "histogram in one bucket": lambda sc: sc.range(9).histogram(1),
    "histogram of nothing by bounds": lambda sc: sc.parallelize([]).histogram([0, 1, 2]),
    "histogram outside of its bounds": lambda sc: sc.parallelize([-1, 0, 9, None]).histogram(
        [0, 1, 2]
    ),
    "isEmpty": lambda sc: [
        x.isEmpty()
        for x in (sc.emptyRDD(), sc.parallelize([], 3), sc.range(1), sc.parallelize([None]))
    ],
    "toLocalIterator": lambda sc: list(sc.range(9, numSlices=4).toLocalIterator()),
    "toLocalIterator, ahead": lambda sc: list(sc.range(9, numSlices=4).toLocalIterator(True)),
    "saveAsTextFile": written("out", ["a", 1, None, ("b", 2.5), "ä", b"bytes"]),
    "saveAsTextFile, compressed": written(
        "out", ["a", "b"], compressionCodecClass="org.apache.hadoop.io.compress.GzipCodec"
    ),
    "reduceByKeyLocally": lambda sc: sc.parallelize(PAIRS, 3).reduceByKeyLocally(operator.sub),
    "countApprox, in time": lambda sc: (
        sc.range(1000, numSlices=10).countApprox(60_000),
        sc.parallelize([], 2).countApprox(60_000, 0.5),
    ),
    "sumApprox, in time": lambda sc: bounds(sc.range(1000, numSlices=10).sumApprox(60_000)),
    "meanApprox, in time": lambda sc: bounds(sc.range(1000, numSlices=10).meanApprox(60_000)),
    "countApproxDistinct of few": lambda sc: sc.parallelize([5, 5, 7], 2).countApproxDistinct(),
    "names": lambda sc: (sc.range(2).name(), sc.range(2).setName("two").map(abs).name()),
    "a name": lambda sc: sc.range(2).setName("two").name(),
    "runJob": lambda sc: sc.runJob(sc.range(9, numSlices=4), lambda it: [sum(it)], [0, 2]),
}

STATISTICS: dict[str, Program] = {
    "mean": lambda sc: (sc.range(5).mean(), sc.parallelize([]).mean()),
    "variance, stdev": spread_of_numbers,
    "stats": lambda sc: sc.parallelize(NUMBERS, 3).stats(),
    "stats of little": lambda sc: [sc.parallelize(each, 2).stats() for each in ([], [3])],
    "stats as text": lambda sc: str(sc.parallelize([1, 2, 3]).stats()),
    "sampleVariance of one": lambda sc: sc.parallelize([4]).sampleVariance(),
    **classics.WITH_NUMPY,
}

PROGRAMS = {
    **SOURCES,
    **FORMATS,
    **NARROW,
    **WIDE,
    **ACTIONS,
    **shared.PROGRAMS,
    **jobs.PROGRAMS,
    **classics.PROGRAMS,
}
