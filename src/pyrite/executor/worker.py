"""A worker process: takes tasks from its channel, runs them, reports; ends with its driver."""

from __future__ import annotations

import faulthandler
import gc
import importlib
import os
import signal
import socket
import sys

from pyrite.blocks.store import BlockStore
from pyrite.core.context import share_task_with_threads
from pyrite.core.ids import WorkerId, worker_place
from pyrite.core.specs import StageInputs, StageProgram
from pyrite.executor.depth import deepen_process
from pyrite.executor.memory import Memory
from pyrite.executor.messages import (
    Channel,
    ForgetBroadcast,
    ForgetDataset,
    ForgetStage,
    Hello,
    ImportFrom,
    RunTask,
)
from pyrite.executor.runner import TaskCancelled, TaskRunner
from pyrite.executor.settings import CANCEL_SIGNAL, WorkerSettings
from pyrite.executor.watch import Watch
from pyrite.shuffle.service import FileShuffle


def main(worker: WorkerId, sock: socket.socket, settings: WorkerSettings) -> None:
    """Serve until the driver says stop or is gone."""
    deepen_process()
    share_task_with_threads()
    _line_buffered_output()
    faulthandler.enable()
    channel = Channel(sock)
    memory = Memory(settings.memory_budget)
    runner = TaskRunner(
        worker,
        lambda inputs: FileShuffle(settings.folder, settings.node, inputs),
        memory,
        BlockStore(settings.folder, worker_place(worker), settings.node, settings.storage_memory),
        settings.folder,
        lambda call: channel.ask(call, runner.shielded),
    )
    signal.signal(CANCEL_SIGNAL, lambda signum, frame: runner.cancel())
    Watch(channel, runner, settings.memory_budget, settings.memory_limit).start()
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
            case ForgetDataset():
                runner.forget_dataset(message.dataset)
            case ForgetStage():
                runner.forget(message.stage)
            case ImportFrom():
                _import_from(message.path)
            case ForgetBroadcast():
                runner.forget_broadcast(message.number)


def _run(channel: Channel, runner: TaskRunner, message: RunTask) -> None:
    # Most tasks make garbage without cycles, and looking for cycles costs up to a third of
    # their time; the watch collects when memory grows.
    gc.disable()
    try:
        report = runner.run(message.attempt, message.split, message.properties)
        if any(change.held for change in report.blocks):
            gc.freeze()  # cached records are no garbage, and looking through them takes long
    except (TaskCancelled, KeyboardInterrupt):  # perhaps while it was cleaning up
        report = runner.cancelled(message.attempt)
    finally:
        gc.enable()
        sys.stdout.flush()
        sys.stderr.flush()
    channel.send(report)


def _import_from(path: str) -> None:
    if path not in sys.path:
        sys.path.insert(1, path)
    importlib.invalidate_caches()  # it may have been looked into before the file was there


def _line_buffered_output() -> None:
    """Print to the descriptors as they are now: the zygote's streams remember its own."""
    sys.stdout = open(1, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
