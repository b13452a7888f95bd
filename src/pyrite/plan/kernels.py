"""Which stages a kernel can do, as far as their functions are proved to be what it does."""

from __future__ import annotations

from pyrite.batch import ranges
from pyrite.batch.numbers import NumberSteps
from pyrite.batch.text import WordCount
from pyrite.compile.compiler import Compiler
from pyrite.compile.ends import Combine, End
from pyrite.lineage.blocks import TextBlocks
from pyrite.lineage.narrow import Fused
from pyrite.lineage.node import Node
from pyrite.lineage.sources import Collection


def word_kernel(tree: Node, end: End, compiler: Compiler) -> WordCount | None:
    """What counts the words of a text, if that is all that the stage does."""
    if not isinstance(tree, Fused) or not isinstance(end, Combine):
        return None
    (source,) = tree.parents
    if not isinstance(source, TextBlocks) or not source.is_utf8:
        return None
    from pyrite.batch.find_text import word_count

    return word_count(compiler.sources, tree.ops, end)


def number_kernel(tree: Node, action: object, compiler: Compiler) -> NumberSteps | None:
    """What computes formulas of the integers of a range, if that is all that the stage does."""
    if not isinstance(tree, Fused):
        return None
    (source,) = tree.parents
    if not isinstance(source, Collection) or _is_small(source):
        return None
    from pyrite.batch.find_numbers import number_steps

    return number_steps(compiler.sources, tree.ops, action)


def _is_small(source: Collection) -> bool:
    """Whether it is no range, or one whose parts are not worth the proof: tasks would not do it."""
    return not source.length or source.length < ranges.LEAST * source.num_partitions
