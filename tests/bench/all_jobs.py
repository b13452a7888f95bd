"""Run jobs of an engine one after the other in one process, on little: ``all_jobs.py REQUEST``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.engines import engine as engine_module
from benchmarks.jobs.agreed import OUTPUT
from benchmarks.jobs.catalogue import JOBS
from benchmarks.measure.child import timed


def answers(engine: str, folder: str, jobs: dict[str, tuple[int, str]]) -> dict[str, Any]:
    """By the job's name; what the jobs are given is their size and the path of their input."""
    module: Any = engine_module(engine)
    found = {}
    with module.started(2, folder, {}) as handle:
        for name, (size, source) in jobs.items():
            if name in module.PROGRAMS:
                if hasattr(module, "warm"):
                    module.warm(handle, name)
                _, answer = timed(module.PROGRAMS[name], handle, size, source)
                check = JOBS[name].output_answer
                found[name] = check(Path(OUTPUT)) if check else answer
    return found


if __name__ == "__main__":
    request = json.loads(sys.argv[1])
    Path(request["folder"], "answers.json").write_text(json.dumps(answers(**request)))
