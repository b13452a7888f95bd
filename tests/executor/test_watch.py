"""The watch beside a task: garbage is collected when memory grows, and not all the time."""

import gc
import weakref

import pytest

from pyrite.executor import watch


@pytest.fixture
def collected(monkeypatch):
    """Memory at each collection; collecting frees nothing."""
    seen = []
    monkeypatch.setattr(watch, "resident_memory", lambda: seen[-1])
    collector = watch.GarbageCollector(100)

    def look(used):
        monkeypatch.setattr(gc, "collect", lambda: seen.append(used))
        collector.look(used)

    def during(*memory):
        before = len(seen)
        for used in memory:
            look(used)
        return seen[before:]

    return during


def test_garbage_is_left_alone_while_memory_is_small(collected):
    assert collected(10, 90, 100, 50) == []


def test_memory_that_stays_high_is_looked_through_once(collected):
    assert collected(110, 120, 120, 130, 120) == [110]


def test_memory_that_grows_is_looked_through_at_each_half_more(collected):
    assert collected(*range(100, 1000, 10)) == [110, 170, 260, 400, 610, 920]


def test_memory_that_fell_and_grows_again_is_looked_through_again(collected):
    assert collected(300, 300, 50, 110, 120) == [300, 110]


def test_garbage_that_was_frozen_with_cached_records_is_found():
    class Knot:
        pass

    knot = Knot()
    knot.itself = knot
    seen = weakref.ref(knot)
    gc.freeze()
    del knot
    gc.collect()
    assert seen() is not None
    watch.GarbageCollector(0).look(1)
    assert seen() is None
