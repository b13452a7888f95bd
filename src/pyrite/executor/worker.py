"""A worker process: takes tasks from its channel, runs them, reports; ends with its driver."""

from __future__ import annotations

import faulthandler
import gc
import os
import select
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

from pyrite.core.ids import WorkerId
from pyrite.core.specs import StageInputs, StageProgram
from pyrite.executor.memory import Memory, resident_memory
from pyrite.executor.messages import (
    Channel,
    Dying,
    ForgetStage,
    Heartbeat,
    Hello,
    RunTask,
)
from pyrite.executor.runner import TaskCancelled, TaskRunner
from pyrite.shuffle.service import FileShuffle

CANCEL_SIGNAL = signal.SIGUSR1
_WATCH_SECONDS = 0.25
_HEARTBEAT_SECONDS = 1.0


@dataclass(frozen=True)
class WorkerSettings:
    """What all workers of a node are told when they start.

    Parameters:
        node: the name of the node.
        folder: the node's folder for shuffle and spill files.
        memory_budget: bytes of resident memory at which tasks spill.
        memory_limit: bytes at which a worker gives up, before the machine does.
    """

    node: str
    folder: str
    memory_budget: int
    memory_limit: int


def main(worker: WorkerId, sock: socket.socket, settings: WorkerSettings) -> None:
    """Serve until the driver says stop or is gone."""
    _line_buffered_output()
    faulthandler.enable()
    memory = Memory(settings.memory_budget)
    runner = TaskRunner(
        worker,
        lambda inputs: FileShuffle(settings.folder, settings.node, inputs),
        memory,
        os.path.join(settings.folder, f"scratch-{worker}"),
    )
    channel = Channel(sock)
    signal.signal(CANCEL_SIGNAL, lambda signum, frame: _cancel(runner, frame))
    watch = threading.Thread(target=_watch, args=(channel, runner, settings), daemon=True)
    watch.start()
    channel.send(Hello(os.getpid()))
    while True:
        try:
            message = channel.receive()
        except (EOFError, ConnectionError):
            return
        match message:
            case RunTask():
                _run(channel, runner, message)
            case StageProgram():
                runner.add_program(message)
            case StageInputs():
                runner.add_inputs(message)
            case ForgetStage():
                runner.forget(message.stage)


def _run(channel: Channel, runner: TaskRunner, message: RunTask) -> None:
    # Most tasks make garbage without cycles, and looking for cycles costs up to a third of
    # their time; the watch switches the collector on again when memory grows.
    gc.disable()
    try:
        report = runner.run(message.attempt, message.split)
    except TaskCancelled:  # while it was cleaning up
        report = runner.cancelled(message.attempt)
    finally:
        gc.enable()
        sys.stdout.flush()
        sys.stderr.flush()
    channel.send(report)


def _cancel(runner: TaskRunner, frame: FrameType | None) -> None:
    if runner.running is not None:
        raise TaskCancelled


def _watch(channel: Channel, runner: TaskRunner, settings: WorkerSettings) -> None:
    """Beside the task: notice the driver's end, tell of progress, mind the memory."""
    gone = select.poll()
    gone.register(channel.fileno(), select.POLLHUP)
    told = time.monotonic()
    steps, seen = 0, None
    while True:
        if gone.poll(_WATCH_SECONDS * 1000):
            _die()
        used = resident_memory()
        if used > settings.memory_budget // 2:
            gc.enable()
        if used > settings.memory_limit:
            _out_of_memory(channel, used, settings.memory_limit)
        running = runner.running
        if running is not None and time.monotonic() - told >= _HEARTBEAT_SECONDS:
            told = time.monotonic()
            if (progress := running.progress()) != seen:
                steps, seen = steps + 1, progress
            channel.send(Heartbeat(running.attempt, steps, used))


def _out_of_memory(channel: Channel, used: int, limit: int) -> NoReturn:
    channel.send(Dying(f"it used {used >> 20} MB of memory, over its limit of {limit >> 20} MB"))
    _die()


def _die() -> NoReturn:
    """End at once, with all that the tasks have started."""
    if os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _line_buffered_output() -> None:
    """Print to the descriptors as they are now: the zygote's streams remember its own."""
    sys.stdout = open(1, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
