"""One run of one job on one engine, in its own process: ``python -m benchmarks.child REQUEST``.

Times are in seconds and memory is in bytes. The clock starts with the harness's command, so that
Python's own start is counted; a monotonic clock is one and the same in all processes of a machine.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import isgenerator
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

Result: TypeAlias = dict[str, Any]
"""What was measured, by name, and ``answer``: what the program returned."""

CLOCK = time.monotonic


def measure(request: dict[str, Any]) -> Result:
    """Run a job's program.

    Parameters:
        request: engine (pyrite or pyspark), job, size, source (path of the input, or ""), folder
            (for all that the engine leaves), begun (the clock when the command was given).

    Returns:
        imported, constructed: seconds that the import and the constructor took.
        ready, answered: seconds from the command to a context, and to a first job's answer.
        seconds, rate: of a call of the program (the median of several), and size per second.
        first, later, gain: of a program in steps, the seconds of the first, of the later ones (the
            median), and their ratio.
        spilled: bytes, if the job is logged.
    """
    begun = CLOCK()
    engine = importlib.import_module(request["engine"])
    imported = CLOCK()
    from benchmarks.jobs import JOBS, trivial

    job, size = JOBS[request["job"]], request["size"]
    if job.program is None:
        return measure_scheduler(size)
    conf = configured(engine.SparkConf(), request["folder"], job.conf, job.logged)
    constructing = CLOCK()
    sc = engine.SparkContext("local[2]", request["job"], conf=conf)
    ready = CLOCK()
    with stopping(sc):
        trivial(sc, 2, "")
        answered = CLOCK()
        sc.setLogLevel("ERROR")
        seconds = []
        for _ in range(job.calls):
            steps, answer = timed(job.program, sc, size, request["source"])
            seconds.append(sum(steps))
    return {
        "imported": imported - begun,
        "constructed": ready - constructing,
        "ready": ready - request["begun"],
        "answered": answered - request["begun"],
        "seconds": median(seconds),
        "rate": size / median(seconds),
        **apart(steps),
        "answer": answer,
        **({"spilled": spilled_bytes(Path(request["folder"]))} if job.logged else {}),
    }


def timed(program: Callable[..., Any], *arguments: Any) -> tuple[list[float], Any]:
    """Seconds and answer of a program; of one that yields after each step, those of each."""
    begun = CLOCK()
    answer = program(*arguments)
    if not isgenerator(answer):
        return [CLOCK() - begun], answer
    seconds, answers = [], []
    for step in answer:
        seconds.append(CLOCK() - begun)
        answers.append(step)
        begun = CLOCK()
    return seconds, answers


def apart(steps: list[float]) -> Result:
    """The first step beside the later ones, if there are any."""
    if len(steps) == 1:
        return {}
    first, later = steps[0], median(steps[1:])
    return {"first": first, "later": later, "gain": first / later}


def measure_scheduler(tasks: int) -> Result:
    """The scheduler's events a second, with ``tasks`` tasks and a tenth of them."""
    from benchmarks.scheduler import run
    from pyrite.scheduler import Policy

    (events, seconds), (all_events, all_seconds) = (run(n, Policy()) for n in (tasks // 10, tasks))
    return {
        "small_rate": events / seconds,
        "large_rate": all_events / all_seconds,
        "growth": all_seconds / seconds / 10,
        "answer": all_events,
    }


def configured(conf: Any, folder: str, settings: Any, logged: bool) -> Any:
    """The same settings for both engines, each of which passes over those of the other."""
    conf.set("spark.local.dir", folder)
    conf.set("spark.ui.enabled", "false").set("spark.ui.showConsoleProgress", "false")
    if logged:
        conf.set("pyrite.eventLog", f"{folder}/pyrite.jsonl")
        conf.set("spark.eventLog.enabled", "true").set("spark.eventLog.dir", f"file://{folder}")
        conf.set("spark.eventLog.compress", "false").set("spark.eventLog.rolling.enabled", "false")
    return conf.setAll(settings.items())


@contextmanager
def stopping(sc: Any) -> Iterator[None]:
    try:
        yield
    finally:
        sc.stop()


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


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    Path(asked["folder"], "result.json").write_text(json.dumps(measure(asked)))
