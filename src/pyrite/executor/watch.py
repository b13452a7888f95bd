"""The watch beside a worker's task: a thread that looks up now and then.

It ends the worker when the driver is gone or memory runs out, tells the driver of progress, and
collects garbage when memory grows.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import threading
import time
from typing import NoReturn

from pyrite.executor.memory import resident_memory
from pyrite.executor.messages import Channel, Dying, Heartbeat
from pyrite.executor.runner import TaskRunner

_LOOK_SECONDS = 0.25
_HEARTBEAT_SECONDS = 1.0


class Watch(threading.Thread):
    """Looks after one worker, as long as it lives.

    Parameters:
        channel: to the driver.
        runner: what runs the tasks.
        budget: bytes of resident memory at which tasks spill.
        limit: bytes at which the worker ends.
    """

    def __init__(self, channel: Channel, runner: TaskRunner, budget: int, limit: int) -> None:
        super().__init__(name="pyrite-watch", daemon=True)
        self._channel = channel
        self._runner = runner
        self._limit = limit
        self._garbage = GarbageCollector(budget // 2)
        self._told = time.monotonic()
        self._steps = 0
        self._progress: object = None

    def run(self) -> None:
        gone = select.poll()
        gone.register(self._channel.fileno(), select.POLLHUP)
        try:
            while not gone.poll(_LOOK_SECONDS * 1000):
                self._look()
        finally:  # the driver is gone, or talking to it failed
            _die()

    def _look(self) -> None:
        used = resident_memory()
        if used > self._limit:
            self._give_up(used)
        self._garbage.look(used)
        if time.monotonic() - self._told >= _HEARTBEAT_SECONDS:
            self._tell(used)

    def _tell(self, used: int) -> None:
        running = self._runner.running
        if running is None:
            return
        self._told = time.monotonic()
        if (progress := running.progress()) != self._progress:
            self._steps, self._progress = self._steps + 1, progress
        self._channel.send(Heartbeat(running.attempt, self._steps, used))

    def _give_up(self, used: int) -> NoReturn:
        limit = self._limit
        message = f"it used {used >> 20} MB of memory, over its limit of {limit >> 20} MB"
        try:
            self._channel.send(Dying(message))
        finally:
            _die()


class GarbageCollector:
    """Collects when memory has grown by half since it last did: looking through all objects
    costs time in proportion to them, so it is done a few times per task, not all the time.

    Parameters:
        first: bytes of resident memory below which garbage is left alone.
    """

    def __init__(self, first: int) -> None:
        self._first = first
        self._next = first

    def look(self, used: int) -> None:
        """Collect if it is time. ``used``: bytes of resident memory now."""
        if used > self._next:
            gc.unfreeze()  # perhaps it was garbage that was frozen with the cached records
            gc.collect()
            self._next = max(self._first, resident_memory() * 3 // 2)
        else:
            self._next = max(self._first, min(self._next, used * 3 // 2))


def _die() -> NoReturn:
    """End at once, with all that the tasks have started."""
    if os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
