"""Where Pyrite does not do what PySpark does, and why."""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass
from typing import Any

from tests.oracle.outcomes import Program, Raised, Value
from tests.oracle.programs import OTHER, PAIRS, folder


@dataclass(frozen=True)
class Difference:
    """A program whose outcome is another on Pyrite.

    Parameters:
        program: the program.
        outcome: what it comes to on Pyrite; of an exception, a part of the text is enough.
        reason: why it should.
    """

    program: Program
    outcome: Value | Raised
    reason: str


class Thing:
    """Hashes by its address."""


def fold_twice(sc: Any) -> Any:
    zero: list[int] = []
    lists = sc.parallelize([1, 2], 2).map(lambda x: [x])
    return [list(lists.fold(zero, operator.iadd)) for _ in range(2)]


def save_twice(sc: Any) -> None:
    with folder({"out/part-00000": b""}) as path:
        sc.range(3).saveAsTextFile(f"{path}/out")


def coalesced_after_a_job(sc: Any) -> Any:
    placed = sc.parallelize([(i, i) for i in range(14)], 3).partitionBy(7)
    placed.count()
    return placed.coalesce(3).values().glom().collect()


def part_of_a_record(sc: Any) -> Any:
    with folder({"a": b"12345"}) as path:
        return sc.binaryRecords(path, 4).collect()


def bytes_as_they_are(sc: Any) -> Any:
    with folder({"a": "café\n".encode("latin-1")}) as path:
        return sc.textFile(path, use_unicode=False).collect()


def cached_function(sc: Any) -> Any:
    @functools.cache
    def square(x: int) -> int:
        return x * x

    return sc.range(3).map(square).collect()


def count_inside(sc: Any) -> Any:
    other = sc.range(3)
    return sc.range(2).map(lambda x: other.count()).collect()


def stop_iteration(sc: Any) -> Any:
    return sc.range(3).map(lambda x: next(iter([]))).collect()


EMPTY = "no partitions at all should be like partitions without records"
AT_THE_CALL = "a bad argument is refused at the call, by an error that names it"
IN_PYTHON = "there is no JVM whose exception could be raised"
CLEARER = "the message says what to do"

DIFFERENCES: dict[str, Difference] = {
    "top of emptyRDD": Difference(lambda sc: sc.emptyRDD().top(3), Value([]), EMPTY),
    "mean of emptyRDD": Difference(lambda sc: sc.emptyRDD().mean(), Value(0.0), EMPTY),
    "histogram of emptyRDD": Difference(
        lambda sc: sc.emptyRDD().histogram([0, 1, 2]), Value(([0, 1, 2], [0, 0])), EMPTY
    ),
    "histogram of nothing": Difference(
        lambda sc: sc.parallelize([]).histogram(2),
        Raised("ValueError", "can not generate buckets from empty RDD"),
        "what PySpark means to say, but its reduce() fails first",
    ),
    "union of no datasets": Difference(
        lambda sc: sc.union([]).collect(), Value([]), "it is an empty dataset"
    ),
    "no slices": Difference(
        lambda sc: sc.parallelize([1], 0),
        Raised("ValueError", "numSlices must be at least 1, not 0"),
        AT_THE_CALL,
    ),
    "coalesce to nothing": Difference(
        lambda sc: sc.range(3).coalesce(0),
        Raised("ValueError", "numPartitions must be at least 1, not 0"),
        AT_THE_CALL,
    ),
    "sample less than nothing": Difference(
        lambda sc: sc.range(3).sample(False, -0.5),
        Raised("ValueError", "fraction must be at least 0, not -0.5"),
        "an assertion is no check of arguments: `python -O` leaves it out",
    ),
    "take by text": Difference(
        lambda sc: sc.range(3).take("2"),
        Raised("TypeError", "take() needs an int, not str '2'"),
        AT_THE_CALL,
    ),
    "map without a function": Difference(
        lambda sc: sc.range(3).map(5).collect(),
        Raised("TypeError", "map() needs a function, not int 5"),
        AT_THE_CALL,
    ),
    "zip unlike partitions": Difference(
        lambda sc: sc.range(4, numSlices=2).zip(sc.range(4, numSlices=3)),
        Raised(
            "ValueError",
            "Can only zip with RDD which has the same number of partitions: here 2 and 3",
        ),
        CLEARER,
    ),
    "zip unlike numbers of records": Difference(
        lambda sc: sc.range(4, numSlices=1).zip(sc.range(5, numSlices=1)).collect(),
        Raised(
            "ValueError",
            "zip needs as many records on both sides of each partition; partition 0 differs",
        ),
        IN_PYTHON,
    ),
    "unhashable keys": Difference(
        lambda sc: sc.parallelize([([1], 2)]).reduceByKey(max).collect(),
        Raised("TypeError", "keys must be hashable, got [1]: unhashable type: 'list'"),
        CLEARER,
    ),
    "keys that hash by address": Difference(
        lambda sc: sc.parallelize([1]).map(lambda x: (Thing(), x)).partitionBy(2).count(),
        Raised(
            "TypeError",
            "Thing objects cannot be keys: their hash is their address in memory, which differs "
            "between workers. Define __eq__ and __hash__ (a frozen dataclass or a NamedTuple has "
            "them), or map the key to a string, number or tuple first.",
        ),
        "PySpark scatters equal keys without a word",
    ),
    "records that are no pairs, shuffled": Difference(
        lambda sc: sc.parallelize(["abc"]).groupByKey().collect(),
        Raised("TypeError", "expected (key, value) pairs, got 'abc'"),
        CLEARER,
    ),
    "StopIteration in a function": Difference(
        stop_iteration,
        Raised(
            "RuntimeError",
            "a function applied to each record raised StopIteration (perhaps from "
            "next() on an empty iterator; give next() a default)",
        ),
        CLEARER,
    ),
    "a missing file": Difference(
        lambda sc: sc.textFile("/no/such/file").count(),
        Raised("FileNotFoundError", "input path does not exist: /no/such/file"),
        IN_PYTHON,
    ),
    "a folder that exists": Difference(
        save_twice, Raised("FileExistsError", "out exists; choose another or delete it"), IN_PYTHON
    ),
    "bytes of a text that is not UTF-8": Difference(
        bytes_as_they_are,
        Value([b"caf\xe9"]),
        "PySpark replaces what is not UTF-8 before the program sees it, so that it is lost",
    ),
    "mapPartitions to nothing": Difference(
        lambda sc: sc.range(2).mapPartitions(lambda it: None).collect(),
        Raised("TypeError", "'NoneType' object is not iterable: a function of a whole partition"),
        CLEARER,
    ),
    "a partition function that gives text": Difference(
        lambda sc: sc.parallelize([("a", 1)], 1).partitionBy(2, lambda key: "A").collect(),
        Raised("TypeError", "the partition function must give an int, not 'A' for the key 'a'"),
        CLEARER,
    ),
    "join with a list": Difference(
        lambda sc: sc.parallelize(PAIRS).join(PAIRS).collect(),
        Raised("TypeError", "a join or cogroup needs an RDD, not a list"),
        AT_THE_CALL,
    ),
    "a command that fails": Difference(
        lambda sc: sc.parallelize([1], 1).pipe("false", checkCode=True).collect(),
        Raised("RuntimeError", "the command 'false' ended with status 1"),
        IN_PYTHON,
    ),
    "a command's environment": Difference(
        lambda sc: "PATH" in " ".join(sc.parallelize([1], 1).pipe("env").collect()),
        Value(True),
        "without PATH and HOME few commands work; `env` adds to the worker's",
    ),
    "fold twice into a list": Difference(
        fold_twice,
        Value([[1, 2], [1, 2]]),
        "the caller's zero value stays as it is: the second result must not hold the first",
    ),
    "partitions of a join": Difference(
        lambda sc: sc.parallelize(PAIRS, 2).join(sc.parallelize(OTHER, 3)).getNumPartitions(),
        Value(3),
        "as many as the larger side, as in Scala: a sum doubles with every step of an iteration",
    ),
    "sortByKey by another kind of key": Difference(
        lambda sc: sc.parallelize([("aa", 1), ("b", 2)], 2).sortByKey(keyfunc=len).keys().collect(),
        Value(["b", "aa"]),
        "PySpark compares what keyfunc gives with the sampled keys themselves",
    ),
    "sampleByKey less than nothing": Difference(
        lambda sc: sc.parallelize([(1, 2)]).sampleByKey(False, {1: -0.5}),
        Raised("ValueError", "Negative fraction value: -0.5"),
        "an assertion is no check of arguments: `python -O` leaves it out",
    ),
    "binaryRecords of a part of a record": Difference(
        part_of_a_record,
        Raised("ValueError", "5 bytes, which are not whole records of 4 bytes"),
        IN_PYTHON,
    ),
    "repartition twice": Difference(
        lambda sc: sc.range(12, numSlices=4).repartition(2).repartition(2).glom().collect(),
        Value([[], [6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5]]),
        "PySpark deals out the batches of the first time as they are, unless something is done "
        "to the records between; here they are dealt in tens again",
    ),
    "coalesce of what was shuffled before": Difference(
        coalesced_after_a_job,
        Value([[0, 7, 1, 8], [2, 9, 3, 10], [4, 11, 5, 12, 6, 13]]),
        "PySpark chooses by where shuffled and cached data happens to lie, so that one dataset "
        "gives other partitions after its first job than before; here they are always neighbours",
    ),
    "order within a partition of cartesian": Difference(
        lambda sc: (
            sc.range(3, numSlices=1).map(abs).cartesian(sc.range(2, numSlices=1).map(str)).collect()
        ),
        Value([(i, str(j)) for i in range(3) for j in range(2)]),
        "PySpark goes batch by batch, and its batches depend on the pickled size of records",
    ),
    "a function that keeps its results": Difference(
        cached_function,
        Value([0, 1, 4]),
        "functions under functools.cache travel like others; each worker starts with no results",
    ),
    "a dataset inside a task": Difference(
        count_inside,
        Raised("TypeError", "the variable 'other' in the lambda: an RDD is used inside"),
        CLEARER,
    ),
}
