"""Data larger than a worker's memory: aggregate, group, sort and join with 512 MiB for each worker.

A record is a pair of texts of 40 characters: 234 bytes as objects. The keys are all there and far
from sorted, as `FACTOR` has no divisor in common with a size.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.jobs.agreed import FACTOR
from benchmarks.jobs.programs import in_order, summed

RECORD_BYTES = 234
BUDGET = {"pyrite.worker.memory": "512m", "spark.python.worker.memory": "512m"}


def pairs(sc: Any, size: int, key: Callable[[int], int]) -> Any:
    """``size`` records in 8 partitions."""
    return sc.parallelize(range(size), 8).map(lambda i: (f"{key(i):040d}", f"{i:040d}"))


def aggregate(sc: Any, size: int, source: str) -> Any:
    keys = size // 2
    largest = pairs(sc, size, lambda i: i * FACTOR % keys).reduceByKey(max, 2)
    return summed(largest.values().map(int))


def group(sc: Any, size: int, source: str) -> Any:
    """Half of the records have one key; the others come in tens."""
    keys = size // 20
    grouped = pairs(sc, size, lambda i: 0 if i % 2 else i * FACTOR % keys).groupByKey(2)
    return summed(grouped.mapValues(lambda values: sum(map(int, values))).values())


def sort(sc: Any, size: int, source: str) -> Any:
    return in_order(pairs(sc, size, lambda i: i * FACTOR % size).sortByKey(numPartitions=2).keys())


def join(sc: Any, size: int, source: str) -> Any:
    """Every key once on each side."""
    half = size // 2
    left = pairs(sc, half, lambda i: i)
    right = pairs(sc, half, lambda i: i * FACTOR % half)
    joined = left.join(right, 2)
    return summed(joined.map(lambda pair: int(pair[1][0]) ^ int(pair[1][1])))


def logged(folder: str) -> dict[str, str]:
    """Settings that make either engine write an event log, which tells what was spilled."""
    return {
        "pyrite.eventLog": f"{folder}/pyrite.jsonl",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": f"file://{folder}",
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
    }


def spilled_bytes(folder: Path) -> int:
    """Bytes that tasks wrote to disk for want of memory, from either engine's event log."""
    spilled = 0
    for path in folder.iterdir():
        if path.suffix == ".jsonl" or path.name.startswith("local-"):
            with path.open(encoding="utf-8") as lines:
                spilled += sum(map(spilled_by, map(json.loads, lines)))
    return spilled


def spilled_by(event: dict[str, Any]) -> int:
    if event.get("event") == "TaskEnded":
        return int(event["metrics"]["spilled_bytes"])
    if event.get("Event") == "SparkListenerTaskEnd":
        return int(event["Task Metrics"]["Disk Bytes Spilled"])
    return 0
