"""Pairs off two lists of records that need only be close, so that as many as can have a partner.

Being close is not transitive, so that taking the first that fits may leave two without a partner
that could have had one. Augmenting paths find the most: Berge, "Two Theorems in Graph
Theory" (1957).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def unmatched(
    lefts: list[Any], rights: list[Any], close: Callable[[Any, Any], bool]
) -> tuple[list[Any], list[Any]]:
    """What of both stays without a partner in a largest pairing.

    Example:
        >>> unmatched([1, 2], [2, 3, 9], lambda one, other: abs(one - other) <= 1)
        ([], [9])
    """
    lefts, rights = _sorted(lefts), _sorted(rights)
    partner: dict[int, int] = {}  # of a right, the left
    alone = []
    for left in range(len(lefts)):
        if left < len(rights) and left not in partner and close(lefts[left], rights[left]):
            partner[left] = left
        else:
            alone.append(left)
    lost = [left for left in alone if not _augment(left, lefts, rights, close, partner)]
    found = [right for right in range(len(rights)) if right not in partner]
    return [lefts[left] for left in lost], [rights[right] for right in found]


def _sorted(records: list[Any]) -> list[Any]:
    """In an order that puts most partners beside each other, if there is any."""
    try:
        return sorted(records)
    except TypeError:
        return records


def _augment(
    start: int,
    lefts: list[Any],
    rights: list[Any],
    close: Callable[[Any, Any], bool],
    partner: dict[int, int],
) -> bool:
    """Find ``start`` a partner, if need be by finding others for those in its way."""
    came_from: dict[int, int] = {}  # to a right, from a left
    waiting = [start]
    for left in waiting:
        for right in range(len(rights)):
            if right in came_from or not close(lefts[left], rights[right]):
                continue
            came_from[right] = left
            if right in partner:
                waiting.append(partner[right])
                continue
            while True:  # back along the path, each takes the right that it came to
                left = came_from[right]
                before = next((r for r, mate in partner.items() if mate == left), None)
                partner[right] = left
                if before is None:
                    return True
                right = before
    return False
