"""Which stages a kernel can do, as far as their functions are proved to be what it does."""

from __future__ import annotations

from pyrite.batch.text import WordCount, word_count
from pyrite.compile.compiler import Compiler
from pyrite.compile.ends import End
from pyrite.lineage.blocks import TextBlocks
from pyrite.lineage.narrow import Fused
from pyrite.lineage.node import Node


def word_kernel(tree: Node, end: End, compiler: Compiler) -> WordCount | None:
    """What counts the words of a text, if that is all that the stage does."""
    if not isinstance(tree, Fused):
        return None
    (source,) = tree.parents
    if not isinstance(source, TextBlocks) or not source.is_utf8:
        return None
    return word_count(compiler.sources, tree.ops, end)
