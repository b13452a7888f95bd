"""Transformations of ``(key, value)`` pairs."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload

from pyrite.api.dataset import Dataset, T_co, function, itself, node_of
from pyrite.api.ordering import sorted_by_key
from pyrite.api.sampling import stratified_sampler
from pyrite.lineage.dependency import Aggregator, Grouping, Join, Order
from pyrite.lineage.node import Node
from pyrite.lineage.ops import FlatMapValues, Map, MapValues
from pyrite.lineage.partitioner import HashPartitioner, Partitioner
from pyrite.lineage.wide import CoGrouped
from pyrite.serial.hashing import portable_hash

if TYPE_CHECKING:
    from pyrite.api.rdd import RDD

K = TypeVar("K")
V = TypeVar("V")
U = TypeVar("U")
W = TypeVar("W")
X = TypeVar("X")


class PairTransformations(Dataset[T_co]):
    """What makes an RDD from one of pairs."""

    # -- by pair ------------------------------------------------------------------------

    def keys(self: Dataset[tuple[K, V]]) -> RDD[K]:
        """The first of each pair."""
        return self._transform(Map(_key))

    def values(self: Dataset[tuple[K, V]]) -> RDD[V]:
        """The second of each pair."""
        return self._transform(Map(_value))

    def mapValues(self: Dataset[tuple[K, V]], f: Callable[[V], U]) -> RDD[tuple[K, U]]:
        """``(key, f(value))`` of each pair. Keeps the partitioning."""
        return self._transform(MapValues(function("mapValues()", f)), True)

    def flatMapValues(
        self: Dataset[tuple[K, V]], f: Callable[[V], Iterable[U]]
    ) -> RDD[tuple[K, U]]:
        """``(key, item)`` for each item of ``f(value)`` of each pair. Keeps the partitioning."""
        return self._transform(FlatMapValues(function("flatMapValues()", f)), True)

    def sampleByKey(
        self: Dataset[tuple[K, V]],
        withReplacement: bool,
        fractions: dict[K, float | int],
        seed: int | None = None,
    ) -> RDD[tuple[K, V]]:
        """A random part of the pairs of each key; the same for the same ``seed``.

        Parameters:
            withReplacement: a pair may be drawn more than once.
            fractions: for each key, the expected share of its pairs (or draws per pair), at
                least 0. A key that is not there fails the task with a KeyError.

        Raises:
            ValueError: a fraction is negative.
        """
        for fraction in fractions.values():
            if not fraction >= 0:
                raise ValueError(f"Negative fraction value: {fraction}")
        if seed is None:
            seed = random.randint(0, 2**31 - 1)
        draw = stratified_sampler(withReplacement, fractions, seed)
        return self._per_partition(draw, True, by_position=True)

    # -- one result a key ---------------------------------------------------------------

    def combineByKey(
        self: Dataset[tuple[K, V]],
        createCombiner: Callable[[V], U],
        mergeValue: Callable[[U, V], U],
        mergeCombiners: Callable[[U, U], U],
        numPartitions: int | None = None,
        partitionFunc: Callable[[K], int] = portable_hash,
    ) -> RDD[tuple[K, U]]:
        """One combiner for each key.

        Parameters:
            createCombiner: makes a combiner of a key's first value.
            mergeValue: adds a value to a combiner; may change and return it.
            mergeCombiners: joins two combiners of a key; may change and return the first.
            numPartitions: of the result.
            partitionFunc: key -> int; a key goes to partition ``partitionFunc(key) % number``.

        Example:
            >>> pairs = sc.parallelize([("a", 1), ("b", 1), ("a", 2)])
            >>> lists = pairs.combineByKey(lambda v: [v], lambda c, v: c + [v], lambda a, b: a + b)
            >>> sorted(lists.collect())
            [('a', [1, 2]), ('b', [1])]
        """
        aggregator = Aggregator(
            function("combineByKey()", createCombiner),
            function("combineByKey()", mergeValue),
            function("combineByKey()", mergeCombiners),
        )
        return self._combine(aggregator, self._partitioner(numPartitions, partitionFunc))

    def reduceByKey(
        self: Dataset[tuple[K, V]],
        func: Callable[[V, V], V],
        numPartitions: int | None = None,
        partitionFunc: Callable[[K], int] = portable_hash,
    ) -> RDD[tuple[K, V]]:
        """The values of each key reduced to one.

        Parameters:
            func: makes one value of two; must be associative and commutative.
            numPartitions, partitionFunc: as of `combineByKey`.

        Example:
            >>> pairs = sc.parallelize([("a", 1), ("b", 1), ("a", 2)])
            >>> sorted(pairs.reduceByKey(lambda x, y: x + y).collect())
            [('a', 3), ('b', 1)]
        """
        aggregator = Aggregator(itself, function("reduceByKey()", func), func, neutral=True)
        return self._combine(aggregator, self._partitioner(numPartitions, partitionFunc))

    def aggregateByKey(
        self: Dataset[tuple[K, V]],
        zeroValue: U,
        seqFunc: Callable[[U, V], U],
        combFunc: Callable[[U, U], U],
        numPartitions: int | None = None,
        partitionFunc: Callable[[K], int] = portable_hash,
    ) -> RDD[tuple[K, U]]:
        """The values of each key added to a copy of ``zeroValue``.

        Parameters:
            zeroValue: what each key begins with, in each map task.
            seqFunc: adds a value; may change and return its first argument.
            combFunc: joins two results of a key; may change and return its first argument.
            numPartitions, partitionFunc: as of `combineByKey`.

        Example:
            >>> pairs = sc.parallelize([("a", 1), ("b", 1), ("a", 1)])
            >>> sets = pairs.aggregateByKey(set(), lambda s, v: s | {v}, lambda s, t: s | t)
            >>> sorted(sets.collect())
            [('a', {1}), ('b', {1})]
        """
        aggregator = Aggregator(
            _from_zero(zeroValue, seqFunc),
            function("aggregateByKey()", seqFunc),
            function("aggregateByKey()", combFunc),
        )
        return self._combine(aggregator, self._partitioner(numPartitions, partitionFunc))

    def foldByKey(
        self: Dataset[tuple[K, V]],
        zeroValue: V,
        func: Callable[[V, V], V],
        numPartitions: int | None = None,
        partitionFunc: Callable[[K], int] = portable_hash,
    ) -> RDD[tuple[K, V]]:
        """The values of each key folded into a copy of ``zeroValue``, once per map task."""
        aggregator = Aggregator(
            _from_zero(zeroValue, func),
            function("foldByKey()", func),
            func,
        )
        return self._combine(aggregator, self._partitioner(numPartitions, partitionFunc))

    def groupByKey(
        self: Dataset[tuple[K, V]],
        numPartitions: int | None = None,
        partitionFunc: Callable[[K], int] = portable_hash,
    ) -> RDD[tuple[K, Iterable[V]]]:
        """All values of each key, in a sized iterable that may lie partly on disk.

        To sum or count them, `reduceByKey` and `aggregateByKey` move far less data.

        Example:
            >>> pairs = sc.parallelize([("a", 1), ("b", 1), ("a", 2)])
            >>> sorted(pairs.groupByKey().mapValues(list).collect())
            [('a', [1, 2]), ('b', [1])]
        """
        partitioner = self._partitioner(numPartitions, partitionFunc)
        if self._node.partitioner == partitioner:
            groups = self._derive(CoGrouped((self._node,), partitioner))
            return groups.mapValues(lambda sides: sides[0])
        return self._shuffle(partitioner, Grouping())

    # -- moving pairs -------------------------------------------------------------------

    def partitionBy(
        self: Dataset[tuple[K, V]],
        numPartitions: int | None,
        partitionFunc: Callable[[K], int] = portable_hash,
    ) -> RDD[tuple[K, V]]:
        """Each pair in partition ``partitionFunc(key) % numPartitions``.

        Example:
            >>> sc.parallelize([(1, "a"), (2, "b"), (3, "c")]).partitionBy(2).glom().collect()
            [[(2, 'b')], [(1, 'a'), (3, 'c')]]
        """
        partitioner = self._partitioner(numPartitions, partitionFunc)
        if self._node.partitioner == partitioner:
            return self._rdd
        return self._shuffle(partitioner)

    def sortByKey(
        self: Dataset[tuple[K, V]],
        ascending: bool = True,
        numPartitions: int | None = None,
        keyfunc: Callable[[Any], Any] | None = None,
    ) -> RDD[tuple[K, V]]:
        """The pairs in order of their keys. Runs a job to sample the keys; if there are none, this
        is the result.

        Parameters:
            ascending: False for the largest key first.
            numPartitions: of the result.
            keyfunc: keys are compared by this of them.

        Example:
            >>> sc.parallelize([("b", 1), ("a", 2)]).sortByKey().collect()
            [('a', 2), ('b', 1)]
        """
        return sorted_by_key(self._rdd, Order(keyfunc, ascending), numPartitions) or self._rdd

    def repartitionAndSortWithinPartitions(
        self: Dataset[tuple[K, V]],
        numPartitions: int | None = None,
        partitionFunc: Callable[[Any], int] = portable_hash,
        ascending: bool = True,
        keyfunc: Callable[[Any], Any] | None = None,
    ) -> RDD[tuple[K, V]]:
        """As `partitionBy`, and each partition's pairs in order of their keys: the shuffle
        sorts, which is what a secondary sort needs."""
        partitioner = self._partitioner(numPartitions, partitionFunc)
        return self._shuffle(partitioner, Order(keyfunc, ascending))

    # -- several datasets ---------------------------------------------------------------

    def cogroup(
        self: Dataset[tuple[K, V]], other: RDD[tuple[K, W]], numPartitions: int | None = None
    ) -> RDD[tuple[K, tuple[Iterable[V], Iterable[W]]]]:
        """For each key of either: its values in this, and its values in ``other``.

        Example:
            >>> left, right = sc.parallelize([("a", 1), ("b", 4)]), sc.parallelize([("a", 2)])
            >>> groups = left.cogroup(right).mapValues(lambda sides: [list(side) for side in sides])
            >>> sorted(groups.collect())
            [('a', [[1], [2]]), ('b', [[4], []])]
        """
        return cogrouped(self, (other,), numPartitions)

    @overload
    def groupWith(
        self: Dataset[tuple[K, V]], other: RDD[tuple[K, W]], /
    ) -> RDD[tuple[K, tuple[Iterable[V], Iterable[W]]]]: ...
    @overload
    def groupWith(
        self: Dataset[tuple[K, V]], other: RDD[tuple[K, W]], third: RDD[tuple[K, X]], /
    ) -> RDD[tuple[K, tuple[Iterable[V], Iterable[W], Iterable[X]]]]: ...
    @overload
    def groupWith(
        self: Dataset[tuple[K, V]], other: RDD[tuple[K, Any]], *others: RDD[tuple[K, Any]]
    ) -> RDD[tuple[K, tuple[Iterable[Any], ...]]]: ...
    def groupWith(
        self: Dataset[tuple[K, V]], other: RDD[tuple[K, Any]], *others: RDD[tuple[K, Any]]
    ) -> RDD[tuple[K, tuple[Iterable[Any], ...]]]:
        """`cogroup` of any number of datasets."""
        return cogrouped(self, (other, *others), None)

    def join(
        self: Dataset[tuple[K, V]], other: RDD[tuple[K, W]], numPartitions: int | None = None
    ) -> RDD[tuple[K, tuple[V, W]]]:
        """``(key, (value, value in other))`` for every such pair of values.

        Example:
            >>> left, right = sc.parallelize([("a", 1), ("b", 4)]), sc.parallelize([("a", 2)])
            >>> left.join(right).collect()
            [('a', (1, 2))]
        """
        return cogrouped(self, (other,), numPartitions, Join.INNER)

    def leftOuterJoin(
        self: Dataset[tuple[K, V]], other: RDD[tuple[K, W]], numPartitions: int | None = None
    ) -> RDD[tuple[K, tuple[V, W | None]]]:
        """As `join`, and with None for keys that ``other`` lacks."""
        return cogrouped(self, (other,), numPartitions, Join.LEFT)

    def rightOuterJoin(
        self: Dataset[tuple[K, V]], other: RDD[tuple[K, W]], numPartitions: int | None = None
    ) -> RDD[tuple[K, tuple[V | None, W]]]:
        """As `join`, and with None for keys that this lacks."""
        return cogrouped(self, (other,), numPartitions, Join.RIGHT)

    def fullOuterJoin(
        self: Dataset[tuple[K, V]], other: RDD[tuple[K, W]], numPartitions: int | None = None
    ) -> RDD[tuple[K, tuple[V | None, W | None]]]:
        """As `join`, and with None for keys that either lacks."""
        return cogrouped(self, (other,), numPartitions, Join.FULL)

    def subtractByKey(
        self: Dataset[tuple[K, V]], other: RDD[tuple[K, Any]], numPartitions: int | None = None
    ) -> RDD[tuple[K, V]]:
        """The pairs whose key is not in ``other``."""
        return cogrouped(self, (other,), numPartitions, Join.WITHOUT)


def cogrouped(
    mine: Dataset[tuple[Any, Any]],
    others: tuple[Dataset[tuple[Any, Any]], ...],
    number: int | None,
    join: Join | None = None,
) -> RDD[Any]:
    """Groups of several datasets, or a join of two, placed as they are already, if that fits."""
    nodes = [mine._node, *(node_of("a join or cogroup", other) for other in others)]
    partitioner = _common_partitioner(nodes, number)
    if partitioner is None:
        parts = number or max(side._default_partitions() for side in (mine, *others))
        partitioner = mine._partitioner(parts, portable_hash)
    return mine._derive(CoGrouped(nodes, partitioner, "cogroup", join))


def _common_partitioner(nodes: Sequence[Node], number: int | None) -> Partitioner | None:
    """A rule by which some of ``nodes`` are placed already, and which all keys can follow: that
    of all of them, or the usual one. Other rules may not know the keys of the other nodes."""
    placed = [node.partitioner for node in nodes]
    alike = all(each == placed[0] for each in placed)
    fitting = [
        each
        for each in placed
        if each is not None
        and number in (None, each.num_partitions)
        and (alike or each == HashPartitioner(each.num_partitions))
    ]
    return max(fitting, key=lambda each: each.num_partitions, default=None)


def _from_zero(zero: Any, function: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    """What makes a combiner of a key's first value and a copy of ``zero`` of its own."""
    if _is_constant(zero):
        return lambda value: function(zero, value)
    return lambda value: function(copy.deepcopy(zero), value)


def _is_constant(value: Any) -> bool:
    """Whether a copy would be the same object, as nothing in it can be changed."""
    if type(value) is tuple:
        return all(map(_is_constant, value))
    return value is None or type(value) in (bool, int, float, complex, str, bytes)


def _key(pair: tuple[Any, Any]) -> Any:
    return pair[0]


def _value(pair: tuple[Any, Any]) -> Any:
    return pair[1]
