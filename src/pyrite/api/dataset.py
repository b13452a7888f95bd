"""What every side of an RDD shares: a lineage node, its context, and ways to derive others."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, cast

from pyrite.api.callsite import public_call
from pyrite.core.errors import SerializationError
from pyrite.lineage.dependency import Aggregator, Arrangement, Shuffle
from pyrite.lineage.narrow import Transformed
from pyrite.lineage.node import Node
from pyrite.lineage.ops import MapPartitions, Op
from pyrite.lineage.partitioner import HashPartitioner, Partitioner
from pyrite.lineage.wide import CoGrouped, Shuffled
from pyrite.plan.program import Action
from pyrite.serial.hashing import portable_hash, stable_hash

if TYPE_CHECKING:
    from pyrite.api.context import SparkContext
    from pyrite.api.rdd import RDD
    from pyrite.api.resource import ResourceProfile

T_co = TypeVar("T_co", covariant=True)


class Dataset(Generic[T_co]):
    """An immutable handle on a lineage node and the context that can run it."""

    def __init__(self, node: Node, context: SparkContext) -> None:
        self._node = node
        self._context = context
        self._name: str | None = None
        self._profile: ResourceProfile | None = None

    def __reduce__(self) -> NoReturn:
        raise SerializationError(
            "an RDD is used inside a function that runs in a task (or is a record of another "
            "RDD). Tasks cannot start jobs: join the two RDDs, or collect() the smaller one "
            "first and use the resulting list or dict"
        )

    @property
    def _rdd(self) -> RDD[T_co]:
        return cast("RDD[T_co]", self)

    def _derive(self, node: Node) -> RDD[Any]:
        """A new RDD over ``node``, named after the user's call."""
        return self._context._rdd(node)

    def _transform(self, op: Op, keeps_partitioner: bool = False) -> RDD[Any]:
        return self._derive(Transformed(self._node, op, keeps_partitioner))

    def _per_partition(
        self,
        function: Callable[[int, Iterator[Any]], Iterable[Any]],
        keeps_partitioner: bool = False,
        by_position: bool = False,
    ) -> RDD[Any]:
        return self._transform(MapPartitions(function, by_position), keeps_partitioner)

    def _shuffle(self, partitioner: Partitioner, arrangement: Arrangement = None) -> RDD[Any]:
        """The pairs, moved to where ``partitioner`` says, and arranged there."""
        return self._derive(Shuffled(Shuffle(self._node, partitioner, arrangement, public_call())))

    def _combine(self, aggregator: Aggregator, partitioner: Partitioner) -> RDD[Any]:
        """One combiner a key. Without a shuffle if the keys are in their places already."""
        if self._node.partitioner != partitioner:
            return self._shuffle(partitioner, aggregator)
        groups = self._derive(CoGrouped((self._node,), partitioner))
        return groups.mapValues(lambda sides: _combined(aggregator, sides[0]))

    def _run(self, action: Action, partitions: Sequence[int] | None = None) -> list[Any]:
        """Run a job that makes one value of each partition.

        Raises:
            Exception: what the user's code raised in a task, after all its attempts.
            JobFailed: the job could not be finished for another reason.
        """
        if partitions is None:
            partitions = range(self._node.num_partitions)
        context = self._context
        properties = context._properties.snapshot()
        try:
            job = context._driver.run(self._node, partitions, action, public_call(), properties)
        except SerializationError as error:
            raise error.with_traceback(None) from None
        if job.error is not None:
            raise job.error  # from here, so that few frames stand between the user's own
        context._checkpoints.after_job(self._node)
        return job.results()

    def _partitioner(self, number: int | None, function: Callable[[Any], int]) -> HashPartitioner:
        if number is None:
            number = self._default_partitions()
        if function is portable_hash:
            function = stable_hash  # in tasks, where it needs no check
        return HashPartitioner(positive("numPartitions", number), function)

    def _default_partitions(self) -> int:
        """Partitions of a shuffle where the user gave no number."""
        configured: int | None = self._context._settings["pyrite.default.parallelism"]
        return configured or max(1, self._node.num_partitions)


def _combined(aggregator: Aggregator, values: Iterable[Any]) -> Any:
    iterator = iter(values)
    combiner = aggregator.create(next(iterator))
    for value in iterator:
        combiner = aggregator.merge_value(combiner, value)
    return combiner


def whole(what: str, value: Any) -> int:
    """``value``, if it is an int, or NumPy's.

    Raises:
        TypeError: it is not; ``what`` begins the message.
    """
    try:
        return operator.index(value)
    except TypeError:
        kind = type(value).__name__
        raise TypeError(f"{what} an int, not {kind} {value!r}") from None


def positive(name: str, value: Any) -> int:
    """``value``, if it is a number of partitions.

    Raises:
        TypeError: it is not an int.
        ValueError: it is less than one.
    """
    number = whole(f"{name} must be", value)
    if number < 1:
        raise ValueError(f"{name} must be at least 1, not {number}")
    return number


def function(call: str, value: Any) -> Any:
    """``value``, if it can be called.

    Raises:
        TypeError: it cannot; ``call`` says what was called with it.
    """
    if not callable(value):
        raise TypeError(f"{call} needs a function, not {type(value).__name__} {value!r}")
    return value


def node_of(call: str, other: Any) -> Node:
    """The node of ``other``, if it is an RDD.

    Raises:
        TypeError: it is not; ``call`` says what was called with it.
    """
    if isinstance(other, Dataset):
        return other._node
    kind = type(other).__name__
    raise TypeError(f"{call} needs an RDD, not a {kind}; sc.parallelize() makes one of a list")


def itself(value: Any) -> Any:
    """The identity: a combiner that is its first value, a key that is its own partition."""
    return value
