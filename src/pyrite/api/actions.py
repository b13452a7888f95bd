"""Actions: they run a job and give its result to the caller."""

from __future__ import annotations

import copy
import heapq
import math
import random
import sys
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

from pyrite.api.dataset import Dataset, T_co, function, itself, whole
from pyrite.lineage.terminals import Collect, Count, Draw, Fold, ForEach, PerPartition, Reduce

if TYPE_CHECKING:
    from pyrite.api.rdd import RDD

K = TypeVar("K")
U = TypeVar("U")
V = TypeVar("V")

_LARGEST_SAMPLE = sys.maxsize - int(10 * math.sqrt(sys.maxsize))
"""PySpark's limit: room for ten standard deviations above a mean of so many records."""

NOTHING_TO_REDUCE = "Can not reduce() empty RDD"


class Actions(Dataset[T_co]):
    """What an RDD gives to the driver."""

    # -- records ------------------------------------------------------------------------

    def collect(self) -> list[T_co]:
        """All records, in order, in the driver's memory."""
        return list(chain.from_iterable(self._run(Collect())))

    def collectWithJobGroup(
        self, groupId: str, description: str, interruptOnCancel: bool = False
    ) -> list[T_co]:
        """As `collect`, in a job of this group (`SparkContext.setJobGroup`)."""
        with self._context._properties.kept():
            self._context.setJobGroup(groupId, description, interruptOnCancel)
            return self.collect()

    def toLocalIterator(self, prefetchPartitions: bool = False) -> Iterator[T_co]:
        """All records, in order; holds one partition at a time in the driver's memory.

        Parameters:
            prefetchPartitions: compute the next partition while this one is used.
        """
        number = self._rdd.getNumPartitions()
        if prefetchPartitions:
            return self._prefetched(number)
        return chain.from_iterable(
            chain.from_iterable(self._run(Collect(), [partition])) for partition in range(number)
        )

    def _prefetched(self, number: int) -> Iterator[T_co]:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as ahead:
            waiting: deque[Any] = deque()
            for partition in range(number):
                waiting.append(ahead.submit(self._run, Collect(), [partition]))
                if len(waiting) > 1:
                    yield from waiting.popleft().result()[0]
            for last in waiting:
                yield from last.result()[0]

    def take(self, num: int) -> list[T_co]:
        """The first ``num`` records. Computes no more partitions than it takes to find them:
        one first, then more and more."""
        num = whole("take() needs", num)
        found: list[T_co] = []
        number = self._rdd.getNumPartitions()
        scanned = 0
        while len(found) < num and scanned < number:
            partitions = range(scanned, min(number, scanned + _next_scan(scanned, found, num)))
            left = num - len(found)
            for part in self._run(_first_of(left), partitions):
                found += part
            scanned = partitions.stop
        return found[: max(0, num)]

    def first(self) -> T_co:
        """The first record.

        Raises:
            ValueError: there is none.
        """
        for record in self.take(1):
            return record
        raise ValueError("RDD is empty")

    def isEmpty(self) -> bool:
        """Whether there is no record at all."""
        return not self.take(1)

    def top(self, num: int, key: Callable[[T_co], Any] | None = None) -> list[T_co]:
        """The ``num`` largest records, largest first; ``key`` of them is compared.

        Example:
            >>> sc.parallelize(["to", "question", "be"]).top(2, key=len)
            ['question', 'to']
        """
        parts = self._run(Draw(lambda it: heapq.nlargest(num, it, key=key)))
        return heapq.nlargest(num, chain.from_iterable(parts), key=key)

    def takeOrdered(self, num: int, key: Callable[[T_co], Any] | None = None) -> list[T_co]:
        """The ``num`` smallest records, smallest first; ``key`` of them is compared.

        Raises:
            ValueError: ``num`` is negative.

        Example:
            >>> sc.parallelize([3, 1, 2]).takeOrdered(2)
            [1, 2]
        """
        if num < 0:
            raise ValueError("top N cannot be negative.")
        parts = self._run(Draw(lambda it: heapq.nsmallest(num, it, key=key)))
        return heapq.nsmallest(num, chain.from_iterable(parts), key=key)

    def takeSample(self, withReplacement: bool, num: int, seed: int | None = None) -> list[T_co]:
        """``num`` records at random. Counts the records first.

        Raises:
            ValueError: ``num`` is negative, or too large for any dataset.
        """
        if num < 0:
            raise ValueError("Sample size cannot be negative.")
        if num > _LARGEST_SAMPLE:
            raise ValueError(f"Sample size cannot be greater than {_LARGEST_SAMPLE}.")
        total = self.count() if num else 0
        if total == 0:
            return []
        generator = random.Random(seed)
        if not withReplacement and num >= total:
            records = self.collect()
            generator.shuffle(records)
            return records
        fraction = _sample_fraction(withReplacement, num, total)
        samples = self._rdd.sample(withReplacement, fraction, seed).collect()
        while len(samples) < num:
            seed = generator.randint(0, 2**63 - 1)
            samples = self._rdd.sample(withReplacement, fraction, seed).collect()
        generator.shuffle(samples)
        return samples[:num]

    # -- one value ----------------------------------------------------------------------

    def count(self) -> int:
        """How many records there are."""
        return sum(self._run(Count()))

    def reduce(self: Dataset[V], f: Callable[[V, V], V]) -> V:
        """All records reduced to one by ``f``, which must be associative and commutative.

        Raises:
            ValueError: there is no record.

        Example:
            >>> sc.range(5).reduce(lambda x, y: x + y)
            10
        """
        function("reduce()", f)
        parts: list[list[V]] = self._run(Reduce(f))
        return _reduced(f, parts)

    def fold(self: Dataset[V], zeroValue: V, op: Callable[[V, V], V]) -> V:
        """As `reduce`, starting from ``zeroValue``: once in every partition and once at the end.
        ``op`` may change and return its first argument."""
        function("fold()", op)
        parts = self._run(Fold(op, zeroValue))
        return reduce(op, parts, copy.deepcopy(zeroValue))

    def aggregate(
        self,
        zeroValue: U,
        seqOp: Callable[[U, T_co], U],
        combOp: Callable[[U, U], U],
    ) -> U:
        """Every partition added to ``zeroValue`` by ``seqOp``; these joined by ``combOp``.
        Both may change and return their first argument.

        Example:
            >>> sc.range(5).aggregate((0, 0), lambda a, x: (a[0] + x, a[1] + 1),
            ...                       lambda a, b: (a[0] + b[0], a[1] + b[1]))
            (10, 5)
        """
        function("aggregate()", seqOp)
        function("aggregate()", combOp)
        parts = self._run(Fold(seqOp, zeroValue))
        return reduce(combOp, parts, copy.deepcopy(zeroValue))

    def treeReduce(self: Dataset[V], f: Callable[[V, V], V], depth: int = 2) -> V:
        """As `reduce`, joining the partitions' results in ``depth`` steps, not all in the driver.

        Raises:
            ValueError: there is no record, or ``depth`` is less than 1.
        """
        function("treeReduce()", f)

        def joined(a: list[Any], b: list[Any]) -> list[Any]:
            return [f(a[0], b[0])] if a and b else a or b

        parts = self._transform(PerPartition(Reduce(f)))
        found: list[V] = _tree_reduced(parts, joined, depth)
        if not found:
            raise ValueError("Cannot reduce empty RDD.")
        return found[0]

    def treeAggregate(
        self,
        zeroValue: U,
        seqOp: Callable[[U, T_co], U],
        combOp: Callable[[U, U], U],
        depth: int = 2,
    ) -> U:
        """As `aggregate`, joining the partitions' results in ``depth`` steps."""
        function("treeAggregate()", seqOp)
        function("treeAggregate()", combOp)
        if not self._rdd.getNumPartitions():
            return zeroValue
        parts = self._transform(PerPartition(Fold(seqOp, zeroValue)))
        joined: U = _tree_reduced(parts, combOp, depth)
        return joined

    def countByValue(self: Dataset[K]) -> dict[K, int]:
        """How often each record occurs, as a dict in the driver's memory.

        Example:
            >>> sorted(sc.parallelize("abba").countByValue().items())
            [('a', 2), ('b', 2)]
        """
        counts: dict[Any, int] = defaultdict(int)
        for part in self._run(Draw(_value_counts)):
            for value, number in part.items():
                counts[value] += number
        return counts

    # -- pairs --------------------------------------------------------------------------

    def collectAsMap(self: Dataset[tuple[K, V]]) -> dict[K, V]:
        """The pairs as a dict; of several pairs of one key, the last."""
        return dict(chain.from_iterable(self._run(Collect())))

    def countByKey(self: Dataset[tuple[K, Any]]) -> dict[K, int]:
        """How many pairs each key has, as a dict in the driver's memory."""
        return self._rdd.keys().countByValue()

    def reduceByKeyLocally(self: Dataset[tuple[K, V]], func: Callable[[V, V], V]) -> dict[K, V]:
        """The values of each key reduced to one, as a dict in the driver's memory.

        Example:
            >>> sc.parallelize([("a", 1), ("b", 1), ("a", 2)]).reduceByKeyLocally(max)
            {'a': 2, 'b': 1}
        """
        function("reduceByKeyLocally()", func)
        parts = self._run(Draw(lambda it: _reduced_by_key(func, it)))
        return _reduced_by_key(func, chain.from_iterable(part.items() for part in parts))

    def lookup(self: Dataset[tuple[K, V]], key: K) -> list[V]:
        """The values of one key. Computes only the key's partition if it is known which it is.

        Example:
            >>> sc.parallelize([("a", 1), ("b", 2), ("a", 3)]).lookup("a")
            [1, 3]
        """
        values = self._rdd.filter(lambda pair: pair[0] == key).values()
        partitioner = self._node.partitioner
        if partitioner is None:
            return values.collect()
        # A worker says where the key lies: the driver may hash text in its own way.
        [[partition]] = self._context.parallelize([key], 1).map(partitioner)._run(Collect())
        return list(values._run(Collect(), [partition])[0])

    # -- effects ------------------------------------------------------------------------

    def foreach(self, f: Callable[[T_co], Any]) -> None:
        """Call ``f`` with each record, in the workers; what it returns is dropped.

        What it does to the driver's variables does not come back: use `SparkContext.accumulator`.
        """
        function("foreach()", f)
        self._run(ForEach(f))

    def foreachPartition(self, f: Callable[[Iterator[T_co]], Any]) -> None:
        """Call ``f`` with the iterator over each partition, in the workers."""
        function("foreachPartition()", f)
        self._run(lambda it, task: _drain(f(it)))


def _first_of(number: int) -> Draw:
    return Draw(lambda records: list(islice(records, number)))


def _value_counts(records: Iterator[Any]) -> dict[Any, int]:
    from pyrite.compile.tools import count_items

    counts: dict[Any, int] = {}
    count_items(counts, records)  # not a Counter, whose frames would stand above the user's
    return counts


def _drain(result: Iterable[Any] | None) -> None:
    if result is not None and hasattr(result, "__iter__"):
        deque(result, maxlen=0)  # a generator has done nothing yet


def _reduced_by_key(
    f: Callable[[Any, Any], Any], pairs: Iterable[tuple[Any, Any]]
) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key, value in pairs:
        found[key] = f(found[key], value) if key in found else value
    return found


def _reduced(f: Callable[[V, V], V], parts: list[list[V]]) -> V:
    values = list(chain.from_iterable(parts))
    if not values:
        raise ValueError(NOTHING_TO_REDUCE)
    return reduce(f, values)


def _tree_reduced(parts: RDD[Any], f: Callable[[Any, Any], Any], depth: int) -> Any:
    """One record per partition, joined over ``depth`` levels of tasks, the last in the driver."""
    if depth < 1:
        raise ValueError(f"Depth cannot be smaller than 1 but got {depth}.")
    number = parts.getNumPartitions()
    scale = max(math.ceil(number ** (1.0 / depth)), 2)
    while number > scale + number / scale:
        number = math.ceil(number / scale)
        parts = _joined_in(parts, f, number)
    values = parts.collect()
    return reduce(f, values) if values else []


def _joined_in(parts: RDD[Any], f: Callable[[Any, Any], Any], number: int) -> RDD[Any]:
    keyed = parts.mapPartitionsWithIndex(lambda i, it: ((i % number, x) for x in it))
    return keyed.reduceByKey(f, number, itself).values()


def _next_scan(scanned: int, found: list[Any], wanted: int) -> int:
    """How many partitions `take` tries next: as Spark does, 1, then up to 4 times as many."""
    if not scanned:
        return 1
    if not found:
        return scanned * 4
    estimate = int(1.5 * wanted * scanned / len(found)) - scanned
    return min(max(estimate, 1), scanned * 4)


def _sample_fraction(with_replacement: bool, wanted: int, total: int) -> float:
    """A fraction that gives at least ``wanted`` of ``total`` records 9,999 times in 10,000.

    Source: Spark's SamplingUtils (Meng, ICML 2013, "Scalable Simple Random Sampling").
    """
    fraction = wanted / total
    if with_replacement:
        deviations = 9 if wanted < 12 else 5
        return fraction + deviations * math.sqrt(fraction / total)
    gamma = -math.log(0.00005) / total
    return min(1.0, fraction + gamma + math.sqrt(gamma * gamma + 2 * gamma * fraction))
