"""What a dataset asks of workers is noted, or refused; and there is no JVM to reach for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pyrite import SparkConf, SparkContext, UnsupportedError
from pyrite.api.resource import (
    ExecutorResourceRequests,
    ResourceProfile,
    ResourceProfileBuilder,
    TaskResourceRequests,
)

MakeContext = Callable[..., SparkContext]


def profile(*requests: Any) -> ResourceProfile:
    builder = ResourceProfileBuilder()
    for each in requests:
        builder.require(each)
    return builder.build


def test_requests_as_pyspark_without_a_jvm() -> None:
    from pyspark.resource import ExecutorResourceRequests as Theirs
    from pyspark.resource import TaskResourceRequests as TheirTask

    def worker(kind: Any) -> dict[str, Any]:
        asked = kind().memory("2g").memoryOverhead("512m").pysparkMemory("1g").cores(2)
        requests = asked.offheapMemory("3g").resource("gpu", 1, "script", "vendor").requests
        return {
            name: (each.resourceName, each.amount, each.discoveryScript, each.vendor)
            for name, each in requests.items()
        }

    def task(kind: Any) -> dict[str, Any]:
        requests = kind().cpus(2).resource("gpu", 0.5).requests
        return {name: (each.resourceName, each.amount) for name, each in requests.items()}

    assert worker(ExecutorResourceRequests) == worker(Theirs)
    assert task(TaskResourceRequests) == task(TheirTask)


def test_what_can_be_met_is_noted(make_context: MakeContext) -> None:
    sc = make_context("local[2]")
    wanted = profile(
        ExecutorResourceRequests().memory("1g").cores(1), TaskResourceRequests().cpus(1)
    )
    rdd = sc.parallelize([1, 2])
    assert rdd.getResourceProfile() is None
    assert not rdd.has_resource_profile
    assert rdd.withResources(wanted) is rdd
    assert rdd.getResourceProfile() is wanted
    assert rdd.has_resource_profile
    assert wanted.id != profile().id
    assert list(wanted.executorResources) == ["memory", "cores"]
    assert rdd.sum() == 3
    assert sc.resources == {}


@pytest.mark.parametrize(
    ("requests", "said"),
    [
        (TaskResourceRequests().resource("gpu", 1), "not given 'gpu' devices"),
        (ExecutorResourceRequests().resource("fpga", 1), "not given 'fpga' devices"),
        (TaskResourceRequests().cpus(2), "a task here has one core, not 2"),
    ],
)
def test_what_cannot_is_refused(make_context: MakeContext, requests: Any, said: str) -> None:
    rdd = make_context("local").range(1)
    with pytest.raises(UnsupportedError, match=said):
        rdd.withResources(profile(requests))
    assert rdd.getResourceProfile() is None
    assert not rdd.has_resource_profile


def test_builders_can_be_cleared() -> None:
    builder = ResourceProfileBuilder().require(TaskResourceRequests().cpus(1))
    builder.require(ExecutorResourceRequests().cores(1))
    builder.clearTaskResourceRequests()
    assert (builder.taskResources, list(builder.executorResources)) == ({}, ["cores"])
    builder.clearExecutorResourceRequests()
    assert builder.build.executorResources == {}


@pytest.mark.parametrize("name", ["_jvm", "_jsc", "_gateway"])
def test_a_context_has_no_jvm(make_context: MakeContext, name: str) -> None:
    sc = make_context("local")
    with pytest.raises(UnsupportedError, match=f"SparkContext.{name}: there is no JVM .*; use "):
        getattr(sc, name)
    assert not hasattr(sc, name)


def test_datasets_and_settings_have_no_jvm(make_context: MakeContext) -> None:
    with pytest.raises(UnsupportedError, match="there is no JVM"):
        make_context("local").range(1)._jrdd  # noqa: B018
    with pytest.raises(UnsupportedError, match="there is no JVM"):
        SparkConf()._jconf  # noqa: B018
