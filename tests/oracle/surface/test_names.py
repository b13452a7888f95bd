"""Pyrite has PySpark's names with PySpark's parameters, or says what to use instead."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.oracle.surface.names import CLASSES, FUNCTIONS, Name, names

import pyrite

pytestmark = pytest.mark.oracle

OTHER_PARAMETERS = {
    **dict.fromkeys(
        ("RDD.sortByKey", "RDD.repartitionAndSortWithinPartitions"),
        "keyfunc is None, not <lambda>",
    ),
    "pyspark.SparkContext": (
        "serializer is None, not CloudPickleSerializer(); "
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


def test_every_name_is_there_or_says_what_to_use_instead(found):
    assert len(found) > 300
    assert not [each.qualified_name for each in found if each.ours is None and not each.advice]


def test_no_public_name_is_left_out(pyspark):
    import pyspark.resource

    public = {*pyspark.__all__, *pyspark.resource.__all__} - {"__version__"}
    assert not public - {*CLASSES, *FUNCTIONS}


def test_methods_take_the_same_parameters_and_then_perhaps_keywords(found):
    differences = {each.qualified_name: each.difference for each in found if each.difference}
    assert differences == OTHER_PARAMETERS


def test_storage_levels_are_those_of_pyspark(found):
    levels = [each for each in found if each.owner == "StorageLevel" and each.name.isupper()]
    assert len(levels) == 10
    assert all(each.constant for each in levels)
