"""A sample drawn in one pass is the one that is drawn when the number of records is known."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from pyrite.api import ordering
from pyrite.api.sampling import KeySample, _drawn_below, sampler
from pyrite.lineage.ops import KeyBy


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(st.integers(0, 300), st.integers(4000, 20_000), st.integers(100_000, 150_000)),
        max_size=4,
    ),
    st.sampled_from([1, 7, 40, 180, 5000]),
)
def test_one_pass_draws_what_a_count_and_a_pass_would(sizes, wanted):
    sample = KeySample(wanted, lambda key: -key)
    parts = [
        sample.of_partition(number, iter(range(size)), [KeyBy(lambda record: record)])
        for number, size in enumerate(sizes)
    ]
    assert [count for count, _ in parts] == sizes
    fraction = min(wanted / max(1, sum(sizes)), 1.0)
    draw = sampler(False, fraction, 1)
    expected = [
        -record for number, size in enumerate(sizes) for record in draw(number, iter(range(size)))
    ]
    assert sample.of_all(parts) == expected
    assert all(len(drawn) <= 6 * wanted + 5000 for _, drawn in parts)


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 3000), st.floats(0, 0.01) | st.floats(0, 1))
def test_what_is_drawn_in_one_go_is_what_random_gives(seed, number, limit):
    one_by_one, at_once = random.Random(seed), random.Random(seed)
    draws = [one_by_one.random() for _ in range(number)]
    below = [(place, draw) for place, draw in enumerate(draws) if draw < limit]
    assert _drawn_below(limit, number, at_once) == below
    assert at_once.random() == one_by_one.random()


def test_functions_are_called_for_the_sample_alone(make_context):
    sc = make_context("local")
    called = sc.accumulator(0)

    def key(record):
        called.add(1)
        return -record

    rows = (
        sc.range(20_000, numSlices=2).filter(lambda record: record % 2).sortBy(key, numPartitions=2)
    )
    assert called.value < 1_000
    assert rows.first() == 19_999


def test_a_cached_dataset_is_kept_when_it_is_sampled(make_context):
    sc = make_context("local")
    made = sc.accumulator(0)

    def squared(record):
        made.add(1)
        return record * record

    rows = sc.range(-500, 500, numSlices=2).map(squared).cache()
    assert rows.sortBy(lambda record: record, numPartitions=3).collect() == sorted(rows.collect())
    assert made.value == 1_000


def test_pieces_of_partitions_change_nothing(make_context, monkeypatch):
    sc = make_context("local")
    rows = sc.range(3_000, numSlices=3).map(lambda i: (i * i % 1_009, i))
    whole = [rows.sortByKey(up, 3).glom().collect() for up in (True, False)]
    monkeypatch.setattr(ordering, "_PIECE", 100)
    monkeypatch.setattr(ordering, "_LEAST_OF_A_MAP_TASK", 1)
    cut = [rows.sortByKey(up, 3) for up in (True, False)]
    assert [each._node.shuffle.arrangement.pieces for each in cut] == [10, 10]
    assert [each.glom().collect() for each in cut] == whole
    spread = rows.map(lambda row: -row[1]).sortBy(lambda value: value, numPartitions=4)
    assert spread.collect() == list(range(-2_999, 1))
