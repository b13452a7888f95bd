"""Pyrite has PySpark's names with PySpark's parameters, or says what to use instead."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.oracle.surface.names import Name, names

import pyrite

pytestmark = pytest.mark.oracle

OTHER_PARAMETERS = {
    **dict.fromkeys(
        ("RDD.sortByKey", "RDD.repartitionAndSortWithinPartitions"),
        "keyfunc is None, not <lambda>",
    ),
    "pyspark.SparkContext": (
        "serializer is None, not CloudPickleSerializer(); profiler_cls is None, not BasicProfiler; "
        "udf_profiler_cls is None, not UDFBasicProfiler; "
        "memory_profiler_cls is None, not MemoryProfiler"
    ),
}
"""Defaults that come to the same."""


@pytest.fixture(scope="module")
def found(pyspark, tmp_path_factory) -> Iterator[list[Name]]:
    conf = pyrite.SparkConf(loadDefaults=False)
    conf.set("pyrite.local.dir", tmp_path_factory.mktemp("local"))
    with pyrite.SparkContext("local", conf=conf) as sc:
        yield list(names(sc))


@pytest.mark.xfail(reason="the API is being filled")
def test_every_name_is_there_or_says_what_to_use_instead(found):
    assert len(found) > 300
    assert not [each.qualified_name for each in found if each.ours is None and not each.advice]


def test_methods_take_the_same_parameters_and_then_perhaps_keywords(found):
    differences = {each.qualified_name: each.difference for each in found if each.difference}
    assert differences == OTHER_PARAMETERS


@pytest.mark.xfail(reason="the API is being filled")
def test_storage_levels_are_those_of_pyspark(found, pyspark):
    levels = [each for each in found if each.owner == "StorageLevel" and each.name.isupper()]
    assert len(levels) == 10
    for each in levels:
        theirs = getattr(pyspark.StorageLevel, each.name)
        assert (repr(each.ours), str(each.ours)) == (repr(theirs), str(theirs))


@given(st.lists(st.lists(st.integers(-1000, 1000), max_size=5), min_size=1, max_size=3))
def test_statistics_are_those_of_pyspark(pyspark, batches):
    from pyspark.statcounter import StatCounter

    theirs, ours = (kind(batches[0]) for kind in (StatCounter, pyrite.StatCounter))
    for batch in batches[1:]:
        theirs.mergeStats(StatCounter(batch))
        ours.mergeStats(pyrite.StatCounter(batch))
    theirs.merge(3.5)
    ours.merge(3.5)
    assert close(ours.copy().asDict(), theirs.copy().asDict())
    assert close(ours.asDict(sample=True), theirs.asDict(sample=True))
    assert close(spread(ours), spread(theirs))


def spread(stats) -> dict[str, float]:
    return {
        "n": stats.n,
        "mu": stats.mu,
        "m2": stats.m2,
        "minValue": stats.minValue,
        "maxValue": stats.maxValue,
        "count": stats.count(),
        "mean": stats.mean(),
        "sum": stats.sum(),
        "min": stats.min(),
        "max": stats.max(),
        "variance": stats.variance(),
        "sampleVariance": stats.sampleVariance(),
        "stdev": stats.stdev(),
        "sampleStdev": stats.sampleStdev(),
    }


def close(ours: dict[str, float], theirs: dict[str, float]) -> bool:
    assert ours.keys() == theirs.keys()
    return all(
        math.isclose(ours[key], theirs[key], rel_tol=1e-9, abs_tol=1e-6)
        or (math.isnan(ours[key]) and math.isnan(theirs[key]))
        for key in ours
    )
