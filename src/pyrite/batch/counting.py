"""Words that are counted in a task: in blocks, or by the stage's loop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyrite.batch.numeric import numpy
from pyrite.batch.text import WordCount
from pyrite.batch.words import WordCounter
from pyrite.compile.bound import Bound
from pyrite.core.context import TaskContext
from pyrite.core.lean import value
from pyrite.lineage.blocks import TextBlock, TextBlocks
from pyrite.lineage.node import Node

_LARGE = 1 << 22
"""Bytes of text that are worth the import of numpy."""
_LEAST = 1 << 17
"""Bytes that are worth the making of its tables."""
_BLOCK_BYTES = 1 << 17


@value
class Counting:
    """A text whose words are to be counted.

    Parameters:
        blocks: of the text.
        loop: counts the words of lines, one by one.
    """

    blocks: Iterator[TextBlock]
    loop: Bound
    kernel: WordCount
    np: Any

    def into(self, table: dict[Any, Any]) -> WordCounter:
        """What counts the words of blocks."""
        return WordCounter(self.kernel.words, table, self.np)


def counted(
    kernel: WordCount | None, node: Node, loop: Bound | None, partition: int, task: TaskContext
) -> Counting | None:
    """The blocks of a text and what counts their words, if that is to be done in this task."""
    if kernel is None or loop is None or not isinstance(node, TextBlocks):
        return None
    size = node.size(partition, task)
    np = numpy(size > _LARGE) if size > _LEAST else None
    if np is None or not kernel.proof.holds(loop.functions):
        return None
    return Counting(node.blocks(partition, task, _BLOCK_BYTES), loop, kernel, np)
