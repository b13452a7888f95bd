"""The map side of a word count: blocks of text instead of records."""

from __future__ import annotations

from typing import Any

from pyrite.batch.counting import Counting
from pyrite.core.context import TaskContext
from pyrite.lineage.partitioner import Partitioner
from pyrite.shuffle.buckets import Buckets
from pyrite.shuffle.loops import Metered, most_between_looks, run_loop
from pyrite.shuffle.portions import Portions
from pyrite.shuffle.write import drain, scatter


def count_words(
    counting: Counting, partitioner: Partitioner, buckets: Buckets, task: TaskContext
) -> None:
    """Count the words of a text, and put each with its number into the bucket of its partition:
    what `pyrite.shuffle.write.combine` would do with ``(word, 1)`` for each."""
    counts: dict[Any, Any] = {}
    counter = counting.into(counts)
    watch = task.memory.watch()
    most = most_between_looks(task, counting.loop)

    def look() -> bool:
        held = len(counts)
        spill = watch.exceeded(held)
        if spill:
            counter.settle()
            scatter(drain(counts), partitioner, buckets, task)
            buckets.spill()
            watch.released(held)
        return spill

    metered = Metered(look, task.batch_size)
    for block in counting.blocks:
        if counter.add(block.content):
            block.is_done()
        else:
            for portion in Portions(block.lines(), most):
                run_loop(counting.loop, portion, counts, metered)
                look()
            block.check()
        look()
    task.position = None
    counter.settle()
    scatter(counts.items(), partitioner, buckets, task)
