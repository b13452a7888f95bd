"""Objects of PySpark that need no JVM, and Pyrite's of that name, hold the same."""

from __future__ import annotations

import math
import pickle
from decimal import Decimal
from fractions import Fraction
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pyrite

pytestmark = pytest.mark.oracle


def test_storage_levels_have_the_same_flags(pyspark):
    def flags(kind: Any, name: str) -> tuple[object, ...]:
        level = getattr(kind, name)
        memory = (level.useMemory, level.useOffHeap, level.deserialized)
        assert kind(level.useDisk, *memory, level.replication) == level
        return (level.useDisk, *memory, level.replication)

    names = [name for name in vars(pyspark.StorageLevel) if name.isupper()]
    assert len(names) == 10
    for name in names:
        assert flags(pyrite.StorageLevel, name) == flags(pyspark.StorageLevel, name)


def test_resources_are_described_alike(pyspark):
    import pyspark.resource

    def described(resource: ModuleType) -> list[object]:
        worker = resource.ExecutorResourceRequest("gpu", 2, "script", "vendor")
        task = resource.TaskResourceRequest("cpus", 2)
        found = resource.ResourceInformation("gpu", ["0", "1"])
        requests = resource.TaskResourceRequests().cpus(2)
        profile = resource.ResourceProfileBuilder().require(requests).build
        return [
            *(worker.resourceName, worker.amount, worker.discoveryScript, worker.vendor),
            *(task.resourceName, task.amount, found.name, found.addresses),
            *(list(profile.taskResources), list(profile.executorResources)),
        ]

    from pyrite import resource

    assert described(resource) == described(pyspark.resource)


def test_estimates_hold_the_same(pyspark):
    import pyspark.rdd

    from pyrite import rdd

    def held(kind: Any) -> list[float]:
        estimate = kind(2.0, 0.95, 1.0, 4.0)
        return [estimate * 2, estimate.confidence, estimate.low, estimate.high]

    assert held(rdd.BoundedFloat) == held(pyspark.rdd.BoundedFloat)


@pytest.mark.parametrize("name", ["CPickleSerializer", "MarshalSerializer"])
def test_serializers_read_what_those_of_pyspark_wrote(pyspark, name):
    theirs, ours = getattr(pyspark, name)(), getattr(pyrite, name)()
    value = {"a": [1, 2.5, (None, b"x")]}
    assert ours.loads(theirs.dumps(value)) == theirs.loads(ours.dumps(value)) == value


def test_serializers_refuse_what_is_not_allowed(pyspark):
    for kind in (pyspark.CPickleSerializer, pyrite.CPickleSerializer):
        serializer = kind(allowed_names={("fractions", "Fraction")})
        assert serializer.loads(serializer.dumps(Fraction(1, 3))) == Fraction(1, 3)
        with pytest.raises(pickle.UnpicklingError, match=r"decimal\.Decimal"):
            serializer.loads(serializer.dumps(Decimal(1)))


@settings(deadline=None)
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
