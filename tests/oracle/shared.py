"""Programs that share variables with their tasks: captured ones, accumulators, broadcasts."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any

from tests.oracle.outcomes import Program

TEXT = ["to be", "", "or not", "to be", ""]


def accumulated(start: Any, terms: list[Any]) -> Program:
    """The accumulator as value, text and type, after one action."""

    def run(sc: Any) -> Any:
        total = sc.accumulator(start)
        sc.parallelize(terms, 3).foreach(lambda x: total.add(x))
        return total.value, str(total), type(total.value).__name__

    return run


def custom(sc: Any) -> Any:
    """The class is made here, from the engine's own base."""
    base = type(sc.accumulator(0).accum_param).__mro__[1]

    class Lists(base):  # type: ignore[misc, valid-type]
        def zero(self, value: list[float]) -> list[float]:
            return [0.0] * len(value)

        def addInPlace(self, one: list[float], other: list[float]) -> list[float]:
            for i, x in enumerate(other):
                one[i] += x
            return one

    totals = sc.accumulator([1.0, 2.0], Lists())

    def count(x: int) -> None:
        nonlocal totals
        totals += [x, 2 * x]

    sc.range(5, numSlices=2).foreach(count)
    return totals.value


def in_transformations(sc: Any) -> list[int]:
    total = sc.accumulator(0)

    def seen(x: int) -> tuple[int, int]:
        total.add(1)
        return x % 2, x

    counts = []
    pairs = sc.range(10, numSlices=3).map(seen)
    sums = pairs.reduceByKey(lambda a, b: a + b, 2)
    for action in (pairs.count, pairs.count, sums.collect, sums.count, sums.values().sum):
        action()
        counts.append(total.value)
    return counts


def several(sc: Any) -> Any:
    lines, empty = sc.accumulator(0), sc.accumulator(0)

    def words(text: Iterator[str]) -> Iterator[str]:
        for line in text:
            lines.add(1)
            if not line:
                empty.add(1)
            yield from line.split()

    count = sc.parallelize(TEXT, 2).mapPartitions(words).count()
    return count, lines.value, empty.value


def in_the_driver(sc: Any) -> list[Any]:
    total = sc.accumulator(1)
    values = [total.value]
    total.value = 2
    values.append(total.value)
    total += 5
    total.add(10)
    return [*values, total.value, sc.accumulator(1j).value]


def failing(sc: Any) -> Any:
    """A task that fails adds nothing."""
    total = sc.accumulator(0)

    def work(x: int) -> None:
        total.add(1)
        if x == 3:
            raise ValueError

    try:
        sc.parallelize([1, 2, 3], 1).foreach(work)
    except Exception:
        return total.value


def broadcast_afterwards(sc: Any) -> Any:
    """What is changed after the broadcast is not seen, in tasks nor in the driver."""
    words = ["to", "be"]
    held = sc.broadcast(words)
    words.append("or")
    return sc.range(1).map(lambda x: held.value).collect(), held.value


def broadcast_unpersisted(sc: Any) -> Any:
    held = sc.broadcast({1: "a"})
    names = sc.range(3, numSlices=2).map(lambda x: held.value.get(x))
    before = names.collect()
    held.unpersist()
    return before, names.collect(), held.value


def broadcast_dumped(sc: Any) -> Any:
    held = sc.broadcast([1, 2])
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/value", "wb") as file:
            held.dump(held.value, file)
        return held.load_from_path(f"{folder}/value"), file.closed


def broadcast_joined(sc: Any) -> Any:
    """A join on the map side."""
    names = sc.broadcast({"de": "Germany", "jp": "Japan"})
    pairs = sc.parallelize([("jp", 1), ("fr", 2), ("de", 3)], 2)
    known = pairs.filter(lambda kv: kv[0] in names.value).map(
        lambda kv: (names.value[kv[0]], kv[1])
    )
    return known.reduceByKey(lambda a, b: a + b).collectAsMap()


def variables_that_change(sc: Any) -> Any:
    """What a dataset's functions captured counts as it was in its first job."""
    offset = 0
    data = sc.parallelize([1, 2, 3], 2).map(lambda x: x + offset)
    kept = data.map(lambda x: x * offset).cache()
    offset = 1
    found = [data.collect(), kept.collect()]
    offset = 10
    found += [data.collect(), data.map(lambda x: -x).collect(), data.filter(bool).collect()]
    found += [kept.collect(), kept.map(lambda x: -x).collect(), data.union(kept).collect()]
    pairs = data.map(lambda x: (x % 2, x + offset)).reduceByKey(lambda a, b: a + b + offset)
    found.append(sorted(pairs.collect()))
    offset = 100
    return [*found, sorted(pairs.collect()), pairs.mapValues(lambda v: v + offset).count()]


def loops_over_variables(sc: Any) -> Any:
    """Datasets that are put together, shuffled or kept take the loop's variable as it is; those
    that are merely mapped see its last value."""
    data = sc.parallelize([1, 2, 3, 4], 2)
    together = sc.parallelize([0], 1)
    shuffled, kept, mapped, counted, zipped, sizes = [], [], [], [], [], []
    for i in range(1, 4):
        together = together.union(data.map(lambda x: x * i))  # noqa: B023
        shuffled.append(data.map(lambda x: (x % i, 1)).groupByKey(2).mapValues(len))  # noqa: B023
        kept.append(data.map(lambda x: x + i).cache())  # noqa: B023
        mapped.append(data.map(lambda x: x - i))  # noqa: B023
        zipped.append(data.map(lambda x: x * i).zip(data.map(lambda x: x + i)).values())  # noqa: B023
        counted.append(data.filter(lambda x: x >= i))  # noqa: B023
        sizes.append(counted[-1].getNumPartitions())
    lists = [*kept, *mapped, *counted, *zipped, together]
    return [each.collect() for each in lists], [sorted(each.collect()) for each in shuffled], sizes


PROGRAMS: dict[str, Program] = {
    "variables that change": variables_that_change,
    "variables of a loop": loops_over_variables,
    "broadcast that is changed afterwards": broadcast_afterwards,
    "broadcast that is unpersisted": broadcast_unpersisted,
    "broadcast that is dumped and loaded": broadcast_dumped,
    "broadcast in a join": broadcast_joined,
    "accumulator of ints": accumulated(7, [1, 2, 3, 2**70]),
    "accumulator of floats": accumulated(0.5, [1, 2.25]),
    "accumulator of complex numbers": accumulated(1j, [1, 2.5]),
    "accumulator that begins with True": accumulated(True, [1, 2]),
    "accumulator of nothing": accumulated(3, []),
    "accumulator of ints that takes floats": accumulated(0, [1.5, 2]),
    "accumulator with a param": custom,
    "accumulator in transformations": in_transformations,
    "two accumulators": several,
    "accumulator in the driver": in_the_driver,
    "accumulator and a task that fails": failing,
}
