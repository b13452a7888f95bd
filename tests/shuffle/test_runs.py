"""Merging runs: in order, stable, in several passes when there are many."""

from __future__ import annotations

import random
from operator import itemgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shuffle.harness import sandbox

from pyrite.shuffle.runs import FAN_IN, merge, write_run

runs_of = st.lists(st.lists(st.integers(0, 4), max_size=12), max_size=6)


@given(runs_of, st.booleans(), st.integers(1, 4))
def test_merging_is_sorting_the_whole(keys, reverse, batch_size):
    lists = [[(key, (run, at)) for at, key in enumerate(part)] for run, part in enumerate(keys)]
    for entries in lists:
        entries.sort(key=itemgetter(0), reverse=reverse)
    with sandbox(batch_size=batch_size) as box:
        task = box.task()
        runs = [write_run(entries, task) for entries in lists]
        merged = [
            entry for chunk in merge(runs, itemgetter(0), task, reverse=reverse) for entry in chunk
        ]
    whole = [entry for entries in lists for entry in entries]
    assert merged == sorted(whole, key=itemgetter(0), reverse=reverse)


@pytest.mark.parametrize("count", [FAN_IN + 1, FAN_IN * FAN_IN + 5])
def test_many_runs_are_merged_in_passes(count: int) -> None:
    chance = random.Random(count)
    lists = [sorted((chance.randrange(9), run) for _ in range(3)) for run in range(count)]
    with sandbox(batch_size=2) as box:
        task = box.task()
        runs = [write_run(entries, task) for entries in lists]
        merged = [entry for chunk in merge(runs, itemgetter(0), task) for entry in chunk]
    assert merged == sorted(entry for entries in lists for entry in entries)


def test_keys_that_do_not_compare_come_out_all_the_same() -> None:
    nan = float("nan")
    lists = [[(1.0, "a"), (nan, "b"), (0.5, "c")], [(nan, "d")], [(0.1, "e"), (nan, "f")]]
    with sandbox(batch_size=1) as box:
        task = box.task()
        runs = [write_run(entries, task) for entries in lists]
        merged = [entry for chunk in merge(runs, itemgetter(0), task) for entry in chunk]
    assert sorted(name for _, name in merged) == list("abcdef")
