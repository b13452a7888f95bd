"""What a program can hand to a transformation, and what of it reaches the tasks."""

import functools
import itertools
import math
import operator

import pytest

FACTOR = 3


def triple(x):
    return x * FACTOR


class Adder:
    def __init__(self, number):
        self.number = number

    def __call__(self, x):
        return x + self.number

    def add(self, x):
        return x + self.number

    @staticmethod
    def one(x):
        return x + 1

    @classmethod
    def two(cls, x):
        return x + 2


def nested(depth):
    def inner(x):
        return x + depth if depth == 3 else nested(depth + 1)(x)

    return inner


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: x + 1, 3),
        (lambda x, y=5: x + y, 7),
        (triple, 6),
        (nested(0), 5),
        (functools.partial(operator.mul, 4), 8),
        (Adder(7), 9),
        (Adder(7).add, 9),
        (Adder.one, 3),
        (Adder.two, 4),
        (str, "2"),
        (float, 2.0),
        (math.sqrt, math.sqrt(2)),
        ("ab".__mul__, "abab"),
        ({2: "two"}.get, "two"),
        (operator.neg, -2),
    ],
)
def test_anything_that_can_be_called_is_a_function(sc, function, expected):
    assert sc.parallelize([2], 1).map(function).collect() == [expected]


def test_variables_are_taken_as_they_are_when_the_first_job_starts(sc):
    """A dataset stays what it is. One that is derived takes them anew, as on PySpark."""
    offset = 0
    dataset = sc.range(2).map(lambda x: x + offset)
    offset = 1
    assert dataset.collect() == [1, 2]
    offset = 10
    assert dataset.collect() == [1, 2]
    assert dataset.map(lambda x: -x).collect() == [-10, -11]
    kept = dataset.cache()
    assert kept.map(lambda x: -x).collect() == [-1, -2]


def test_changes_to_captured_objects_stay_in_the_task(sc):
    seen = []
    sc.range(4).foreach(lambda x: seen.append(x))
    assert seen == []


def test_recursive_and_mutually_recursive_functions(sc):
    def even(n):
        return n == 0 or odd(n - 1)

    def odd(n):
        return n != 0 and even(n - 1)

    assert sc.range(6).filter(even).collect() == [0, 2, 4]


def test_generators_are_drawn_from_as_they_are_needed(sc):
    dataset = sc.range(1, numSlices=1).flatMap(lambda _: itertools.count())
    assert dataset.take(3) == [0, 1, 2]
    assert dataset.mapPartitions(lambda records: itertools.islice(records, 2)).collect() == [0, 1]


def test_function_may_import(sc):
    def root(x):
        import cmath

        return cmath.sqrt(x)

    assert sc.parallelize([-1], 1).map(root).collect() == [1j]


def test_classes_made_in_a_function_travel_and_stay_themselves(sc):
    class Local:
        def __init__(self, x):
            self.x = x

    made = sc.range(2, numSlices=2).map(Local).collect()
    assert [each.x for each in made] == [0, 1]
    assert all(type(each) is Local for each in made)


def test_exception_class_made_in_a_function_is_caught_by_its_class(sc):
    class Refused(ValueError):
        pass

    def refuse(x):
        raise Refused(x)

    with pytest.raises(Refused):
        sc.range(1).map(refuse).collect()


@pytest.mark.parametrize(
    "call",
    ["map", "filter", "flatMap", "keyBy", "mapPartitions", "mapPartitionsWithIndex", "mapValues",
     "flatMapValues", "reduceByKey", "reduce", "foreach", "foreachPartition", "treeReduce",
     "sortBy", "groupBy"],
)  # fmt: skip
def test_what_cannot_be_called_is_refused_at_the_call(sc, call):
    with pytest.raises(TypeError, match="needs a function, not str 'abc'"):
        getattr(sc.range(3), call)("abc")


@pytest.mark.parametrize("call", ["repartition", "coalesce", "partitionBy", "distinct"])
@pytest.mark.parametrize(("number", "error"), [(0, ValueError), (-1, ValueError), ("2", TypeError)])
def test_bad_number_of_partitions_is_refused_at_the_call(sc, call, number, error):
    with pytest.raises(error, match="numPartitions must be"):
        getattr(sc.range(3), call)(number)


def test_flat_map_of_a_function_without_return_is_told(sc):
    with pytest.raises(TypeError, match="'NoneType' object is not iterable") as caught:
        sc.parallelize(["to be"], 1).flatMap(lambda line: None).collect()
    assert any("does it lack a return?" in note for note in caught.value.__notes__)


def test_map_partitions_says_what_its_function_must_give(sc):
    with pytest.raises(TypeError, match=r"'int' object is not iterable: .* an iterable of records"):
        sc.range(2).mapPartitions(lambda records: 5).count()


@pytest.mark.parametrize("number", ["A", None, 1.5])
def test_partition_function_must_give_an_int(sc, number):
    pairs = sc.parallelize([("a", 1)], 1)
    with pytest.raises(TypeError, match=f"must give an int, not {number!r} for the key 'a'"):
        pairs.partitionBy(2, lambda key: number).collect()


def test_exception_of_a_partition_function_is_left_as_it_is(sc):
    pairs = sc.parallelize([("a", 1)], 1)
    with pytest.raises(ValueError, match="no place for a"):
        pairs.partitionBy(2, refuse).collect()


def refuse(key):
    raise ValueError(f"no place for {key}")


@pytest.mark.parametrize(
    "call",
    [
        lambda rdd: rdd.join([("a", 1)]),
        lambda rdd: rdd.cogroup({"a": 1}),
        lambda rdd: rdd.union([1]),
        lambda rdd: rdd.zip([1]),
        lambda rdd: rdd.cartesian([1]),
        lambda rdd: rdd.context.union([rdd, [1]]),
    ],
)
def test_a_list_in_the_place_of_an_rdd_is_refused_at_the_call(sc, call):
    with pytest.raises(TypeError, match=r"needs an RDD, not a (list|dict); sc\.parallelize\(\)"):
        call(sc.parallelize([("a", 1)]))


def test_cached_functions_of_a_script_travel_without_their_results(sc):
    @functools.cache
    def fibonacci(n):
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    assert fibonacci(30) == 832040
    numbers = sc.parallelize([10, 90], 2).map(lambda n: (fibonacci.cache_info().hits, fibonacci(n)))
    assert numbers.values().collect() == [55, 2880067194370816120]
    assert numbers.keys().first() == 0
    assert sc.parallelize([50], 1).map(fibonacci).collect() == [12586269025]
    shared = sc.broadcast(fibonacci)
    assert sc.parallelize([50], 1).map(lambda n: shared.value(n)).collect() == [12586269025]


def test_classes_of_a_script_may_have_cached_properties(sc):
    class Circle:
        def __init__(self, radius):
            self.radius = radius

        @functools.cached_property
        def area(self):
            return 3 * self.radius**2

    circles = sc.parallelize([1, 2], 2).map(Circle)
    assert circles.map(lambda circle: (circle.area, circle.area)).collect() == [(3, 3), (12, 12)]
    assert [circle.area for circle in circles.collect()] == [3, 12]
