"""Ray Data on a cluster of this machine: columns in batches, with Arrow's and numpy's operations.

Two jobs are left out. There is no cogroup: Ray Data has joins and groups of one dataset each. And
k-means on tuples would be k-means on arrays, as a batch has columns and not tuples.

`programs` and `iterative` have the jobs, `columns` what they share.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.engines import not_installed
from benchmarks.engines.ray_data.iterative import (
    kmeans_arrays,
    log_mining,
    log_mining_cold,
    logistic,
    pagerank,
)
from benchmarks.engines.ray_data.programs import (
    distinct,
    grep,
    group,
    inverted_index,
    join,
    log_aggregation,
    six_steps,
    sort_numbers,
    sort_strings,
    squares,
    tasks,
    terasort,
    tiny_jobs,
    word_count,
)
from benchmarks.jobs.agreed import PARTS

TITLE = "Ray Data"
PACKAGES = ("ray", "pyarrow", "pandas", "polars")  # with polars it joins
ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # so that Ray stays on 127.0.0.1, as there
}


OBJECT_STORE_BYTES = 2_000_000_000
IDLE_PROCESSES = 8  # with no more than cores, Ray ends and starts processes all the time


def missing() -> str:
    return not_installed("ray") or not_installed("pandas") or not_installed("polars")


@contextmanager
def started(cores: int, folder: str, settings: Mapping[str, str]) -> Iterator[Any]:
    """Ray's own folder is a short one, as the names of its sockets go into 107 bytes."""
    os.environ.update(ENVIRONMENT)
    import ray

    with TemporaryDirectory(prefix="ray-") as short:
        ray.init(
            num_cpus=cores,
            object_store_memory=OBJECT_STORE_BYTES,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            _node_ip_address="127.0.0.1",
            _temp_dir=short,
            _system_config={"num_workers_soft_limit": IDLE_PROCESSES},
        )
        try:
            import ray.data

            logging.getLogger("ray.data").setLevel(logging.ERROR)
            context = ray.data.DataContext.get_current()
            context.enable_progress_bars = False
            context.default_hash_shuffle_parallelism = PARTS
            yield ray.data
        finally:
            ray.shutdown()


def warm(data: Any, job: str) -> None:
    """Ray's processes import what they need at their first jobs, in seconds."""
    distinct(data, 1_000, "")
    if job == "join":
        join(data, 1_000, "")


PROGRAMS = {
    "startup": tasks,
    "wordcount": word_count,
    "grep": grep,
    "logs": log_aggregation,
    "squares": squares,
    "chain": six_steps,
    "index": inverted_index,
    "join": join,
    "group": group,
    "distinct": distinct,
    "sortnumbers": sort_numbers,
    "sortstrings": sort_strings,
    "terasort": terasort,
    "pagerank": pagerank,
    "kmeansarrays": kmeans_arrays,
    "logistic": logistic,
    "logmining": log_mining,
    "logminingcold": log_mining_cold,
    "tasks": tasks,
    "tinyjobs": tiny_jobs,
}
