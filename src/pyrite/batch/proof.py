"""That a kernel is made for the very functions which a task has."""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Any

from pyrite.compile.bound import is_watched
from pyrite.compile.stage import fingerprint
from pyrite.core.lean import value


@value
class Proof:
    """That a kernel does what some functions do.

    Parameters:
        fingerprints: of the functions, in order; None of those that are known by identity.
    """

    fingerprints: tuple[tuple[int, int] | None, ...]

    @classmethod
    def of(cls, functions: Sequence[Any]) -> Proof:
        return cls(tuple(_fingerprint(each) for each in functions))

    def holds(self, functions: Sequence[Any]) -> bool:
        """Whether it is for these functions, and nobody watches for them to be called."""
        return not is_watched() and Proof.of(functions) == self


def _fingerprint(function: Any) -> tuple[int, int] | None:
    return fingerprint(function) if isinstance(function, types.FunctionType) else None
