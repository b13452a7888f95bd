"""One run of one job on one engine, in its own process.

The command is ``python -m benchmarks.measure.child REQUEST``.
Times are in seconds. The clock starts with the harness's command, so that Python's own start is
counted; a monotonic clock is one and the same in all processes of a machine. Nothing that start-up
could do without is imported before the engine answered for the first time.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from types import GeneratorType
from typing import Any, TypeAlias

Result: TypeAlias = dict[str, Any]
"""What was measured, by name, and ``answer``: what the program returned."""

CLOCK = time.monotonic

BEGUN = "begun"
"""A file in the run's folder, made before the program begins."""


def measure(request: dict[str, Any]) -> Result:
    """Run a job's program.

    Parameters:
        request: engine, job, size, source (path of the input, or ""), cores, folder (for all that
            the engine leaves), settings, begun (the clock when the command was given).

    Returns:
        imported, constructed: seconds that the import and the engine's start took.
        ready, answered: seconds from the command to a running engine, and to a first job's answer.
        seconds, each: of the program, and the same by its size.
        cpu, driver: processor time of all processes while it ran, and of this one, in seconds.
        window: the clock when it began and when it ended.
        first, later: of a program in steps, the seconds of the first, and the median of the later.
        answer: what it returned, or yielded last.
    """
    engine: Any = importlib.import_module(f"benchmarks.engines.{request['engine']}")
    importing = CLOCK()
    if hasattr(engine, "MODULE"):
        importlib.import_module(engine.MODULE)
    constructing = CLOCK()
    with engine.started(request["cores"], request["folder"], request["settings"]) as handle:
        ready = CLOCK()
        engine.PROGRAMS["startup"](handle, 2, "")
        answered = CLOCK()
        if hasattr(engine, "warm"):
            engine.warm(handle, request["job"])
        program = engine.PROGRAMS[request["job"]]
        with open(f"{request['folder']}/{BEGUN}", "wb"):
            pass
        used, own, begun = cpu_seconds(), time.process_time(), CLOCK()
        steps, answer = timed(program, handle, request["size"], request["source"])
        window, own, used = [begun, CLOCK()], time.process_time() - own, cpu_seconds() - used
    return {
        "imported": constructing - importing,
        "constructed": ready - constructing,
        "ready": ready - request["begun"],
        "answered": answered - request["begun"],
        "seconds": sum(steps),
        "each": sum(steps) / request["size"],
        "cpu": used,
        "driver": own,
        "window": window,
        **(
            {"first": steps[0], "later": sorted(steps[1:])[len(steps) // 2 - 1]}
            if steps[1:]
            else {}
        ),
        "answer": answer,
    }


def timed(program: Callable[..., Any], *arguments: Any) -> tuple[list[float], Any]:
    """Seconds and answer of a program; of one that yields after each step, those of each."""
    begun = CLOCK()
    answer = program(*arguments)
    if not isinstance(answer, GeneratorType):
        return [CLOCK() - begun], answer
    seconds, answers = [], []
    for step in answer:
        seconds.append(CLOCK() - begun)
        answers.append(step)
        begun = CLOCK()
    return seconds, answers[-1]


def cpu_seconds() -> float:
    """Processor time so far of this process and all that came from it."""
    import psutil

    this, total = psutil.Process(), 0.0
    for process in (this, *this.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.Error:  # it has ended
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    with open(f"{asked['folder']}/result.json", "w", encoding="utf-8") as file:
        json.dump(measure(asked), file)
