"""Dask on a cluster of this machine's processes; the programs are those of Dask's bags."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from benchmarks.engines import dask_bag, not_installed
from benchmarks.engines.dask_bag import PROGRAMS, warm

__all__ = ["MODULE", "PACKAGES", "PROGRAMS", "TITLE", "missing", "started", "warm"]

TITLE = "Dask (distributed)"
PACKAGES = ("distributed", *dask_bag.PACKAGES)
MODULE = "distributed"


def missing() -> str:
    return not_installed("distributed") or dask_bag.missing()


@contextmanager
def started(cores: int, folder: str, settings: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """A process of one thread for each core. Everything is computed there: the client is Dask's
    scheduler by default, and programs need not say where."""
    from distributed import Client, LocalCluster

    cluster = LocalCluster(
        n_workers=cores,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=logging.ERROR,
        local_directory=folder,
    )
    with cluster, Client(cluster):
        yield {}
