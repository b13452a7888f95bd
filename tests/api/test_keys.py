"""What can be a key, and that equal keys always meet."""

import enum
import math
import operator
import sys
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import pytest

from pyrite import portable_hash


class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


@dataclass(frozen=True)
class Point:
    x: int
    y: str


class City(NamedTuple):
    name: str
    country: str | None


class ByName:
    """Defines equality and hash of its own."""

    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        return self.name == other.name

    def __hash__(self):
        return hash(self.name)


class ByAddress:
    """Defines neither."""


@dataclass
class Changeable:
    """Defines equality and no hash."""

    x: int


KEYS = {
    "text": ["a", "b", "", "ä"],
    "bytes": [b"a", b"", b"\xff"],
    "ints": [0, -1, 2**70, -(2**70)],
    "floats": [0.5, -0.0, math.inf, 1e300],
    "None": [None, "None", 0],
    "tuples": [(), (1,), (1, "a"), ((None,), 2)],
    "frozensets": [frozenset(), frozenset("abc"), frozenset([1, None])],
    "enums": [*Colour, *Level],
    "dataclasses": [Point(1, "a"), Point(1, "b")],
    "named tuples": [City("Ulm", "DE"), City("Ulm", None)],
    "objects with a hash": [ByName("a"), ByName("b")],
    "mixed": [None, "a", b"a", 1, (1,), 2.5, frozenset([1]), Colour.RED],
}


@pytest.mark.parametrize("kind", KEYS)
def test_equal_keys_meet_wherever_they_come_from(sc, kind):
    keys = KEYS[kind]
    pairs = sc.parallelize([(key, 1) for key in keys * 6], 5)
    assert Counter(dict(pairs.reduceByKey(operator.add, 3).collect())) == Counter(keys * 6)
    assert pairs.groupByKey(4).mapValues(len).collectAsMap() == Counter(keys * 6)
    assert pairs.join(sc.parallelize([(keys[0], "x")], 1), 3).count() == 6
    assert Counter(pairs.keys().distinct().collect()) == Counter(keys)


@pytest.mark.parametrize("kind", KEYS)
def test_lookup_finds_a_key_in_its_place(sc, kind):
    placed = sc.parallelize([(key, i) for i, key in enumerate(KEYS[kind])], 2).partitionBy(3)
    for i, key in enumerate(KEYS[kind]):
        assert placed.lookup(key) == [i]


def test_one_and_one_point_zero_and_true_are_one_key(sc):
    ones = sc.parallelize([(1, "int"), (1.0, "float"), (True, "bool")], 3)
    [(key, values)] = ones.groupByKey(4).collect()
    assert key == 1
    assert sorted(values) == ["bool", "float", "int"]
    assert sc.parallelize([(1, 2), (1.0, 2.0)], 2).distinct().count() == 1


def test_nan_keys_are_lost_nowhere(sc):
    pairs = sc.parallelize([(float("nan"), i) for i in range(6)], 3)
    assert pairs.partitionBy(4).values().glom().map(len).filter(bool).collect() == [6]
    assert pairs.reduceByKey(operator.add, 4).values().sum() == 15


@pytest.mark.parametrize("wrapped", [lambda key: key, lambda key: (1, key), lambda key: ((key,),)])
def test_keys_that_hash_by_address_are_refused_with_advice(sc, wrapped):
    dataset = sc.range(2, numSlices=2).map(lambda x: (wrapped(ByAddress()), x))
    for shuffled in (dataset.groupByKey(), dataset.reduceByKey(max), dataset.distinct()):
        with pytest.raises(TypeError, match=r"ByAddress objects cannot be keys.*frozen dataclass"):
            shuffled.collect()


@pytest.mark.parametrize("key", [[1], {"a": 1}, {1}, Changeable(1), (1, [2])], ids=repr)
def test_unhashable_keys_are_named(sc, key):
    pairs = sc.parallelize([(key, 1)], 1)
    for shuffled in (pairs.groupByKey(), pairs.reduceByKey(max), pairs.partitionBy(2)):
        with pytest.raises(TypeError, match="unhashable type"):
            shuffled.collect()


@pytest.mark.parametrize("record", [1, "abc", (1,), (1, 2, 3), None], ids=repr)
def test_records_that_are_no_pairs_are_named(sc, record):
    dataset = sc.parallelize([record], 1)
    for shuffled in (dataset.groupByKey(), dataset.reduceByKey(max), dataset.sortByKey(True, 1)):
        with pytest.raises(TypeError, match=r"expected \(key, value\) pairs, got"):
            shuffled.collect()


def test_values_may_be_large(sc):
    pairs = sc.parallelize(range(6), 3).map(lambda i: (i % 2, bytes([i]) * 5_000_000))
    sizes = pairs.groupByKey(2).mapValues(lambda values: [len(v) for v in values])
    assert sizes.collectAsMap() == {0: [5_000_000] * 3, 1: [5_000_000] * 3}
    assert len(pairs.reduceByKey(max).collectAsMap()[1]) == 5_000_000


def test_values_may_be_anything_that_pickles(sc):
    values = [None, [1], {"a": {2}}, Changeable(1), ByAddress, len]
    pairs = sc.parallelize([(i, value) for i, value in enumerate(values)], 3)
    assert pairs.partitionBy(2).sortByKey().values().collect() == values


def test_tuples_lie_where_pyspark_puts_them(sc):
    # portable_hash((0, None)) and its like, as PySpark 4.2 gives them.
    placed = sc.parallelize([((i, None), i) for i in range(6)], 2).partitionBy(4)
    assert placed.values().glom().collect() == [
        [i for i in range(6) if portable_hash((i, None)) % 4 == part] for part in range(4)
    ]


def test_partitioner_tells_where_a_key_lies_or_refuses(sc):
    rule = sc.parallelize([(7, "a"), (None, "b")], 2).partitionBy(4).partitioner
    assert (rule.numPartitions, rule.partitionFunc) == (4, portable_hash)
    assert (rule(7), rule(None), rule((7.0,)) == rule((7,))) == (3, 0, True)
    if sys.flags.hash_randomization:
        with pytest.raises(RuntimeError, match="start Python with PYTHONHASHSEED=0"):
            rule("text")
    assert sc.range(3).partitioner is None
    halves = sc.parallelize([(1, 0), (2, 0)], 1).sortByKey(numPartitions=2).partitioner
    assert [halves(key) for key in (0, 9)] == [0, 1]


def test_the_usual_function_may_be_named(sc):
    """Also for text, which this process may hash in another way."""
    pairs = sc.parallelize([("a", 1), ("b", 2)], 2)
    named, default = pairs.partitionBy(3, portable_hash), pairs.partitionBy(3)
    assert named.glom().collect() == default.glom().collect()
    assert named.partitioner == default.partitioner
