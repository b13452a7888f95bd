"""Programs with accumulators and broadcasts."""

from __future__ import annotations

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


PROGRAMS: dict[str, Program] = {
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
