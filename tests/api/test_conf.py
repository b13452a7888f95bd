"""`SparkConf` as PySpark's, which keeps settings itself until there is a JVM; and what is told of
settings that mean nothing here."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark import SparkConf as TheirConf

from pyrite import SettingsWarning, SparkConf, SparkContext
from pyrite.api.conf import unused

MakeContext = Callable[..., SparkContext]

PROGRAMS: list[Callable[[Any], Any]] = [
    lambda conf: conf.getAll(),
    lambda conf: conf.get("a"),
    lambda conf: conf.get("a", "b"),
    lambda conf: conf.set("a", True).set("b", 1.5).set("c", None).getAll(),
    lambda conf: conf.set("a", 1).set("a", 2).get("a"),
    lambda conf: conf.setIfMissing("a", 1).setIfMissing("a", 2).get("a", "3"),
    lambda conf: conf.setMaster("local").setAppName("x").setSparkHome("/h").getAll(),
    lambda conf: conf.setAll([("a", 1), ("b", False)]).getAll(),
    lambda conf: conf.setAll({"a": "1"}.items()).contains("a"),
    lambda conf: conf.contains("a"),
    lambda conf: conf.setExecutorEnv("A", "1").getAll(),
    lambda conf: conf.setExecutorEnv("A", 1).get("spark.executorEnv.A"),
    lambda conf: conf.setExecutorEnv(pairs=[("A", "1"), ("B", "2")]).getAll(),
    lambda conf: conf.setExecutorEnv(),
    lambda conf: conf.setExecutorEnv("A", "1", [("B", "2")]),
    lambda conf: conf.setAll([("a", "1"), ("b", "2")]).toDebugString(),
    lambda conf: conf.set("a"),
]


def outcome(program: Callable[[Any], Any], conf: Any) -> object:
    try:
        return program(conf)
    except (TypeError, RuntimeError) as error:
        return RuntimeError if isinstance(error, RuntimeError) else TypeError


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_as_pysparks(number: int) -> None:
    theirs = outcome(PROGRAMS[number], TheirConf(loadDefaults=False))
    assert outcome(PROGRAMS[number], SparkConf(loadDefaults=False)) == theirs


def test_secrets_are_not_shown() -> None:
    conf = SparkConf(loadDefaults=False).set("my.password", "x").set("a", "b")
    assert conf.toDebugString() == "a=b\nmy.password=*********(redacted)"
    assert conf.get("my.password") == "x"


def told(*names: str) -> str:
    return unused(SparkConf(loadDefaults=False).setAll((name, "1") for name in names))


def test_settings_without_meaning_are_named_in_one_line() -> None:
    assert told("spark.master", "spark.executor.memory", "spark.executorEnv.X", "my.x") == ""
    assert told("spark.python.worker.memory", "pyrite.worker.memory") == ""
    assert told("spark.ui.port", "spark.driver.memory", "spark.sql.shuffle.partitions") == (
        "these settings mean nothing to Pyrite: spark.driver.memory, "
        "spark.sql.shuffle.partitions, spark.ui.port"
    )


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("spark.executor.memry", "spark.executor.memory"),
        ("spark.task.maxFailure", "spark.task.maxFailures"),
        ("spark.defaults.parallelism", "spark.default.parallelism"),
        ("spark.drivr.memory", "spark.driver.memory"),
    ],
)
def test_a_misspelt_name_gets_a_hint(wrong: str, right: str) -> None:
    assert told(wrong).endswith(f"{wrong} (did you mean {right}?)")


def test_a_programs_own_names_are_its_own() -> None:
    assert told("spark.wordcount.input", "spark.myapp.threshold") == ""


def test_the_warning_blames_the_program(make_context: MakeContext) -> None:
    settings = {"spark.driver.memory": "1g", "spark.serializer": "Kryo"}
    conf = SparkConf(loadDefaults=False).setAll(settings.items())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with SparkContext("local", conf=conf):
            pass
    (warning,) = caught
    assert warning.category is SettingsWarning
    assert warning.filename == __file__
    assert str(warning.message).endswith(": spark.driver.memory, spark.serializer")


def test_event_logs_in_a_folder(make_context: MakeContext, tmp_path: Path) -> None:
    folder = tmp_path / "logs" / "here"
    settings = {"spark.eventLog.enabled": True, "spark.eventLog.dir": f"file://{folder}"}
    sc = make_context("local", settings)
    assert sc.range(3).count() == 3
    sc.stop()
    (log,) = folder.iterdir()
    assert log.name == f"{sc.applicationId}.jsonl"
    assert '"JobSubmitted"' in log.read_text() or '"JobStarted"' in log.read_text()


def test_log_level(make_context: MakeContext) -> None:
    before = logging.getLogger("pyrite").level
    try:
        make_context("local", {"spark.log.level": "ERROR"})
        assert logging.getLogger("pyrite").level == logging.ERROR
    finally:
        logging.getLogger("pyrite").setLevel(before)


def test_a_context_that_cannot_be_made_leaves_nothing(make_context: MakeContext) -> None:
    """`make_context` looks for processes, threads and files afterwards."""
    with pytest.raises(ValueError, match="LOUD"):
        make_context("local[2]", {"spark.log.level": "loud"})
