"""What the benchmark's tables say of runs that are made up."""

from __future__ import annotations

from typing import Any

import pytest
from benchmarks.measure.run import measured
from benchmarks.report.ratios import agreement, ratios
from benchmarks.report.table import line, tables
from benchmarks.report.targets import geometric_mean, verdicts


def result(seconds: float, answer: Any = 1) -> dict[str, Any]:
    return {
        "seconds": seconds,
        "each": seconds / 100,
        "answered": seconds,
        "cpu": seconds,
        "tree": 1 << 20,
        "answer": answer,
    }


FAILED = {"error": "it broke"}
STOPPED = {"error": "", "stopped": 60.0}


def test_ratio_of_medians_and_missed_targets() -> None:
    ours = {"pyrite": [result(1), result(2), result(9)]}
    results = {
        "wordcount": {**ours, "pyspark": [result(20)], "by_hand": [result(1.8)]},
        "join": {**ours, "pyspark": [result(3)], "by_hand": [result(1)]},
    }
    found = ratios(results, ["pyrite", "pyspark", "by_hand"])
    assert found == {
        "pyspark": {"wordcount": 10, "join": 1.5},
        "by_hand": {"wordcount": 0.9, "join": 0.5},
    }
    met = {wanted: met for wanted, _, met in verdicts(found)}
    assert met == {
        "pyspark: geometric mean >= 5": False,
        "pyspark: wordcount >= 8": True,
        "pyspark: every job >= 2.00": False,
        "by_hand: every job >= 0.87": False,
    }
    text = tables(results, {"wordcount": 1, "join": 1}, ["pyrite", "pyspark", "by_hand"])
    assert "| wordcount      | 10.0     | 0.90     | same answers |" in text
    assert "| join           | **1.50** | **0.50** | same answers |" in text
    assert "join 0.50" in text
    assert "MISSED" in text


def test_geometric_mean() -> None:
    assert geometric_mean([2, 8]) == pytest.approx(4)


def test_failures_and_other_answers_are_named() -> None:
    runs = {
        "pyrite": [result(1)],
        "pyspark": [result(1), FAILED],
        "polars": [result(1, answer=2)],
        "duckdb": [STOPPED],
    }
    assert agreement("join", runs) == "pyspark FAILED, polars ANSWERS OTHERWISE"
    assert line("join", "pyspark", FAILED).endswith("FAILED\nit broke")
    assert "stopped after 60 s" in line("join", "duckdb", STOPPED)


def test_a_slow_engine_is_shown_as_such() -> None:
    results = {"join": {"pyrite": [result(2)], "pyspark": [STOPPED]}}
    text = tables(results, {"join": 1}, ["pyrite", "pyspark"])
    assert "> 30.0" in text
    assert "> 60 s" in text


def test_an_engine_that_failed_is_not_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = []

    def run(engine: str, *rest: Any) -> dict[str, Any]:
        ran.append(engine)
        return FAILED if engine == "by_hand" else result(1)

    monkeypatch.setattr("benchmarks.measure.run.run", run)
    found = list(measured("squares", 10, 3, ["pyrite", "by_hand"]))
    assert ran == ["pyrite", "by_hand", "pyrite", "pyrite"]
    assert [engine for engine, _ in found] == ran
