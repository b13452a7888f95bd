"""The compiler as planners hold it: from ops to what their tasks run, or the reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyrite.compile.ends import Compiled, End, trailing
from pyrite.lineage.ops import Op

if TYPE_CHECKING:
    from pyrite.compile.source import Sources


class Compiler:
    """Compiles the last ops of stages."""

    def __init__(self) -> None:
        self._sources: Sources | None = None

    def compile(self, ops: Sequence[Op], end: End) -> Compiled:
        """The ops that draw record by record and come last, and what ends them."""
        from pyrite.compile.emit import Emitter
        from pyrite.compile.source import Refused, Sources

        if self._sources is None:
            self._sources = Sources()
        try:
            return Emitter(self._sources, trailing(ops), end).compiled()
        except (Refused, SyntaxError, RecursionError, ValueError) as error:
            return Compiled(None, f"# not compiled: {error}", ())
