"""What the engines with PySpark's API have in common: the programs and the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.jobs import iterative, programs, spilling

PROGRAMS = {
    "startup": programs.tasks,
    "wordcount": programs.word_count,
    "grep": programs.grep,
    "logs": programs.log_aggregation,
    "squares": programs.squares,
    "chain": programs.chain,
    "index": programs.inverted_index,
    "join": programs.join,
    "cogroup": programs.cogroup,
    "group": programs.group,
    "distinct": programs.distinct,
    "sortnumbers": programs.sort_numbers,
    "sortstrings": programs.sort_strings,
    "terasort": programs.terasort,
    "pagerank": iterative.pagerank,
    "kmeans": iterative.kmeans,
    "kmeansarrays": iterative.kmeans_arrays,
    "logistic": iterative.logistic_regression,
    "logmining": iterative.log_mining,
    "logminingcold": iterative.log_mining_cold,
    "tasks": programs.tasks,
    "tinyjobs": programs.tiny_jobs,
    "spillaggregate": spilling.aggregate,
    "spillgroup": spilling.group,
    "spillsort": spilling.sort,
    "spilljoin": spilling.join,
}
ARRAYS = ("kmeansarrays", "logistic")


def context(package: Any, cores: int, folder: str, settings: Mapping[str, str]) -> Any:
    """A context with the same settings for each engine, which passes over those of others."""
    conf = package.SparkConf().set("spark.local.dir", folder)
    conf.set("spark.ui.enabled", "false").set("spark.ui.showConsoleProgress", "false")
    conf.setAll(settings.items())
    sc = package.SparkContext(f"local[{cores}]", "benchmark", conf=conf)
    sc.setLogLevel("ERROR")
    return sc


def warm(sc: Any, job: str) -> None:
    """Imports arrays, on all sides."""
    if job in ARRAYS:
        next(PROGRAMS[job](sc, 1_000, ""))
