"""Ranges that are computed in a task: with numpy, or by the stage's loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyrite.batch.numbers import NumberSteps, Unfit, run
from pyrite.batch.numeric import numpy
from pyrite.core.context import TaskContext
from pyrite.lineage.narrow import Fused
from pyrite.lineage.sources import Collection

_LARGE = 2_000_000
"""Integers in all partitions that are worth the import of numpy."""
LEAST = 2_000
"""Integers in a partition that are worth the proof."""


def computed(
    kernel: NumberSteps,
    node: Fused,
    functions: Sequence[Any],
    zero: Any,
    partition: int,
    task: TaskContext,
) -> Any:
    """What a stage makes of a partition of a range; None if the stage's loop has to do it.

    Parameters:
        functions: those of the stage's end.
        zero: what a fold begins with.
    """
    (source,) = node.parents
    if not isinstance(source, Collection):
        return None
    records = source.part(partition, task)
    np = numpy(source.length >= _LARGE) if len(records) >= LEAST else None
    functions = [*(op.function for op in node.ops), *functions]
    if np is None or not kernel.proof.holds(functions):
        return None
    try:
        found = run(kernel, functions, records, zero, np)
    except Unfit:
        return None
    source.is_done(partition, task)
    return found
