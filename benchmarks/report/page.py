"""The page of results: the tables, and where and when they were measured."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import psutil

from benchmarks.engines import engine as engine_module
from benchmarks.jobs.data import ROOT, origin
from benchmarks.measure.memory import MEMORY
from benchmarks.measure.run import CORES

INTRODUCTION = """\
# Figures

Written by `make bench`. The engines ran in turn, each run in fresh processes, on {cores} cores.
*Ratios* are a peer's median time by Pyrite's: above 1, Pyrite is faster; bold misses a target.
*Times* are medians (least-most; runs). What is measured, and how to read it:
[docs/benchmarks.md](../docs/benchmarks.md).
"""


def page(tables: str, engines: Sequence[str], load: float) -> str:
    """The whole of RESULTS.md. ``load``: the machine's load before the first run."""
    introduction = INTRODUCTION.format(cores=CORES)
    return f"{introduction}\n{circumstances(engines, load)}\n\n{tables}\n"


def machine() -> str:
    """In a few words, for a picture."""
    where = f"{CORES} cores of {processor()}, Python {platform.python_version()}"
    return f"{where}, {time.strftime('%Y-%m-%d')}, load {os.getloadavg()[0]:.0f} at the end"


def circumstances(engines: Sequence[str], load: float | None = None) -> str:
    """Where and when, as a Markdown list; with the load before the first run, if it is known."""
    memory = psutil.virtual_memory().total / 2**30
    before = "" if load is None else f"{load:.1f} before the first run, "
    commit = command("git", "-C", str(ROOT), "describe", "--always", "--dirty")
    return "\n".join(
        [
            f"- {time.strftime('%Y-%m-%d %H:%M %Z')}, commit {commit or 'unknown'}",
            f"- {processor()}, {os.cpu_count()} cores, {memory:.0f} GiB; load "
            f"{before}{os.getloadavg()[0]:.1f} after the last",
            f"- {platform.system()} {platform.release()}, Python {platform.python_version()}, "
            f"{java()}; {', '.join(versions(engines))}",
            f"- input files: {origin()}; memory of all processes is {MEMORY}, of one worker RSS",
        ]
    )


def versions(engines: Sequence[str]) -> list[str]:
    packages = [package for name in engines for package in engine_module(name).PACKAGES]
    return [f"{package} {installed(package)}" for package in dict.fromkeys([*packages, "numpy"])]


def installed(package: str) -> str:
    if package == "pyrite":
        from pyrite.core.version import __version__

        return __version__
    try:
        return version(package)
    except ImportError:
        return "not installed"


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def java() -> str:
    lines = command("java", "-version").splitlines()
    return f"Java {lines[0].split()[2].strip(chr(34))}" if lines else "no Java"


def command(*words: str) -> str:
    """What a command prints, or nothing if it cannot run."""
    try:
        done = subprocess.run(
            words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
