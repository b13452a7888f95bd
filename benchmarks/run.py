"""Run jobs in fresh processes, the engines in turn, and watch the memory of all their processes."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.child import CLOCK, Result
from benchmarks.data import ROOT
from benchmarks.jobs import JOBS

FOLDER = ROOT / "build" / "benchmarks"
MEMORY = "PSS" if sys.platform == "linux" else "RSS"
"""How memory is counted: PSS divides a page that processes share among them."""

_LIMIT_SECONDS = 900.0
_SAMPLE_SECONDS = 0.1
_SAMPLING_SHARE = 0.03
"""The share of one core that may go into looking at processes."""


def engines() -> list[str]:
    """The engines that can run here."""
    java = shutil.which("java") or os.environ.get("JAVA_HOME")
    return ["pyrite", "pyspark"] if importlib.util.find_spec("pyspark") and java else ["pyrite"]


def measured(
    name: str, size: int, runs: int, engines: Sequence[str]
) -> Iterator[tuple[str, Result]]:
    """Run a job on each engine in turn, ``runs`` times; yields each (engine, result).

    A run that failed has only ``error`` in its result.
    """
    job = JOBS[name]
    source = str(job.make_input(FOLDER, size)) if job.make_input else ""
    for _ in range(runs):
        for engine in engines if job.program else ["pyrite"]:
            yield engine, run(engine, name, job.size_for(engine, size), source)


def run(engine: str, name: str, size: int, source: str) -> Result:
    """One run in a process of its own, which leaves nothing behind."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER, ignore_cleanup_errors=True) as folder:
        log = Path(folder, "output.log")
        request = {"engine": engine, "job": name, "size": size, "source": source, "folder": folder}
        with log.open("wb") as output:
            begun = CLOCK()
            process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.child", json.dumps({**request, "begun": begun})],
                cwd=folder,
                env=environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            peaks = watched(process)
        try:
            result: Result = json.loads(Path(folder, "result.json").read_text())
        except OSError:
            last = log.read_text(errors="replace").strip().splitlines()[-8:]
            return {"error": "\n".join(last) or f"ended with status {process.returncode}"}
    return {**result, "tree": peaks.tree, "worker": peaks.worker}


def environment(folder: str) -> dict[str, str]:
    """The same for both engines: the same Python, these modules, and no search for a network."""
    paths = filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": folder,
    }


@dataclass
class Peaks:
    """The most memory seen, in bytes.

    Attributes:
        tree: of all processes together (see `MEMORY`).
        worker: resident memory of the largest Python process but the driver.
    """

    tree: int = 0
    worker: int = 0
    seen: dict[int, psutil.Process] = field(default_factory=dict)

    def look(self, root: psutil.Process) -> None:
        """Look at a process and its descendants, now."""
        total = 0
        for process in descendants(root):
            self.seen.setdefault(process.pid, process)
            try:
                memory = process.memory_full_info()
                python = process.name().startswith("python")
            except psutil.Error:  # it has ended
                continue
            total += getattr(memory, "pss", memory.rss)
            if python and process != root:
                self.worker = max(self.worker, memory.rss)
        self.tree = max(self.tree, total)

    def kill(self) -> None:
        """End what is left of the processes that were seen."""
        for process in self.seen.values():
            try:
                process.kill()
            except psutil.Error:
                pass


def descendants(root: psutil.Process) -> list[psutil.Process]:
    try:
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


def watched(process: subprocess.Popen[bytes]) -> Peaks:
    """Wait for a process's end, and see to it that none of its descendants stays."""
    peaks, root = Peaks(), psutil.Process(process.pid)
    deadline = time.monotonic() + _LIMIT_SECONDS
    pause = _SAMPLE_SECONDS
    try:
        while process.poll() is None and time.monotonic() < deadline:
            try:
                process.wait(pause)
            except subprocess.TimeoutExpired:
                begun = time.thread_time()
                peaks.look(root)
                pause = max(_SAMPLE_SECONDS, (time.thread_time() - begun) / _SAMPLING_SHARE)
    finally:
        peaks.kill()
        process.kill()
        process.wait()
    return peaks
