"""How keys are spread over partitions, as users see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyrite.core.lean import value
from pyrite.lineage.partitioner import HashPartitioner
from pyrite.lineage.partitioner import Partitioner as Rule
from pyrite.serial.hashing import portable_hash, stable_hash


@value
class Partitioner:
    """A key lies in partition ``partitionFunc(key) % numPartitions``.

    Example:
        >>> rule = sc.parallelize([(7, "a")]).partitionBy(4).partitioner
        >>> rule.numPartitions, rule(7)
        (4, 3)
    """

    numPartitions: int
    partitionFunc: Callable[[Any], int]

    def __call__(self, k: Any) -> int:
        return self.partitionFunc(k) % self.numPartitions


def shown(rule: Rule | None) -> Partitioner | None:
    """The engine's rule as users see it; one that asks for the hashes of the workers refuses to
    answer where it would give others."""
    if rule is None:
        return None
    if isinstance(rule, HashPartitioner):
        function = portable_hash if rule.function is stable_hash else rule.function
        return Partitioner(rule.num_partitions, function)
    return Partitioner(rule.num_partitions, rule)
