"""Master ``local[N]``: N worker processes on this machine.

The driver's one thread does all reading, when it asks for events, and all writing, without waiting:
what a channel does not take at once is sent when it is ready.
"""

from __future__ import annotations

import os
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from pyrite.blocks.disk import DiskBlocks
from pyrite.cluster.base import (
    BarrierReached,
    Cluster,
    ClusterEvent,
    ClusterFailed,
    WorkerPrinted,
)
from pyrite.cluster.forking import NOTICE, STARTED, ZygoteSettings
from pyrite.cluster.process import WorkerProcess, ended_because, spawn_zygote
from pyrite.core.barrier import BarrierAnswer, BarrierCall
from pyrite.core.errors import CorruptBlockError
from pyrite.core.ids import AttemptId, NodeId, ShuffleId, StageId, WorkerId
from pyrite.core.outcome import Cause, Failure, TaskReport
from pyrite.core.specs import MapOutput, TaskLaunch
from pyrite.executor.messages import (
    Dying,
    ForgetBroadcast,
    ForgetDataset,
    ForgetStage,
    Heartbeat,
    Hello,
    ImportFrom,
    RunTask,
)
from pyrite.executor.settings import CANCEL_SIGNAL, WorkerSettings
from pyrite.scheduler.events import TaskProgress, WorkerJoined, WorkerLost
from pyrite.shuffle.folder import shuffle_folder

NODE = "localhost"
_STATUS_GRACE_SECONDS = 1.0
_STOP_SECONDS = 5.0
_WORTH_A_MESSAGE = 1 << 16
"""Bytes of code that a worker is told at once to forget."""
_MAX_DEATHS_BEFORE_WORK = 8
_MAX_ZYGOTE_DEATHS = 3


class LocalCluster(Cluster):
    """N processes forked from one clean parent.

    Parameters:
        size: how many workers.
        parent_folder: where the cluster's folder for shuffle and spill files is made.
        memory_budget: bytes of resident memory per worker at which tasks spill.
        memory_limit: bytes at which a worker gives up.
        storage_memory: bytes of memory per worker that cached blocks may take.
        environment: environment variables of the workers, besides the driver's own.
    """

    def __init__(
        self,
        size: int,
        parent_folder: str,
        memory_budget: int,
        memory_limit: int,
        storage_memory: int,
        environment: Mapping[str, str],
    ) -> None:
        self._size = size
        self._environment = environment
        self._folder = tempfile.mkdtemp(prefix="pyrite-", dir=parent_folder)
        self._settings = ZygoteSettings(
            list(sys.path),
            os.environ.get("PYTHONPATH"),
            WorkerSettings(NODE, self._folder, memory_budget, memory_limit, storage_memory),
        )
        self._workers: dict[WorkerId, WorkerProcess] = {}
        self._next_worker: WorkerId = 0
        self._import_paths: list[str] = []
        self._deaths_before_work = 0
        self._zygote_deaths = 0
        self._selector = selectors.DefaultSelector()
        self._handlers: dict[int, Callable[[], object]] = {}
        self._wake_out, self._wake_in = socket.socketpair()
        self._heard: list[ClusterEvent] = []
        self._timers: list[tuple[float, Callable[[], None]]] = []
        self._stopping = False
        self._failed = False

    # -- life ---------------------------------------------------------------------------

    @property
    def folder(self) -> str:
        return self._folder

    @property
    def size(self) -> int:
        return self._size

    def start(self) -> None:
        self._wake_out.setblocking(False)
        self._wake_in.setblocking(False)
        self._watch(self._wake_out.fileno(), self._woken)
        self._start_zygote()
        for _ in range(self._size):
            self._spawn()

    def _start_zygote(self) -> None:
        self._zygote, self._zygote_socket = spawn_zygote(self._settings, self._environment)
        self._notices = b""
        self._watch(self._zygote_socket.fileno(), self._zygote_spoke)

    def _spawn(self) -> None:
        worker = WorkerProcess.requested(self._next_worker, self._zygote_socket)
        self._next_worker += 1
        self._workers[worker.id] = worker
        self._watch(worker.socket.fileno(), lambda: self._worker_spoke(worker))
        for stream, pipe in worker.pipes.items():
            self._watch(pipe, partial(self._worker_printed, worker, stream))

    def stop(self) -> None:
        if self._stopping:
            return
        self._stopping = True
        self._zygote_socket.close()  # it kills its workers, removes their folder, and ends
        try:
            self._zygote.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._zygote.kill()
            self._zygote.wait()
        for worker in self._workers.values():
            worker.close()
        self._selector.close()
        self._wake_in.close()
        self._wake_out.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    # -- commands -------------------------------------------------------------

    def launch(self, worker: WorkerId, task: TaskLaunch) -> None:
        process = self._workers.get(worker)
        if process is None:
            return  # its loss is on the way to the scheduler
        process.attempt = task.attempt
        if process.programs.get(task.program.stage) is not task.program:
            process.programs[task.program.stage] = task.program
            process.send(task.program)
        if process.inputs.get(task.program.stage) is not task.inputs:
            process.inputs[task.program.stage] = task.inputs
            process.send(task.inputs)
        process.send(RunTask(task.attempt, task.split, task.properties))
        self._flush(process)

    def answer(self, worker: WorkerId, answer: BarrierAnswer) -> None:
        if process := self._workers.get(worker):
            process.send(answer)
            self._flush(process)

    def cancel(self, worker: WorkerId, attempt: AttemptId) -> None:
        process = self._workers.get(worker)
        if process is None or process.attempt != attempt:
            return
        process.signal(CANCEL_SIGNAL)

    def kill(self, worker: WorkerId) -> None:
        if process := self._workers.get(worker):
            process.kill()

    def forget_stage(self, stage: StageId) -> None:
        for process in self._workers.values():
            program = process.programs.pop(stage, None)
            if program is not None:
                process.inputs.pop(stage, None)
                process.send(ForgetStage(stage))
                if len(program.code) > _WORTH_A_MESSAGE:  # else with what comes next
                    self._flush(process)

    def import_from(self, path: str) -> None:
        self._import_paths.append(path)
        for process in self._workers.values():
            if process.said_hello:
                process.send(ImportFrom(path))
                self._flush(process)

    def forget_broadcast(self, number: int) -> None:
        for process in self._workers.values():
            if process.said_hello:
                process.send(ForgetBroadcast(number))
                self._flush(process)

    def forget_dataset(self, dataset: NodeId) -> None:
        for process in self._workers.values():
            process.send(ForgetDataset(dataset))
            self._flush(process)
        # Here and now: a worker that is late would remove what was kept anew since then.
        DiskBlocks(self._folder).remove_all(dataset)

    def datasets_on_disk(self) -> list[NodeId]:
        return DiskBlocks(self._folder).datasets()

    def remove_output(self, output: MapOutput) -> None:
        with suppress(OSError):  # it may be gone already
            os.unlink(output.path)

    def forget_shuffle(self, shuffle: ShuffleId) -> None:
        shutil.rmtree(shuffle_folder(self._folder, shuffle), ignore_errors=True)

    # -- events -------------------------------------------------------------------------

    def events(self, timeout: float | None) -> list[ClusterEvent]:
        for key, _ in self._selector.select(self._patience(timeout)):
            handler = self._handlers.get(key.fd)  # an earlier one may have ended it
            if handler is not None:
                handler()
        if self._timers:
            self._run_timers()
        heard, self._heard = self._heard, []
        return heard

    def rouse(self) -> None:
        try:
            self._wake_in.send(b"!")
        except OSError:  # it has been roused often, or it is over
            pass

    def _woken(self) -> None:
        self._wake_out.recv(4096)

    def _hear(self, event: ClusterEvent) -> None:
        """Keep an event for `events`."""
        self._heard.append(event)

    def _fail(self, message: str) -> None:
        self._failed = True
        self._hear(ClusterFailed(message))

    def _watch(self, descriptor: int, handler: Callable[[], object]) -> None:
        """Call ``handler`` when there is something to read, until `_unwatch`."""
        self._handlers[descriptor] = handler
        self._selector.register(descriptor, selectors.EVENT_READ)

    def _unwatch(self, descriptor: int) -> None:
        if self._handlers.pop(descriptor, None) is not None:
            self._selector.unregister(descriptor)

    def _patience(self, timeout: float | None) -> float | None:
        """How long to wait, if some timer runs."""
        if not self._timers:
            return timeout
        first = max(0.0, min(when for when, _ in self._timers) - time.monotonic())
        return first if timeout is None else min(first, timeout)

    def _run_timers(self) -> None:
        now = time.monotonic()
        due = [timer for timer in self._timers if timer[0] <= now]
        self._timers = [timer for timer in self._timers if timer[0] > now]
        for _, action in due:
            action()

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        self._timers.append((time.monotonic() + seconds, action))

    def _flush(self, process: WorkerProcess) -> None:
        """Send what the channel takes; the rest when the selector says it takes more."""
        interest = selectors.EVENT_READ
        if not process.flush():
            interest |= selectors.EVENT_WRITE
        descriptor = process.socket.fileno()
        if descriptor in self._handlers and process.interest != interest:
            process.interest = interest
            self._selector.modify(descriptor, interest)

    def _worker_spoke(self, process: WorkerProcess) -> None:
        if process.has_outgoing:
            self._flush(process)
        try:
            messages = process.receive()
        except BlockingIOError:
            return
        except CorruptBlockError:  # nothing that it says can be trusted any more
            messages = None
        if messages is None:
            self._worker_hung_up(process)
            return
        for message in messages:
            match message:
                case TaskReport():
                    self._worker_reported(process, message)
                case BarrierCall():
                    self._hear(BarrierReached(process.id, message))
                case Heartbeat():
                    process.memory = message.memory
                    self._hear(TaskProgress(process.id, message.attempt, message.progress))
                case Hello():
                    process.pid = message.pid
                    process.said_hello = True
                    for path in self._import_paths:
                        process.send(ImportFrom(path))
                    self._flush(process)
                    self._zygote_deaths = self._deaths_before_work = 0
                    self._hear(WorkerJoined(process.id, NODE))
                case Dying():
                    process.last_words = message.message

    def _worker_reported(self, process: WorkerProcess, report: TaskReport) -> None:
        if process.has_printed():  # which comes before its report
            for stream in process.pipes:
                self._worker_printed(process, stream)
        process.attempt = None
        self._hear(report)

    def _worker_printed(self, process: WorkerProcess, stream: str) -> None:
        text, ended = process.printed(stream)
        if ended:
            self._unwatch(process.pipes[stream])
        if text:
            self._hear(WorkerPrinted(process.id, process.attempt, stream, text))

    def _worker_hung_up(self, process: WorkerProcess) -> None:
        self._unwatch(process.socket.fileno())
        if process.status is not None:
            self._bury(process)
        else:  # the zygote will tell how it ended
            process.kill()
            self._after(_STATUS_GRACE_SECONDS, lambda: self._bury(process))

    def _zygote_spoke(self) -> None:
        try:
            data = self._zygote_socket.recv(4096, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._unwatch(self._zygote_socket.fileno())
            self._zygote_socket.close()
            self._zygote_deaths += 1
            status = self._zygote.wait()
            if self._zygote_deaths > _MAX_ZYGOTE_DEATHS:
                self._fail(f"the workers' parent process ends with status {status} at once")
            else:
                self._start_zygote()
            return
        self._notices += data
        while len(self._notices) >= NOTICE.size:
            worker, pid, status = NOTICE.unpack_from(self._notices)
            self._notices = self._notices[NOTICE.size :]
            process = self._workers.get(worker)
            if process is None:
                continue
            if status == STARTED:
                process.pid = pid
            else:
                process.status = status
                self._bury(process)

    def _bury(self, process: WorkerProcess) -> None:
        """Report a dead worker, once, and ask for another in its place."""
        if self._workers.pop(process.id, None) is None:
            return
        for message in self._last_messages(process):
            if isinstance(message, Dying):
                process.last_words = message.message
            elif isinstance(message, TaskReport):
                self._worker_reported(process, message)
        for stream, pipe in process.pipes.items():
            self._worker_printed(process, stream)
            self._unwatch(pipe)
        self._unwatch(process.socket.fileno())
        cause = Cause.OUT_OF_MEMORY if process.last_words else Cause.WORKER_LOST
        self._hear(WorkerLost(process.id, Failure(cause, ended_because(process))))
        process.close()
        shutil.rmtree(os.path.join(self._folder, f"scratch-{process.id}"), ignore_errors=True)
        if not process.said_hello:
            self._deaths_before_work += 1
        if self._deaths_before_work > _MAX_DEATHS_BEFORE_WORK + 2 * self._size:
            self._fail(f"workers keep dying; the last one: {ended_because(process)}")
        elif not self._stopping and not self._failed:
            self._spawn()

    def _last_messages(self, process: WorkerProcess) -> list[Any]:
        """What a worker still said before it died."""
        said: list[Any] = []
        try:
            while (messages := process.receive()) is not None:
                said += messages
        except BlockingIOError:  # its children hold the channel open
            pass
        except CorruptBlockError:
            return []
        return said
