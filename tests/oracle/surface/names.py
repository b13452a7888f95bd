"""Every public name of PySpark's RDD side, and what Pyrite has under it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

import pyrite

CLASSES: Mapping[str, str] = {
    "SparkContext": "pyspark.core.context",
    "RDD": "pyspark.core.rdd",
    "RDDBarrier": "pyspark.core.rdd",
    "BoundedFloat": "pyspark.rdd",
    "SparkConf": "pyspark.conf",
    "StorageLevel": "pyspark.storagelevel",
    "Broadcast": "pyspark.core.broadcast",
    "Accumulator": "pyspark.accumulators",
    "AccumulatorParam": "pyspark.accumulators",
    "TaskContext": "pyspark.taskcontext",
    "BarrierTaskContext": "pyspark.taskcontext",
    "BarrierTaskInfo": "pyspark.taskcontext",
    "StatusTracker": "pyspark.core.status",
    "SparkJobInfo": "pyspark.core.status",
    "SparkStageInfo": "pyspark.core.status",
    "SparkExecutorInfo": "pyspark.core.status",
    "StatCounter": "pyspark.statcounter",
    "SparkFiles": "pyspark.core.files",
    "ResultIterable": "pyspark.resultiterable",
    "Profiler": "pyspark.profiler",
    "BasicProfiler": "pyspark.profiler",
    "ResourceInformation": "pyspark.resource",
    "ResourceProfile": "pyspark.resource",
    "ResourceProfileBuilder": "pyspark.resource",
    "ExecutorResourceRequest": "pyspark.resource",
    "ExecutorResourceRequests": "pyspark.resource",
    "TaskResourceRequest": "pyspark.resource",
    "TaskResourceRequests": "pyspark.resource",
    "InheritableThread": "pyspark.util",
    "CPickleSerializer": "pyspark.serializers",
    "MarshalSerializer": "pyspark.serializers",
    "Row": "pyspark.sql",
    "SparkSession": "pyspark.sql",
    "SparkSession.Builder": "pyspark.sql",
}
"""The classes, and the modules that programs import them from."""

FUNCTIONS: Mapping[str, str] = {
    "portable_hash": "pyspark.core.rdd",
    "inheritable_thread_target": "pyspark.util",
}

ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "SparkContext": ("master", "appName", "sparkHome", "environment", "pythonVer"),
    "RDD": ("ctx", "is_cached", "is_checkpointed", "partitioner", "has_resource_profile"),
    "RDDBarrier": ("rdd",),
    "BoundedFloat": ("confidence", "low", "high"),
    "StorageLevel": ("useDisk", "useMemory", "useOffHeap", "deserialized", "replication"),
    "Accumulator": ("aid", "accum_param"),
    "BarrierTaskInfo": ("address",),
    "StatCounter": ("n", "mu", "m2", "maxValue", "minValue"),
    "ResultIterable": ("__iter__", "__len__"),
}
"""What PySpark's instances get when they are made, and what there is without a public name."""

ONLY: Mapping[str, tuple[str, ...]] = {
    "SparkSession": (
        *("builder", "sparkContext", "read", "version", "conf", "stop", "getActiveSession"),
        *("active", "createDataFrame", "range", "sql", "table", "udf"),
    ),
    "CPickleSerializer": ("dumps", "loads"),
    "MarshalSerializer": ("dumps", "loads"),
}
"""Of these classes, the names that programs on RDDs use, or that lead away from RDDs."""

INTERNAL = {
    "SparkContext.PACKAGE_EXTENSIONS",
    "SparkSession.Builder.remote",
    "SparkSession.Builder.create",
    "TaskContext.from_json",
    "BarrierTaskContext.from_json",
}
"""Public by their spelling alone, or of Spark Connect."""

BUILT_BY_USERS = {
    *("SparkContext", "SparkConf", "StorageLevel", "AccumulatorParam", "StatCounter", "Row"),
    *("BoundedFloat", "CPickleSerializer"),
    *("ResourceProfileBuilder", "ExecutorResourceRequests", "TaskResourceRequests"),
    *("ExecutorResourceRequest", "TaskResourceRequest", "BasicProfiler", "InheritableThread"),
}
"""Classes whose constructor is for users; the others' takes objects of the JVM."""


@dataclass(frozen=True)
class Name:
    """A public name.

    Parameters:
        owner: the class it belongs to; ``"pyspark"`` for a class or function of a module.
        name: the name.
        ours: what Pyrite has there, unbound; None if nothing.
        advice: the text of Pyrite's error, if it has nothing.
        difference: how Pyrite's parameters differ from PySpark's; empty if they do not, None if
            there are none to compare.
        keywords: parameters that Pyrite has beside PySpark's.
        constant: it is a value, and shows itself as PySpark's does.
    """

    owner: str
    name: str
    ours: Any = None
    advice: str = ""
    difference: str | None = None
    keywords: tuple[str, ...] = ()
    constant: bool = False

    @property
    def qualified_name(self) -> str:
        return f"{self.owner}.{self.name}"


def names(sc: pyrite.SparkContext) -> Iterator[Name]:
    """All of them; ``sc`` is a running context of Pyrite's."""
    for name in sorted({**CLASSES, **FUNCTIONS}, key=str.lower):
        yield _of_module(name)
    instances = _instances(sc)
    for owner in CLASSES:
        theirs = _find(owner, import_module(CLASSES[owner]))
        mine = instances.get(owner, ours(owner))
        for name in _members(owner, theirs):
            yield _member(owner, name, inspect.getattr_static(theirs, name, None), mine)


def _of_module(name: str) -> Name:
    module = {**CLASSES, **FUNCTIONS}[name]
    mine = ours(name)
    if mine is None:
        return Name("pyspark", name, advice=_advice(_counterpart(module), name))
    if name in FUNCTIONS or name in BUILT_BY_USERS:
        return _compared("pyspark", name, getattr(import_module(module), name), mine)
    return Name("pyspark", name, mine)


def _members(owner: str, theirs: type) -> list[str]:
    if owner in ONLY:
        return list(ONLY[owner])
    found = {
        name
        for each in theirs.__mro__
        if each.__module__.startswith("pyspark.")
        for name in vars(each)
        if not name.startswith("_") and f"{owner}.{name}" not in INTERNAL
    }
    return sorted({*found, *ATTRIBUTES.get(owner, ())}, key=str.lower)


def _member(owner: str, name: str, theirs: Any, ours: Any) -> Name:
    """``ours`` is Pyrite's class, an instance of it, or None."""
    if ours is None:
        return Name(owner, name, advice="see the class")
    mine = inspect.getattr_static(ours, name, None)
    if mine is None or getattr(mine, "__annotations__", {}).get("return") == "NoReturn":
        return Name(owner, name, advice=_advice(ours, name))
    return _compared(owner, name, theirs, mine)


def _compared(owner: str, name: str, theirs: Any, mine: Any) -> Name:
    if not callable(_function(theirs)):
        is_value = theirs is not None and not hasattr(theirs, "__get__")
        alike = (repr(mine), str(mine)) == (repr(theirs), str(theirs))
        return Name(owner, name, mine, constant=is_value and alike)
    if not callable(_function(mine)):
        return Name(owner, name, mine, difference=f"no method, but a {type(mine).__name__}")
    expected, found = _parameters(theirs), _parameters(mine)
    extra = {each.name for each in found} - {each.name for each in expected}
    more = [each for each in found if each.kind is each.KEYWORD_ONLY and each.name in extra]
    difference = _difference(expected, [each for each in found if each not in more])
    return Name(owner, name, mine, "", difference, tuple(each.name for each in more))


def _difference(expected: list[inspect.Parameter], found: list[inspect.Parameter]) -> str:
    if [each.name for each in expected] != [each.name for each in found]:
        taken, asked = (", ".join(each.name for each in side) for side in (found, expected))
        return f"takes ({taken}), not ({asked})"
    differences = []
    for theirs, mine in zip(expected, found, strict=True):
        if theirs.kind is not mine.kind:
            differences.append(f"{mine.name} is {mine.kind.description}")
        elif (default := _default(mine)) != _default(theirs):
            differences.append(f"{mine.name} is {default}, not {_default(theirs)}")
    return "; ".join(differences)


def _default(parameter: inspect.Parameter) -> str:
    value = parameter.default
    if value is parameter.empty:
        return "required"
    return getattr(value, "__name__", repr(value))


def _function(attribute: Any) -> Any:
    return attribute.__func__ if isinstance(attribute, (classmethod, staticmethod)) else attribute


def _parameters(attribute: Any) -> list[inspect.Parameter]:
    """Those that a caller gives, and ``self``."""
    parameters = list(inspect.signature(_function(attribute)).parameters.values())
    return parameters[1:] if isinstance(attribute, classmethod) else parameters


def ours(name: str) -> Any:
    """Pyrite's class or function of that name, or None."""
    found = _find(name, pyrite)
    return _find(name, _counterpart({**CLASSES, **FUNCTIONS}[name])) if found is None else found


def _counterpart(module: str) -> ModuleType:
    """Pyrite's module of that name; the package, while there is none."""
    try:
        return import_module(module.replace("pyspark", "pyrite", 1))
    except ImportError:
        return pyrite


def _find(name: str, module: ModuleType) -> Any:
    found: Any = module
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except (AttributeError, ImportError, pyrite.UnsupportedError):
            return None
    return found


def _advice(ours: object, name: str) -> str:
    """What Pyrite's error says, if need be when called; nothing if there is none."""
    try:
        method = getattr(ours, name)
        method(*(each.name for each in inspect.signature(method).parameters.values()))
    except pyrite.UnsupportedError as error:
        return str(error).partition(": ")[2]
    except (AttributeError, ImportError):
        pass
    return ""


def _instances(sc: pyrite.SparkContext) -> dict[str, object]:
    """Of classes whose instances have more than the class, or say what they lack."""
    from pyrite import rdd, resource
    from pyrite.sql import SparkSession

    return {
        "SparkContext": sc,
        "RDD": sc.range(1),
        "SparkConf": pyrite.SparkConf(loadDefaults=False),
        "StorageLevel": pyrite.StorageLevel.NONE,
        "RDDBarrier": sc.range(1).barrier(),
        "BarrierTaskInfo": pyrite.BarrierTaskInfo("localhost:1"),
        "BoundedFloat": rdd.BoundedFloat(1.0, 0.95, 0.5, 1.5),
        "Accumulator": sc.accumulator(0),
        "StatCounter": pyrite.StatCounter(),
        "ResourceInformation": resource.ResourceInformation("gpu", ["0"]),
        "ResourceProfile": resource.ResourceProfileBuilder().build,
        "ExecutorResourceRequest": resource.ExecutorResourceRequest("cores", 1),
        "TaskResourceRequest": resource.TaskResourceRequest("cpus", 1.0),
        "SparkSession": SparkSession.builder.getOrCreate(),
    }
