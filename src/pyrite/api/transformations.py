"""Transformations of records of any kind: lazy, each gives a new RDD."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from pyrite.api.dataset import Dataset, T_co, function, itself, node_of, positive
from pyrite.api.dealing import dealer
from pyrite.api.ordering import sorted_by_key
from pyrite.api.pairs import cogrouped
from pyrite.api.piping import through_command
from pyrite.api.sampling import range_sampler, sampler
from pyrite.lineage.dependency import Aggregator, Join, Order
from pyrite.lineage.narrow import AlignedUnion, Cartesian, Coalesced, Union, Zipped
from pyrite.lineage.ops import Filter, FlatMap, KeyBy, Map
from pyrite.lineage.partitioner import HashPartitioner
from pyrite.serial.hashing import portable_hash

if TYPE_CHECKING:
    from pyrite.api.barrier import RDDBarrier
    from pyrite.api.rdd import RDD

K = TypeVar("K")
U = TypeVar("U")
V = TypeVar("V")


class Transformations(Dataset[T_co]):
    """What makes an RDD from one of any records."""

    # -- by record ----------------------------------------------------------------------

    def map(self, f: Callable[[T_co], U], preservesPartitioning: bool = False) -> RDD[U]:
        """``f`` of each record.

        Example:
            >>> sc.parallelize(["b", "a"]).map(lambda x: (x, 1)).collect()
            [('b', 1), ('a', 1)]
        """
        return self._transform(Map(function("map()", f)), preservesPartitioning)

    def filter(self, f: Callable[[T_co], Any]) -> RDD[T_co]:
        """The records for which ``f`` is true.

        Example:
            >>> sc.range(6).filter(lambda x: x % 2 == 0).collect()
            [0, 2, 4]
        """
        return self._transform(Filter(function("filter()", f)), True)

    def flatMap(
        self, f: Callable[[T_co], Iterable[U]], preservesPartitioning: bool = False
    ) -> RDD[U]:
        """All items of ``f`` of each record.

        Example:
            >>> sc.parallelize(["to be", "or"]).flatMap(str.split).collect()
            ['to', 'be', 'or']
        """
        return self._transform(FlatMap(function("flatMap()", f)), preservesPartitioning)

    def keyBy(self, f: Callable[[T_co], K]) -> RDD[tuple[K, T_co]]:
        """``(f(record), record)`` of each record."""
        return self._transform(KeyBy(function("keyBy()", f)))

    # -- by partition -------------------------------------------------------------------

    def mapPartitions(
        self, f: Callable[[Iterator[T_co]], Iterable[U]], preservesPartitioning: bool = False
    ) -> RDD[U]:
        """``f`` of the iterator over each partition.

        Example:
            >>> sc.range(4, numSlices=2).mapPartitions(lambda rows: [sum(rows)]).collect()
            [1, 5]
        """
        each = function("mapPartitions()", f)
        return self._per_partition(lambda _, records: each(records), preservesPartitioning)

    def mapPartitionsWithIndex(
        self,
        f: Callable[[int, Iterator[T_co]], Iterable[U]],
        preservesPartitioning: bool = False,
    ) -> RDD[U]:
        """``f`` of each partition's number and iterator.

        Example:
            >>> of_first = lambda number, rows: rows if number == 0 else ()
            >>> sc.range(4, numSlices=2).mapPartitionsWithIndex(of_first).collect()
            [0, 1]
        """
        return self._per_partition(function("mapPartitionsWithIndex()", f), preservesPartitioning)

    def mapPartitionsWithSplit(
        self,
        f: Callable[[int, Iterator[T_co]], Iterable[U]],
        preservesPartitioning: bool = False,
    ) -> RDD[U]:
        """The old name of `mapPartitionsWithIndex`."""
        warnings.warn(
            "mapPartitionsWithSplit is deprecated; use mapPartitionsWithIndex instead",
            FutureWarning,
            stacklevel=2,
        )
        return self.mapPartitionsWithIndex(f, preservesPartitioning)

    def barrier(self) -> RDDBarrier[T_co]:
        """The dataset, to be computed by tasks that start together and may wait for one another.

        Example:
            >>> from pyrite import BarrierTaskContext
            >>> def wait(records):
            ...     BarrierTaskContext.get().barrier()
            ...     return records
            >>> sc.range(4, numSlices=2).barrier().mapPartitions(wait).sum()
            6
        """
        from pyrite.api.barrier import RDDBarrier

        return RDDBarrier(self._rdd)

    def glom(self) -> RDD[list[T_co]]:
        """One list for each partition.

        Example:
            >>> sc.range(4, numSlices=2).glom().collect()
            [[0, 1], [2, 3]]
        """
        return self._per_partition(lambda _, records: [list(records)])

    def sample(self, withReplacement: bool, fraction: float, seed: int | None = None) -> RDD[T_co]:
        """A random part of the records; the same for the same ``seed``.

        Parameters:
            withReplacement: a record may be drawn more than once.
            fraction: expected share of the records (or draws per record), at least 0.

        Raises:
            ValueError: ``fraction`` is negative.

        Example:
            >>> 300 < sc.range(1000).sample(False, 0.4, seed=7).count() < 500
            True
        """
        if not fraction >= 0:
            raise ValueError(f"fraction must be at least 0, not {fraction!r}")
        if seed is None:
            seed = random.randint(0, 2**31 - 1)
        return self._per_partition(sampler(withReplacement, fraction, seed), True, by_position=True)

    def randomSplit(
        self, weights: Sequence[int | float], seed: int | None = None
    ) -> list[RDD[T_co]]:
        """The records dealt out at random to one RDD for each weight; the same for the same
        ``seed``. Each of them reads all of this RDD: cache it before.

        Raises:
            ValueError: a weight is negative, or all are 0.

        Example:
            >>> few, many = sc.range(500).randomSplit([1, 4], 11)
            >>> few.count() + many.count(), few.count() < many.count()
            (500, True)
        """
        if not all(weight >= 0 for weight in weights):
            raise ValueError("Weights must be nonnegative")
        whole = float(sum(weights))
        if not whole > 0:
            raise ValueError("Sum of weights must be positive")
        if seed is None:
            seed = random.randint(0, 2**32 - 1)
        bounds = list(accumulate((weight / whole for weight in weights), initial=0.0))
        return [
            self._per_partition(range_sampler(low, high, seed), True, by_position=True)
            for low, high in pairwise(bounds)
        ]

    def pipe(
        self, command: str, env: dict[str, str] | None = None, checkCode: bool = False
    ) -> RDD[str]:
        """The lines a command prints when each partition's records are its input lines.

        Parameters:
            command: program and arguments, as a shell splits them; run without a shell.
            env: environment variables, added to the worker's.
            checkCode: fail the task if the command ends with a status other than 0.

        Example:
            >>> sc.parallelize(["b", "a"], 1).pipe("sort").collect()
            ['a', 'b']
        """
        return self._per_partition(through_command(command, env, checkCode))

    def zipWithIndex(self) -> RDD[tuple[T_co, int]]:
        """Each record with its place in the whole dataset. Runs a job to count the records of
        all partitions but the last.

        Example:
            >>> sc.parallelize("abc", 2).zipWithIndex().collect()
            [('a', 0), ('b', 1), ('c', 2)]
        """
        starts = [0]
        number = self._rdd.getNumPartitions()
        if number > 1:
            for count in self._run(lambda it, task: sum(1 for _ in it), range(number - 1)):
                starts.append(starts[-1] + count)

        def numbered(partition: int, records: Iterator[Any]) -> Iterator[Any]:
            return ((record, i) for i, record in enumerate(records, starts[partition]))

        return self._per_partition(numbered, by_position=True)

    def zipWithUniqueId(self) -> RDD[tuple[T_co, int]]:
        """Each record with a number of its own: partition ``k`` of ``n`` counts k, k+n, k+2n."""
        number = self._rdd.getNumPartitions()

        def numbered(partition: int, records: Iterator[Any]) -> Iterator[Any]:
            return ((record, i * number + partition) for i, record in enumerate(records))

        return self._per_partition(numbered, by_position=True)

    # -- several datasets ---------------------------------------------------------------

    def union(self, other: RDD[U]) -> RDD[T_co | U]:
        """All records of both."""
        return self._context.union([self._rdd, other])

    def __add__(self, other: RDD[U]) -> RDD[T_co | U]:
        return self.union(other)

    def zip(self, other: RDD[U]) -> RDD[tuple[T_co, U]]:
        """Pairs of the records at the same place.

        Raises:
            ValueError: the numbers of partitions differ; or, when it runs, those of records do.

        Example:
            >>> sc.range(2).zip(sc.parallelize("ab")).collect()
            [(0, 'a'), (1, 'b')]
        """
        theirs = node_of("zip()", other)
        mine, others = self._rdd.getNumPartitions(), other.getNumPartitions()
        if mine != others:
            raise ValueError(
                f"Can only zip with RDD which has the same number of partitions: "
                f"here {mine} and {others}"
            )
        return self._derive(Zipped((self._node, theirs)))

    def cartesian(self, other: RDD[U]) -> RDD[tuple[T_co, U]]:
        """Every pair of a record of this and a record of ``other``.

        Example:
            >>> sc.range(2).cartesian(sc.parallelize("ab")).collect()
            [(0, 'a'), (0, 'b'), (1, 'a'), (1, 'b')]
        """
        return self._derive(Cartesian(self._node, node_of("cartesian()", other)))

    def intersection(self, other: RDD[Any]) -> RDD[T_co]:
        """The distinct records that are in both."""
        return cogrouped(self.map(_alone), (other.map(_alone),), None, Join.COMMON_KEYS)

    def subtract(self, other: RDD[Any], numPartitions: int | None = None) -> RDD[T_co]:
        """The records that are not in ``other``."""
        others = (other.map(_alone),)
        return cogrouped(self.map(_alone), others, numPartitions, Join.KEYS_WITHOUT)

    # -- over all partitions ------------------------------------------------------------

    def distinct(self, numPartitions: int | None = None) -> RDD[T_co]:
        """Each different record once."""
        once = Aggregator(_none, _first, _first, neutral=True)
        pairs = self.map(_alone)
        return pairs._combine(once, self._partitioner(numPartitions, portable_hash)).keys()

    def groupBy(
        self,
        f: Callable[[T_co], K],
        numPartitions: int | None = None,
        partitionFunc: Callable[[K], int] = portable_hash,
    ) -> RDD[tuple[K, Iterable[T_co]]]:
        """The records grouped by ``f`` of them; other parameters as of `reduceByKey`.

        Example:
            >>> groups = sc.range(5).groupBy(lambda x: x % 2).mapValues(sorted)
            >>> sorted(groups.collect())
            [(0, [0, 2, 4]), (1, [1, 3])]
        """
        return self.keyBy(f).groupByKey(numPartitions, partitionFunc)

    def sortBy(
        self,
        keyfunc: Callable[[T_co], Any],
        ascending: bool = True,
        numPartitions: int | None = None,
    ) -> RDD[T_co]:
        """The records in order of ``keyfunc`` of them. Runs a job to sample the keys.

        Example:
            >>> sc.parallelize([3, 1, 2]).sortBy(lambda x: x, ascending=False).collect()
            [3, 2, 1]
        """
        pairs = self.keyBy(function("sortBy()", keyfunc))
        order = Order(ascending=ascending, values_only=True)
        return sorted_by_key(pairs, order, numPartitions) or self._rdd

    def coalesce(self, numPartitions: int, shuffle: bool = False) -> RDD[T_co]:
        """Fewer partitions, made of neighbouring ones; with ``shuffle``, any number.

        Raises:
            TypeError, ValueError: ``numPartitions`` is no int, or less than 1.

        Example:
            >>> sc.range(6, numSlices=3).coalesce(2).glom().collect()
            [[0, 1], [2, 3, 4, 5]]
        """
        number = positive("numPartitions", numPartitions)
        if shuffle:
            return self._repartitioned(number)
        return self._derive(Coalesced(self._node, number))

    def repartition(self, numPartitions: int) -> RDD[T_co]:
        """The records spread over ``numPartitions`` partitions, in batches of ten."""
        return self._repartitioned(positive("numPartitions", numPartitions))

    def _repartitioned(self, number: int) -> RDD[T_co]:
        dealt = self._per_partition(dealer(number), by_position=True)
        return dealt._shuffle(HashPartitioner(number, itself)).values().flatMap(itself)


def union_of(nodes: list[Any]) -> Union | AlignedUnion:
    """The union node of some nodes: aligned if they are partitioned alike."""
    partitioners = [node.partitioner for node in nodes]
    if partitioners[0] is not None and all(each == partitioners[0] for each in partitioners):
        return AlignedUnion(nodes)
    return Union.of(nodes)


def _alone(record: Any) -> tuple[Any, None]:
    return record, None


def _none(value: Any) -> None:
    return None


def _first(combiner: Any, value: Any) -> Any:
    return combiner
