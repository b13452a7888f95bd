"""Things that come due a fixed time after they last gave a sign of life."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")


class Deadlines(Generic[K]):
    """Keys in the order of their last sign of life, so that the first is due first.

    A ``delay`` of 0 means that nothing ever comes due.
    """

    __slots__ = ("_delay", "_seen")

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._seen: OrderedDict[K, float] = OrderedDict()

    def touch(self, key: K, now: float) -> None:
        """``key`` shows life at ``now``, which must not be earlier than any time before."""
        if self._delay > 0:
            self._seen[key] = now
            self._seen.move_to_end(key)

    def drop(self, key: K) -> None:
        """Stop watching ``key``."""
        self._seen.pop(key, None)

    def next_due(self) -> float | None:
        """When the first key comes due."""
        for seen in self._seen.values():
            return seen + self._delay
        return None

    def pop_due(self, now: float) -> list[K]:
        """Remove and return what is due."""
        due = []
        while self._seen:
            key, seen = next(iter(self._seen.items()))
            if seen + self._delay > now:
                break
            del self._seen[key]
            due.append(key)
        return due

    def __contains__(self, key: K) -> bool:
        return key in self._seen

    def __len__(self) -> int:
        return len(self._seen)
