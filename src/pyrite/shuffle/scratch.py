"""Spill files of one attempt: made in its scratch folder when first needed, removed with it."""

from __future__ import annotations

import itertools
import os

from pyrite.core.context import TaskContext

_numbers = itertools.count()


def scratch_path(task: TaskContext, kind: str) -> str:
    """A new path in the attempt's scratch folder."""
    task.has_scratch = True
    os.makedirs(task.scratch, exist_ok=True)
    return os.path.join(task.scratch, f"{kind}-{next(_numbers)}.spill")


def count_spill(task: TaskContext, size: int) -> None:
    """Note one spill of ``size`` bytes in the attempt's metrics."""
    task.metrics.spills += 1
    task.metrics.spilled_bytes += size
