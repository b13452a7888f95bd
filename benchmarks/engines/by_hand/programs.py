"""The programs by hand, by the names of their jobs."""

from __future__ import annotations

from benchmarks.engines.by_hand import iterative, keys, numbers, order, text

PROGRAMS = {
    "startup": numbers.tasks,
    "wordcount": text.word_count,
    "grep": text.grep,
    "logs": text.log_aggregation,
    "squares": numbers.squares,
    "chain": numbers.steps,
    "index": text.inverted_index,
    "join": keys.join,
    "cogroup": keys.cogroup,
    "group": keys.group,
    "distinct": keys.distinct,
    "sortnumbers": order.sort_numbers,
    "sortstrings": order.sort_strings,
    "terasort": order.terasort,
    "pagerank": iterative.pagerank,
    "kmeans": iterative.kmeans,
    "kmeansarrays": iterative.kmeans_arrays,
    "logistic": iterative.logistic_regression,
    "logmining": iterative.log_mining,
    "logminingcold": iterative.log_mining_cold,
    "tasks": numbers.tasks,
    "tinyjobs": numbers.tiny_jobs,
}
