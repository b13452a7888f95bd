"""What a type checker sees of programs. It is checked by mypy, and not run.

Where a line is wrong, as a checker should notice, a ``type: ignore`` says with what error; mypy
complains of one that ignores nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import add
from typing import assert_type

import pyrite
from pyrite import RDD, Accumulator, Broadcast, JobFailed, SparkConf, SparkContext, StorageLevel
from pyrite.pytest_plugin import assert_rdd_equal
from pyrite.sql import Row, SparkSession


class Animal: ...


class Dog(Animal): ...


def sources(sc: SparkContext) -> None:
    assert_type(sc.parallelize([1, 2]), RDD[int])
    assert_type(sc.parallelize({"a": 1}.items()), RDD[tuple[str, int]])
    assert_type(sc.range(3), RDD[int])
    assert_type(sc.textFile("in"), RDD[str])
    assert_type(sc.wholeTextFiles("in"), RDD[tuple[str, str]])
    assert_type(sc.binaryFiles("in"), RDD[tuple[str, bytes]])
    assert_type(sc.union([sc.range(1), sc.range(2)]), RDD[int])
    assert_type(sc.broadcast([1]), Broadcast[list[int]])
    assert_type(sc.broadcast([1]).value, list[int])
    assert_type(sc.accumulator(0), Accumulator[int])


def transformations(lines: RDD[str]) -> None:
    assert_type(lines.map(len), RDD[int])
    assert_type(lines.flatMap(str.split), RDD[str])
    assert_type(lines.filter(lambda line: "x" in line), RDD[str])
    assert_type(lines.keyBy(len), RDD[tuple[int, str]])
    assert_type(lines.groupBy(len), RDD[tuple[int, Iterable[str]]])
    assert_type(lines.zipWithIndex(), RDD[tuple[str, int]])
    assert_type(lines.glom(), RDD[list[str]])
    assert_type(lines.union(lines.map(len)), RDD[str | int])
    assert_type(lines.cartesian(lines.map(len)), RDD[tuple[str, int]])
    assert_type(lines.mapPartitions(_lengths), RDD[int])
    assert_type(lines.randomSplit([1, 2]), list[RDD[str]])
    assert_type(lines.cache(), RDD[str])
    assert_type(lines.persist(StorageLevel.DISK_ONLY).unpersist(), RDD[str])
    assert_type(lines.setName("lines"), RDD[str])
    lines.map(lambda line: line.uper())  # type: ignore[attr-defined]
    lines.map(abs)  # type: ignore[arg-type]
    lines.map(_lengths)  # type: ignore[arg-type]
    lines.flatMap(len)  # type: ignore[arg-type]


def _lengths(lines: Iterator[str]) -> Iterator[int]:
    return map(len, lines)


def actions(words: RDD[str], numbers: RDD[int], shares: RDD[float]) -> None:
    assert_type(words.collect(), list[str])
    assert_type(words.first(), str)
    assert_type(words.take(2), list[str])
    assert_type(words.top(2, key=len), list[str])
    assert_type(words.toLocalIterator(), Iterator[str])
    assert_type(words.countByValue(), dict[str, int])
    assert_type(words.max(), str)
    assert_type(words.count(), int)
    assert_type(numbers.sum(), int)
    assert_type(shares.sum(), float)
    assert_type(numbers.reduce(lambda x, y: x + y), int)
    assert_type(numbers.reduce(add), int)
    assert_type(numbers.fold(0, lambda x, y: x + y), int)
    assert_type(numbers.treeReduce(max), int)
    assert_type(words.aggregate(0, lambda n, word: n + len(word), add), int)
    assert_type(numbers.mean(), float)
    words.aggregate(0, lambda n, word: n + word, add)  # type: ignore[operator]
    words.reduce(lambda x, y: len(x))  # type: ignore[arg-type, return-value]


def pairs(counts: RDD[tuple[str, int]], ages: RDD[tuple[str, float]]) -> None:
    assert_type(counts.reduceByKey(add), RDD[tuple[str, int]])
    assert_type(counts.reduceByKey(lambda x, y: x + y), RDD[tuple[str, int]])
    assert_type(counts.groupByKey(), RDD[tuple[str, Iterable[int]]])
    assert_type(counts.mapValues(str), RDD[tuple[str, str]])
    assert_type(counts.flatMapValues(range), RDD[tuple[str, int]])
    assert_type(counts.keys(), RDD[str])
    assert_type(counts.values().sum(), int)
    assert_type(counts.sortByKey(), RDD[tuple[str, int]])
    assert_type(counts.join(ages), RDD[tuple[str, tuple[int, float]]])
    assert_type(counts.leftOuterJoin(ages), RDD[tuple[str, tuple[int, float | None]]])
    assert_type(counts.rightOuterJoin(ages), RDD[tuple[str, tuple[int | None, float]]])
    assert_type(counts.fullOuterJoin(ages), RDD[tuple[str, tuple[int | None, float | None]]])
    assert_type(counts.cogroup(ages), RDD[tuple[str, tuple[Iterable[int], Iterable[float]]]])
    assert_type(
        counts.groupWith(ages, counts),
        RDD[tuple[str, tuple[Iterable[int], Iterable[float], Iterable[int]]]],
    )
    assert_type(counts.aggregateByKey([0], _appended, add), RDD[tuple[str, list[int]]])
    assert_type(counts.combineByKey(_listed, _appended, _joined), RDD[tuple[str, list[int]]])
    assert_type(counts.collectAsMap(), dict[str, int])
    assert_type(counts.countByKey(), dict[str, int])
    assert_type(counts.lookup("a"), list[int])
    assert_type(
        counts.map(lambda pair: (pair[1], pair[0])).join(_ids()), RDD[tuple[int, tuple[str, bytes]]]
    )
    counts.lookup(1)  # type: ignore[arg-type]
    counts.join(_ids())  # type: ignore[arg-type]


def _appended(values: list[int], value: int) -> list[int]:
    return [*values, value]


def _joined(values: list[int], others: list[int]) -> list[int]:
    return values + others


def _listed(value: int) -> list[int]:
    return [value]


def _ids() -> RDD[tuple[int, bytes]]: ...  # type: ignore[empty-body]


def pairs_alone(words: RDD[str]) -> None:
    words.reduceByKey(add)  # type: ignore[misc]
    words.groupByKey()  # type: ignore[misc]
    words.mapValues(len)  # type: ignore[misc]
    words.join(words)  # type: ignore[misc, arg-type]
    words.collectAsMap()  # type: ignore[misc]
    words.keyBy(len).reduceByKey(add)


def a_dataset_of_dogs_is_one_of_animals(dogs: RDD[Dog], animals: RDD[Animal]) -> None:
    some: RDD[Animal] = dogs
    other: RDD[Dog] = animals  # type: ignore[assignment]
    both: RDD[Animal] = dogs.union(animals)
    pets: RDD[tuple[object, Animal]] = dogs.keyBy(str)
    del some, other, both, pets


def names_that_are_not_there(sc: SparkContext, words: RDD[str], conf: SparkConf) -> None:
    words.mpa(len)  # type: ignore[attr-defined]
    words.toDF()  # type: ignore[attr-defined]
    sc.parallelise([1])  # type: ignore[attr-defined]
    conf.sett("a", 1)  # type: ignore[attr-defined]
    pyrite.SparkContex()  # type: ignore[attr-defined]


def sessions() -> None:
    spark = SparkSession.builder.master("local").appName("x").config("a", 1).getOrCreate()
    assert_type(spark, SparkSession)
    assert_type(spark.sparkContext, SparkContext)
    assert_type(spark.read.text("in").rdd, RDD[Row])
    spark.sql("select 1")  # type: ignore[attr-defined]


def the_rest(sc: SparkContext, error: JobFailed) -> None:
    with sc as same:
        assert_type(same, SparkContext)
    assert_rdd_equal(sc.range(3), [1, 2, 3], rel_tol=0.1)
    assert_rdd_equal(sc.range(3), 3)  # type: ignore[arg-type]
    assert_type(SparkConf().set("a", 1).get("a"), str | None)
