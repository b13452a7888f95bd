"""How many events a second the scheduler handles, and how much memory it takes.

One job of a map stage and a result stage, on a thousand workers; every attempt succeeds. What is
timed is `SchedulerState.handle` alone, in processor time. Run: ``python -m benchmarks.scheduler``.
"""

from __future__ import annotations

import resource
import sys
from collections import deque
from time import thread_time

from pyrite.core.specs import JobSpec, MapOutput, StageSpec
from pyrite.scheduler import Policy, SchedulerState
from pyrite.scheduler.commands import JobSucceeded, Launch
from pyrite.scheduler.events import JobSubmitted, TaskSucceeded, WorkerJoined

WORKERS = 1_000
PER_NODE = 10


def run(tasks: int, policy: Policy, *, local: bool = False) -> tuple[int, float]:
    """Run a job of ``tasks`` tasks, half of them map tasks; returns (events, seconds)."""
    half = tasks // 2
    nodes = [f"node-{number}" for number in range(WORKERS // PER_NODE)]
    preferred = {index: (nodes[index % len(nodes)],) for index in range(half)} if local else {}
    job = JobSpec(
        0,
        (
            StageSpec(0, range(half), shuffle=0, preferred=preferred),
            StageSpec(1, range(half), parents=(0,)),
        ),
    )
    state = SchedulerState(policy)
    for worker in range(WORKERS):
        state.handle(WorkerJoined(worker, nodes[worker // PER_NODE]), 0.0)
    events, seconds, now = 0, 0.0, 0.0
    running: deque[Launch] = deque()
    event: JobSubmitted | TaskSucceeded = JobSubmitted(job)
    while True:
        now += 0.001
        begun = thread_time()
        commands = state.handle(event, now)
        seconds += thread_time() - begun
        events += 1
        running.extend(command for command in commands if type(command) is Launch)
        if not running:
            break
        launch = running.popleft()
        stage, partition, _ = launch.attempt
        output = MapOutput(nodes[launch.worker // PER_NODE], f"{partition}") if not stage else None
        event = TaskSucceeded(launch.worker, launch.attempt, output)
    assert commands[-1] == JobSucceeded(0)
    assert state.idle()
    return events, seconds


def main() -> None:
    timeouts = Policy(task_timeout=600.0, speculation=True)
    print(f"{WORKERS:,} workers; a map stage and a result stage of equal size")
    for tasks, what, policy, local in (
        (100_000, "default policy", Policy(), False),
        (100_000, "timeout and speculation on", timeouts, False),
        (100_000, "inputs with a preferred node", Policy(), True),
        (1_000_000, "default policy", Policy(), False),
    ):
        events, seconds = run(tasks, policy, local=local)
        print(
            f"{tasks:>9,} tasks, {what:<28} {events / seconds:>9,.0f} events/s  "
            f"{seconds / tasks * 1e6:.1f} us per task"
        )
    # macOS counts bytes, Linux kilobytes.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    print(f"peak memory of this process, the outputs included: {peak / 2**20:,.0f} MiB")


if __name__ == "__main__":
    main()
