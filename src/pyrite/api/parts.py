"""The parts that a `SparkContext` is put together from, as its master and settings say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyrite.core.master import Master
from pyrite.core.settings import Settings
from pyrite.scheduler.policy import Policy

if TYPE_CHECKING:
    from pyrite.cluster.base import Cluster
    from pyrite.driver.events import Listener


def cluster(master: Master, settings: Settings, environment: Mapping[str, str]) -> Cluster:
    """Where the workers live."""
    if master.workers == 0:
        from pyrite.cluster.inline import InlineCluster

        return InlineCluster(
            settings.local_dir, settings.worker_memory(1), settings.storage_memory(1)
        )
    from pyrite.cluster.local import LocalCluster

    return LocalCluster(
        master.workers,
        settings.local_dir,
        settings.worker_memory(master.workers),
        settings.worker_memory_limit(master.workers),
        settings.storage_memory(master.workers),
        environment,
    )


def policy(master: Master, settings: Settings) -> Policy:
    """The scheduler's limits."""
    # The calling thread cannot be killed: inline, a task ends by itself or not at all.
    inline = master.workers == 0
    return Policy(
        max_attempts=master.max_failures or settings["pyrite.task.maxFailures"],
        locality_wait=settings["pyrite.locality.wait"],
        task_timeout=0.0 if inline else settings["pyrite.task.timeout"],
        cancel_grace=0.0 if inline else settings["pyrite.task.cancelGrace"],
        speculation=settings["pyrite.speculation"],
        speculation_quantile=settings["pyrite.speculation.quantile"],
        speculation_multiplier=settings["pyrite.speculation.multiplier"],
        speculation_min_runtime=settings["pyrite.speculation.minTaskRuntime"],
        speculation_interval=settings["pyrite.speculation.interval"],
    )


def listeners(settings: Settings, log: str, name: str) -> list[Listener]:
    """Who is told of all that happens.

    Parameters:
        log: the file of the event log, or "".
        name: what people call the program.
    """
    from pyrite.driver.printing import print_task_output

    told: list[Listener] = [print_task_output]
    if log:
        from pyrite.driver.event_log import EventLog

        told.append(EventLog(log, name))
    if (progress := settings["pyrite.progress"]) != "false":
        from pyrite.driver.progress import Progress
        from pyrite.driver.screens import screen_here

        screen = screen_here()
        if screen.live or progress == "true":
            told.append(Progress(screen))
    return told
