"""Sorting a dataset: a sample of the keys tells which ranges of them are to be its partitions.

A large partition is written in several ranges, too. The reader sorts one after the other, each
small enough for the processor's cache; and few partitions are so large that they have to be sorted
on disk.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pyrite.api.sampling import LARGEST_FRACTION, KeySample
from pyrite.lineage.dependency import Order
from pyrite.lineage.partitioner import HashPartitioner, Partitioner, RangePartitioner
from pyrite.lineage.terminals import Choose
from pyrite.serial.hashing import portable_hash

if TYPE_CHECKING:
    from pyrite.api.rdd import RDD

_SAMPLES_PER_PARTITION = 20  # as in PySpark, whose bounds these are to be

_PIECE = 1 << 16
"""Records of a piece, about. Some sixteen of them are in the sample."""

_LEAST_OF_A_MAP_TASK = 1 << 10
"""Records that a piece should have from each map task: each is opened and read for itself."""

_MOST_PIECES, _MOST_BLOCKS = 64, 2048
"""Of a partition, and of a map output, which is collected in as many columns."""


def sorted_by_key(pairs: RDD[tuple[Any, Any]], order: Order, number: int | None) -> RDD[Any] | None:
    """The pairs, or their values, in order of their keys over all partitions. Runs a job to sample
    the keys, if there is to be more than one partition; None if there are none."""
    number = pairs._partitioner(number, portable_hash).num_partitions
    partitioner: Partitioner = HashPartitioner(number, _zero)
    if number > 1:
        sample = KeySample(_SAMPLES_PER_PARTITION * number, order.key_function)
        counted = pairs._run(Choose(sample.of_partition))
        records = sum(count for count, _ in counted)
        if not records:
            return None
        keys = sample.of_all(counted)
        if keys:
            bounds = range_bounds(keys, number)
            partitioner = RangePartitioner(bounds, order.ascending, order.key_function)
            least = max(_PIECE, _LEAST_OF_A_MAP_TASK * len(counted))
            pieces = min(_MOST_PIECES, _MOST_BLOCKS // number, records // number // least)
            if pieces > 1:
                finer = finer_bounds(bounds, sample.of_all(counted, LARGEST_FRACTION), pieces)
                piece_of = RangePartitioner(finer, order.ascending, order.key_function)
                order = Order(
                    order.key_function, order.ascending, order.values_only, pieces, piece_of
                )
    return pairs._shuffle(partitioner, order)


def range_bounds(keys: list[Any], parts: int) -> tuple[Any, ...]:
    """Keys that cut the data into ``parts`` ranges of about equal weight.

    Parameters:
        keys: some of the data's, at least one.
    """
    ordered = sorted(keys)
    return tuple(ordered[int(len(ordered) * (i + 1) / parts)] for i in range(parts - 1))


def finer_bounds(bounds: Sequence[Any], keys: list[Any], pieces: int) -> tuple[Any, ...]:
    """Keys that cut each of the ranges between ``bounds`` into ``pieces`` of about equal weight.

    Parameters:
        bounds: ascending, at least one.
        keys: some of the data's.

    Example:
        >>> finer_bounds([10], [1, 2, 3, 4, 12, 14], 2)
        (3, 10, 14)
    """
    ordered = sorted(keys)
    finer: list[Any] = []
    start = 0
    for bound in bounds:
        end = bisect_right(ordered, bound)
        finer += _cuts(ordered[start:end] or [bound], pieces)
        finer.append(bound)
        start = end
    finer += _cuts(ordered[start:] or [bounds[-1]], pieces)
    return tuple(finer)


def _cuts(ordered: list[Any], pieces: int) -> list[Any]:
    return [ordered[len(ordered) * i // pieces] for i in range(1, pieces)]


def _zero(key: Any) -> int:
    return 0
