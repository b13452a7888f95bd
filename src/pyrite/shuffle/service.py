"""Shuffles through files: the door that a task is given.

Map outputs lie in a folder of the node, which outlives the worker that wrote them; other
workers of the node read them there, and other nodes through a transport.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from operator import length_hint
from typing import TYPE_CHECKING, Any, TypeAlias

from pyrite.batch.counting import Counting
from pyrite.core.context import TaskContext
from pyrite.core.ids import AttemptId, ShuffleId
from pyrite.core.outcome import FetchFailure
from pyrite.core.specs import MapOutput
from pyrite.lineage.dependency import Aggregator, Grouping, Join, Order, Shuffle
from pyrite.lineage.partitioner import RangePartitioner
from pyrite.serial.frames import Columns
from pyrite.shuffle.aggregate import aggregate
from pyrite.shuffle.buckets import Buckets
from pyrite.shuffle.counted import count_words
from pyrite.shuffle.errors import FetchError
from pyrite.shuffle.fetch import OpenBlock, fetch, unreadable
from pyrite.shuffle.files import open_block
from pyrite.shuffle.folder import shuffle_folder
from pyrite.shuffle.groups import Groups
from pyrite.shuffle.order import in_order
from pyrite.shuffle.values import Values
from pyrite.shuffle.write import combine, scatter

if TYPE_CHECKING:
    from pyrite.compile.bound import Bound

Side: TypeAlias = Shuffle | Iterator[Any]
"""One parent of a cogroup: shuffled, or there already as pairs."""


_RECORDS_AHEAD = 256
_GROUPS_AHEAD = 8
"""Taken at a time from what was read, to know how far a task is; groups may be large."""


class FileShuffle:
    """A `pyrite.core.context.ShuffleService` whose map outputs are files.

    Parameters:
        folder: the node's shuffle folder.
        node: the node's name, which map outputs carry.
        inputs: where the map outputs lie that may be read, by map partition.
        open_block: how to open a block of one of them.
    """

    def __init__(
        self,
        folder: str,
        node: str,
        inputs: Mapping[ShuffleId, Sequence[MapOutput]],
        open_block: OpenBlock = open_block,
    ) -> None:
        self._folder = folder
        self._node = node
        self._inputs = inputs
        self._open_block = open_block
        self._failures: dict[AttemptId, FetchFailure] = {}

    def write(
        self,
        dependency: Shuffle,
        records: Iterable[Any],
        task: TaskContext,
        loop: Bound | Counting | None = None,
    ) -> MapOutput:
        """Write one map task's records, by partition, combined first if there is an aggregator.

        Parameters:
            loop: makes and takes in the records, of those that are given; or of a text.

        Raises:
            TypeError: a record is no pair, or its key is unhashable or hashes by address.
        """
        partitioner = dependency.writer
        buckets = Buckets(partitioner.num_partitions, task)
        backward = False
        if isinstance(loop, Counting):
            count_words(loop, partitioner, buckets, task)
        elif isinstance(dependency.arrangement, Aggregator):
            combine(records, dependency.arrangement, partitioner, buckets, task, loop)
        elif isinstance(partitioner, RangePartitioner):
            backward = not partitioner.ascending
            scatter(records, partitioner.upward(), buckets, task, loop)
        else:
            scatter(records, partitioner, buckets, task, loop)
        path = self._new_path(dependency.id, task.attempt)
        size, count = buckets.write(path, backward=backward)
        task.metrics.shuffle_bytes_written += size
        task.metrics.records_written += count
        return MapOutput(self._node, path, size, count)

    def read(
        self, dependency: Shuffle, partition: int, task: TaskContext, loop: Bound | None = None
    ) -> Iterator[Any]:
        """One reduce partition, aggregated, grouped or ordered as the dependency says.

        Nothing is read before the first record is asked for.

        Parameters:
            loop: merges columns of keys and combiners into a dict, if there is an aggregator.

        Raises:
            FetchError: while iterating; a map output is lost.
        """

        def build() -> Iterator[Any]:
            if isinstance(dependency.arrangement, Order):
                return self._sorted(dependency, dependency.arrangement, partition, task)
            chunks = self._fetch(dependency.id, partition, task)
            match dependency.arrangement:
                case Aggregator(merge_combiners=merge_combiners):
                    return aggregate(chunks, merge_combiners, task, loop)
                case Grouping():
                    return _grouped(chunks, task)
                case _:
                    return chain.from_iterable(zip(*columns, strict=True) for columns in chunks)

        ahead = _GROUPS_AHEAD if dependency.arrangement == Grouping() else _RECORDS_AHEAD
        return _placed(build, f"shuffle {dependency.id}", ahead, task)

    def read_groups(
        self,
        dependencies: tuple[Side, ...],
        partition: int,
        task: TaskContext,
        join: Join | None = None,
    ) -> Iterator[Any]:
        """One partition of a cogroup: ``(key, (values of 0, values of 1, ...))``, or the rows of
        a join of two.

        Raises:
            FetchError: while iterating; a map output is lost.
            TypeError: a record of a parent that was not shuffled is no pair.
        """

        def build() -> Iterator[Any]:
            groups = Groups(len(dependencies), task, join)
            for number, side in enumerate(dependencies):
                if isinstance(side, Shuffle):
                    groups.add_columns(number, self._fetch(side.id, partition, task))
                else:
                    groups.add_pairs(number, side)
            return groups.finish()

        if join is None:
            return _placed(build, "the groups", _GROUPS_AHEAD, task)
        return _placed(build, "the rows of the join", _RECORDS_AHEAD, task)

    def fetch_failure(self, attempt: AttemptId) -> FetchFailure | None:
        """The lost map output that ``attempt`` met, if any, even if the user's code swallowed
        the error; told once."""
        return self._failures.pop(attempt, None)

    def _sorted(
        self, dependency: Shuffle, order: Order, partition: int, task: TaskContext
    ) -> Iterator[Any]:
        """The pieces of a partition, each read when the one before it was used up."""
        first = partition * order.pieces
        return chain.from_iterable(
            in_order(self._fetch(dependency.id, piece, task), order, task)
            for piece in range(first, first + order.pieces)
        )

    def _fetch(self, shuffle: ShuffleId, partition: int, task: TaskContext) -> Iterator[Columns]:
        try:
            yield from fetch(shuffle, self._inputs[shuffle], partition, self._open_block, task)
        except FetchError as error:
            later = error.map_partition + 1
            others = unreadable(self._inputs[shuffle], later, partition, self._open_block, task)
            self._failures[task.attempt] = FetchFailure(
                shuffle, error.map_partition, error.output, str(error), others
            )
            raise

    def _new_path(self, shuffle: ShuffleId, attempt: AttemptId) -> str:
        folder = shuffle_folder(self._folder, shuffle)
        os.makedirs(folder, exist_ok=True)
        # Attempts are counted per stage, and two stages may write one shuffle.
        unique = os.urandom(6).hex()
        name = f"map-{attempt.partition}-{attempt.number}-{unique}.data"
        return os.path.join(folder, name)


def _grouped(chunks: Iterator[Columns], task: TaskContext) -> Iterator[tuple[Any, Any]]:
    groups = Groups(1, task)
    groups.add_columns(0, chunks)
    return (
        (key, values if isinstance(values, Values) else Values(values))
        for key, (values,) in groups.finish()
    )


def _placed(
    build: Callable[[], Iterator[Any]], source: str, ahead: int, task: TaskContext
) -> Iterator[Any]:
    """The iterator that ``build`` makes once its first item is asked for, while the task's
    position says how far it is; at next to no cost per item."""
    return chain.from_iterable(_portions(build, source, ahead, task))


def _portions(
    build: Callable[[], Iterator[Any]], source: str, ahead: int, task: TaskContext
) -> Iterator[Iterator[Any]]:
    records = build()
    before = 0
    while portion := list(islice(records, ahead)):
        left = iter(portion)
        before += len(portion)
        task.position = partial(_place, source, before, left)
        yield left
    task.position = None


def _place(source: str, before: int, left: Iterator[Any]) -> str:
    return f"record {before - length_hint(left) - 1} of {source} in this partition"
