"""Run jobs in fresh processes, the engines in turn, and watch the memory of all their processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.engines import engine as engine_module
from benchmarks.jobs.agreed import OUTPUT
from benchmarks.jobs.catalogue import JOBS, Job
from benchmarks.jobs.data import ROOT
from benchmarks.jobs.spilling import logged, spilled_bytes
from benchmarks.measure.child import BEGUN, CLOCK, Result
from benchmarks.measure.memory import watched

FOLDER = ROOT / "build" / "benchmarks"
CORES = 2

LIMIT_SECONDS = 60.0
"""A program that takes longer is stopped."""

ALWAYS = ("pyrite", "pyspark", "by_hand")
ENOUGH_SECONDS = 12.0
"""Engines but those that are run always are not run again once they had so much time for a job."""

APART_LIMIT_SECONDS = 900.0
_LAST_LINES = 8


def measured(
    name: str, size: int, runs: int, engines: Sequence[str]
) -> Iterator[tuple[str, Result]]:
    """Run a job on each engine in turn, ``runs`` times; yields each (engine, result).

    A run that failed has ``error`` in its result, and one that was stopped ``stopped``: such an
    engine is not run again for this job, nor is one that has taken long enough (`ENOUGH_SECONDS`).
    """
    limit = APART_LIMIT_SECONDS if JOBS[name].apart else LIMIT_SECONDS
    job, spent, failed = JOBS[name], dict.fromkeys(engines, 0.0), set[str]()
    source = str(job.make_input(FOLDER, size)) if job.make_input else ""
    able = [engine for engine in engines if name in engine_module(engine).PROGRAMS]
    for _ in range(runs):
        for engine in able:
            enough = spent[engine] > ENOUGH_SECONDS and engine not in ALWAYS
            if not enough and engine not in failed:
                begun = CLOCK()
                result = run(engine, name, job.size_for(engine, size), source, limit)
                spent[engine] += CLOCK() - begun
                if "error" in result:
                    failed.add(engine)
                yield engine, result


def run(
    engine: str,
    name: str,
    size: int,
    source: str,
    limit: float = LIMIT_SECONDS,
    extra: Mapping[str, str] | None = None,
    paths: Sequence[str] = (),
) -> Result:
    """One run in a process of its own, which leaves nothing behind.

    Parameters:
        limit: seconds for the engine's start, and for the program, after which it is stopped.
        extra: more for the environment.
        paths: where Python is to look for modules, too.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    job = JOBS[name]
    with tempfile.TemporaryDirectory(dir=FOLDER, ignore_cleanup_errors=True) as folder:
        request = {
            "engine": engine,
            "job": name,
            "size": size,
            "source": source,
            "cores": CORES,
            "folder": folder,
            "settings": {**job.conf, **(logged(folder) if job.apart else {})},
            "begun": CLOCK(),
        }
        log = Path(folder, "output.log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.measure.child", json.dumps(request)],
                cwd=folder,
                env={**environment(folder, paths), **(extra or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            peaks, in_time = watched(process, limit, Path(folder, BEGUN))
        try:
            result = found(job, Path(folder))
        except (OSError, ValueError):
            last = log.read_text(errors="replace").strip().splitlines()[-_LAST_LINES:]
            error = "\n".join(last) or f"ended with status {process.returncode}"
            return {"error": error} if in_time else {"error": error, "stopped": limit}
    return {**result, "tree": peaks.tree, "worker": peaks.worker}


def found(job: Job, folder: Path) -> Result:
    """What a run left in its folder."""
    result: Result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    if job.output_answer:
        result["answer"] = list(job.output_answer(folder / OUTPUT))
    if job.apart:
        result["spilled"] = spilled_bytes(folder)
    return result


def environment(folder: str, more_paths: Sequence[str]) -> dict[str, str]:
    """The same for all engines: the same Python, these modules, and no search for a network.

    Libraries of linear algebra get one thread: the engines divide the work. A checkout may keep its
    bytecode, as an installed package has it: else each start would compile the sources."""
    paths = filter(None, [*more_paths, str(ROOT), os.environ.get("PYTHONPATH", "")])
    return {
        **{name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        "PYTHONPATH": os.pathsep.join(paths),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": folder,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
