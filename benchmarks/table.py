"""From the results of runs to a table, and the table with its circumstances to a page."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TypeAlias

import psutil

from benchmarks.child import Result
from benchmarks.data import ROOT, origin
from benchmarks.jobs import JOBS, Figure
from benchmarks.run import MEMORY
from pyrite.core.version import __version__ as pyrite_version

Runs: TypeAlias = Mapping[str, Sequence[Result]]
"""Results by engine."""

HEADER = ("job", "figure", "Pyrite", "PySpark", "times better", "target")


INTRODUCTION = """\
# Figures

Written by `make bench`. Medians, with the least and the most in parentheses; the engines ran in
turn, each run in fresh processes. What is measured, and how to read it:
[docs/benchmarks.md](../docs/benchmarks.md).
"""


@dataclass(frozen=True)
class Unit:
    """How to show a value: ``factor`` is the unit's number in one of what was measured."""

    name: str
    factor: float = 1.0
    more_is_better: bool = False
    compared: bool = True


UNITS = {
    "s": Unit("s"),
    "ms": Unit("ms", 1e3),
    "MiB": Unit("MiB", 2**-20),
    "MiB spilled": Unit("MiB", 2**-20, compared=False),
    "/s": Unit("/s", more_is_better=True),
    "x": Unit("x", compared=False),
    "times": Unit("times", more_is_better=True, compared=False),
}


def rows(name: str, size: int, runs: Runs) -> list[tuple[str, ...]]:
    """The lines of the table for one job."""
    job = JOBS[name]
    lines = []
    for figure in job.figures:
        values = {engine: of(figure, results) for engine, results in runs.items()}
        ours, theirs = values.get("pyrite", []), values.get("pyspark", [])
        lines.append(
            (
                f"{job.heading(size)}; {agreement(runs)}" if not lines else "",
                figure.label.format(size=size),
                spread(ours, UNITS[figure.unit]),
                spread(theirs, UNITS[figure.unit]),
                f"{times:.1f}" if (times := times_better(figure, ours, theirs)) else "",
                verdict(figure, ours, theirs),
            )
        )
    return lines


def line(name: str, engine: str, result: Result) -> str:
    """What one run came to, for whoever waits."""
    if "error" in result:
        return f"{name:<12} {engine:<8} FAILED\n{result['error']}"
    figures = [figure for figure in JOBS[name].figures if figure.measure in result]
    values = (short(result[figure.measure], UNITS[figure.unit]) for figure in figures)
    return f"{name:<12} {engine:<8} " + "  ".join(
        f"{figure.measure} {value}" for figure, value in zip(figures, values, strict=True)
    )


def of(figure: Figure, results: Sequence[Result]) -> list[float]:
    return [result[figure.measure] for result in results if figure.measure in result]


def agreement(runs: Runs) -> str:
    """How many runs there were, and whether all came to an end with the same answer."""
    results = [result for each in runs.values() for result in each]
    answers = [result["answer"] for result in results if "answer" in result]
    if failed := len(results) - len(answers):
        return f"{failed} OF {len(results)} RUNS FAILED"
    if any(answer != answers[0] for answer in answers):
        return f"{len(results)} runs, ANSWERS DIFFER"
    return f"{len(results)} runs, same answers"


def sound(runs: Runs) -> bool:
    return agreement(runs).endswith("same answers")


def spread(values: Sequence[float], unit: Unit) -> str:
    """The median, and from where to where the values went."""
    if not values:
        return "-"
    low, high = (number(end(values) * unit.factor) for end in (min, max))
    return f"{short(median(values), unit)} ({low}-{high})"


def short(value: float, unit: Unit) -> str:
    return f"{number(value * unit.factor)} {unit.name}"


def number(value: float) -> str:
    """Three digits that matter, or all there are before the point."""
    decimals = 0 if value >= 100 or value == 0 else 1 if value >= 10 else 2 if value >= 0.1 else 3
    return f"{value:,.{decimals}f}"


def times_better(figure: Figure, ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    unit = UNITS[figure.unit]
    if not (ours and theirs and unit.compared):
        return None
    ratio = median(theirs) / median(ours)
    return 1 / ratio if unit.more_is_better else ratio


def verdict(figure: Figure, ours: Sequence[float], theirs: Sequence[float]) -> str:
    """The target, and whether the median meets it."""
    unit = UNITS[figure.unit]
    if figure.target is not None and ours:
        sign = ">=" if unit.more_is_better else "<="
        text = f"{sign} {short(figure.target, unit)}"
        met = (median(ours) >= figure.target) == unit.more_is_better
    elif figure.ratio is not None and (times := times_better(figure, ours, theirs)):
        text, met = f">= {figure.ratio} times", times >= figure.ratio
    else:
        return ""
    return f"{text}: {'met' if met else 'MISSED'}"


def table(lines: Sequence[Sequence[str]]) -> str:
    """A Markdown table that reads well as it is."""
    cells = [HEADER, *lines]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    padded = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in cells]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([padded[0], rule, *padded[1:]])


def circumstances(load: float) -> str:
    """Where and when, as a Markdown list. ``load``: the machine's load before the first run."""
    memory = psutil.virtual_memory().total / 2**30
    commit = command("git", "-C", str(ROOT), "describe", "--always", "--dirty")
    return "\n".join(
        [
            f"- {time.strftime('%Y-%m-%d %H:%M %Z')}, commit {commit or 'unknown'}",
            f"- {processor()}, {os.cpu_count()} cores, {memory:.0f} GiB; load {load:.1f} before "
            f"the first run, {os.getloadavg()[0]:.1f} after the last",
            f"- {platform.system()} {platform.release()}, Python {platform.python_version()}, "
            f"Pyrite {pyrite_version}, PySpark {installed('pyspark')}, {java()}",
            f"- input files: {origin()}; memory of all processes is {MEMORY}, of one worker RSS",
        ]
    )


def page(lines: Sequence[Sequence[str]], load: float) -> str:
    """The whole of RESULTS.md."""
    return f"{INTRODUCTION}\n{circumstances(load)}\n\n{table(lines)}\n"


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def installed(package: str) -> str:
    try:
        return version(package)
    except ImportError:
        return "not installed"


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
