"""From the results of runs to figures: medians, ratios, and whether the answers agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import TypeAlias

from benchmarks.jobs.catalogue import JOBS
from benchmarks.measure.child import Result

Runs: TypeAlias = Mapping[str, Sequence[Result]]
"""The results of one job, by engine."""


def values(runs: Sequence[Result], measure: str) -> list[float]:
    return [run[measure] for run in runs if measure in run]


def middle(runs: Sequence[Result], measure: str) -> float | None:
    found = values(runs, measure)
    return median(found) if found else None


def ratio(job: str, runs: Runs, engine: str, measure: str = "") -> float | None:
    """An engine's median by Pyrite's; by default of what the job is compared by."""
    ours = middle(runs.get("pyrite", ()), measure or JOBS[job].measure)
    theirs = middle(runs.get(engine, ()), measure or JOBS[job].measure)
    return theirs / ours if ours and theirs else None


def ratios(results: Mapping[str, Runs], engines: Sequence[str]) -> dict[str, dict[str, float]]:
    """By engine and job, where both ran."""
    return {
        engine: {
            job: found
            for job, runs in results.items()
            if not JOBS[job].apart and (found := ratio(job, runs, engine))
        }
        for engine in engines
        if engine != "pyrite"
    }


def stopped(runs: Sequence[Result]) -> float | None:
    """The seconds after which a run was stopped, if one was."""
    return next((run["stopped"] for run in runs if "stopped" in run), None)


def agreement(job: str, runs: Runs) -> str:
    """Whether all runs came to an end, and with the same answer."""
    answers = [
        (engine, result["answer"])
        for engine, results in runs.items()
        for result in results
        if "answer" in result
    ]
    problems = [
        f"{engine} FAILED"
        for engine, results in runs.items()
        if any("error" in result and "stopped" not in result for result in results)
    ]
    if answers:
        first = answers[0][1]
        differing = sorted({engine for engine, answer in answers if answer != first})
        problems += [f"{engine} ANSWERS OTHERWISE" for engine in differing]
    return ", ".join(problems) or "same answers"


def sound(job: str, runs: Runs) -> bool:
    return agreement(job, runs) == "same answers"
