"""The engines of the extra ``bench``, where they are installed, give Pyrite's answers.

PySpark is compared in `tests/oracle`, on many programs more."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from benchmarks.engines import NAMES, missing
from benchmarks.engines import engine as engine_module
from benchmarks.jobs.catalogue import JOBS
from benchmarks.measure.run import environment

SCRIPT = Path(__file__).with_name("all_jobs.py")
SIZES = {"kmeans": 100, "kmeansarrays": 400, "logistic": 400, "tasks": 4, "tinyjobs": 3}
ROWS = 2_000
PEERS = [name for name in NAMES if name not in ("pyrite", "pyspark", "by_hand")]
DEADLINE_SECONDS = 300


def answers(engine: str, folder: Path, jobs: dict[str, Any]) -> dict[str, Any]:
    """In a process of its own: the engines leave threads, signal handlers and settings behind."""
    folder.mkdir()
    request = {"engine": engine, "folder": str(folder), "jobs": jobs}
    ended = subprocess.run(
        [sys.executable, str(SCRIPT), json.dumps(request)],
        cwd=folder,
        env=environment(str(folder), []),
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-3_000:]
    found: dict[str, Any] = json.loads((folder / "answers.json").read_text())
    return found


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    """Size and input, in files of a million bytes, of each job."""
    folder = tmp_path_factory.mktemp("input")
    return {
        name: (1, str(job.make_input(folder, 1))) if job.make_input else (SIZES.get(name, ROWS), "")
        for name, job in JOBS.items()
        if not job.apart and name != "startup"
    }


@pytest.fixture(scope="module")
def ours(jobs: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return answers("pyrite", tmp_path_factory.mktemp("pyrite") / "run", jobs)


@pytest.mark.slow
@pytest.mark.timeout(DEADLINE_SECONDS + 60)
@pytest.mark.parametrize("engine", PEERS)
def test_same_answers_as_pyrite(engine: str, jobs: Any, ours: Any, tmp_path: Path) -> None:
    if why := missing(engine):
        pytest.skip(why)
    theirs = answers(engine, tmp_path / "run", jobs)
    assert theirs == {name: ours[name] for name in theirs}
    assert set(theirs) == set(engine_module(engine).PROGRAMS) & set(jobs)
    assert len(theirs) >= len(JOBS) // 2
