"""How often compiled writers look at their memory."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, pairwise

from hypothesis import given
from hypothesis import strategies as st

from pyrite.shuffle.loops import Metered


@given(st.lists(st.integers(0, 400), max_size=60), st.integers(1, 200))
def test_all_items_come_in_order(lengths: list[int], most: int) -> None:
    metered = Metered(lambda: False, most)
    came = [list(chain.from_iterable(metered(iter(range(length))))) for length in lengths]
    assert came == [list(range(length)) for length in lengths]


def looks(records: Iterable[int], most: int) -> list[int]:
    """Numbers of the items, of records of so many items, before which memory was looked at."""
    taken = 0
    seen = []

    def look() -> bool:
        seen.append(taken)
        return False

    metered = Metered(look, most)
    for length in records:
        for portion in metered(iter(range(length))):
            taken += len(list(portion))
    return seen


def test_the_items_of_one_long_record_are_looked_at_ever_more_seldom() -> None:
    seen = looks([100_000], 1000)
    between = [later - earlier for earlier, later in pairwise(seen)]
    assert max(between) <= 1000 + 16
    assert all(gap <= max(32, at / 4) for gap, at in zip(between, seen[1:], strict=True))


def test_records_of_few_items_are_not_each_looked_at() -> None:
    assert len(looks([3] * 10_000, 4096)) < 200


def test_after_a_spill_looks_are_close_together_again() -> None:
    spills = iter([False] * 60 + [True] + [False] * 1_000_000)
    taken = 0
    seen: list[int] = []

    def look() -> bool:
        seen.append(taken)
        return next(spills)

    metered = Metered(look, 4096)
    for portion in metered(iter(range(100_000))):
        taken += len(list(portion))
    before, after = seen[60] - seen[59], seen[62] - seen[61]
    assert before > 500
    assert after <= 32
