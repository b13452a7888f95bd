"""A sample drawn in one pass is the one that is drawn when the number of records is known."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pyrite.api.sampling import KeySample, sampler


@settings(deadline=None)
@given(
    st.lists(st.one_of(st.integers(0, 300), st.integers(4000, 20_000)), max_size=4),
    st.sampled_from([1, 7, 40, 180, 5000]),
)
def test_one_pass_draws_what_a_count_and_a_pass_would(sizes, wanted):
    sample = KeySample(wanted, lambda record: -record)
    parts = [sample.of_partition(number, iter(range(size))) for number, size in enumerate(sizes)]
    assert [count for count, _ in parts] == sizes
    fraction = min(wanted / max(1, sum(sizes)), 1.0)
    draw = sampler(False, fraction, 1)
    expected = [
        -record for number, size in enumerate(sizes) for record in draw(number, iter(range(size)))
    ]
    assert sample.of_all(parts) == expected
    assert all(len(drawn) <= 6 * wanted + 5000 for _, drawn in parts)
