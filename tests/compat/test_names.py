"""PySpark's public names are where PySpark has them. It is imported, and no JVM is started."""

from __future__ import annotations

import importlib
import pickle

import pytest

import pyrite
from pyrite import UnsupportedError
from pyrite.compat import pyspark
from pyrite.compat.pyspark import errors, serializers
from pyrite.core import advice

MODULES = [
    "",
    ".accumulators",
    ".broadcast",
    ".conf",
    ".context",
    ".core.broadcast",
    ".core.context",
    ".core.files",
    ".core.rdd",
    ".core.status",
    ".errors",
    ".files",
    ".profiler",
    ".rdd",
    ".resource",
    ".resource.information",
    ".resource.profile",
    ".resource.requests",
    ".resultiterable",
    ".serializers",
    ".sql",
    ".statcounter",
    ".status",
    ".storagelevel",
    ".taskcontext",
    ".util",
    ".version",
]
CLASSES = {  # of modules that do not list them
    ".resource.information": ["ResourceInformation"],
    ".resource.profile": ["ResourceProfile", "ResourceProfileBuilder"],
    ".statcounter": ["StatCounter"],
    ".taskcontext": ["TaskContext", "BarrierTaskContext", "BarrierTaskInfo"],
    ".profiler": ["BasicProfiler", "Profiler"],
    ".util": ["InheritableThread", "VersionUtils", "inheritable_thread_target"],
    ".version": ["__version__"],
}
NOWHERE = {  # names of PySpark's that nobody would use: why
    "sql.is_remote": "there is no Spark Connect",
    "errors.QueryContext": "what an error of SQL carries",
    "errors.QueryContextType": "what an error of SQL carries",
    "errors.SessionNotSameException": "of the pandas API",
    "errors.StreamingPythonRunnerInitializationException": "of streams",
}


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_is_there_or_is_refused_with_advice(module: str) -> None:
    theirs = importlib.import_module(f"pyspark{module}")
    ours = importlib.import_module(f"pyrite.compat.pyspark{module}")
    for name in getattr(theirs, "__all__", CLASSES.get(module, [])):
        if f"{module[1:]}.{name}" in NOWHERE:
            assert not hasattr(ours, name)
            continue
        if f"{module[1:]}.{name}".lstrip(".") not in advice.MODULES:
            assert getattr(ours, name) is not None


def test_modules_say_what_they_give() -> None:
    for module in MODULES:
        ours = importlib.import_module(f"pyrite.compat.pyspark{module}")
        for name in getattr(ours, "__all__", ()):
            assert hasattr(ours, name)


def test_pysparks_names_are_pyrites() -> None:
    for name in set(pyspark.__all__) - {"__version__"}:
        assert getattr(pyrite, name) is getattr(pyspark, name)


def test_errors_of_pyspark_catch_ours() -> None:
    import pyspark.errors as theirs

    for name in dir(theirs):
        if name.startswith("PySpark") and name != "PySparkException":
            builtin = {
                each for each in getattr(theirs, name).__mro__ if not hasattr(theirs, each.__name__)
            }
            assert getattr(errors, name) in builtin
    assert issubclass(pyrite.JobFailed, errors.PySparkException)


def test_serializers() -> None:
    value = {"a": [1, (2.5, None)]}
    for kind in (
        "PickleSerializer",
        "CPickleSerializer",
        "CloudPickleSerializer",
        "MarshalSerializer",
    ):
        serializer = getattr(serializers, kind)()
        assert serializer.loads(serializer.dumps(value)) == value
    function = serializers.CloudPickleSerializer().dumps(lambda x: x + 1)
    assert pickle.loads(function)(1) == 2
    batched = serializers.AutoBatchedSerializer(serializers.PickleSerializer())
    assert batched == serializers.AutoBatchedSerializer(serializers.PickleSerializer())
    assert batched != serializers.AutoBatchedSerializer(serializers.MarshalSerializer())
    assert repr(serializers.MarshalSerializer()) == "MarshalSerializer()"
    with pytest.raises(UnsupportedError, match="AutoBatchedSerializer is a part of how PySpark"):
        batched.dumps([1])
    with pytest.raises(UnsupportedError, match="PickleSerializer and Marshal"):
        serializers.PickleSerializer().dump_stream([1], None)


def test_exceptions_of_tasks_are_caught_by_the_names_that_pyspark_has_for_them() -> None:
    """They are raised as themselves, and may be any."""
    assert errors.PythonException is Exception


def test_kinds_of_rdds_and_of_groups_can_be_named() -> None:
    from pyrite.compat.pyspark.core.rdd import PipelinedRDD
    from pyrite.compat.pyspark.resultiterable import ResultIterable

    assert issubclass(pyrite.RDD, PipelinedRDD)
    assert ResultIterable[str].__origin__ is ResultIterable
