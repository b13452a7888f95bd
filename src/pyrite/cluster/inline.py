"""Master ``local``: tasks run in the thread that waits for the job, where a debugger stops."""

from __future__ import annotations

import os
import pickle
import queue
import shutil
import threading
from collections import deque
from contextlib import suppress

from pyrite.blocks.disk import DiskBlocks
from pyrite.blocks.store import BlockStore
from pyrite.cluster.base import Cluster, ClusterEvent
from pyrite.cluster.guarded_folder import GuardedFolder
from pyrite.core.barrier import ADDRESSES, BarrierAnswer, BarrierCall
from pyrite.core.ids import AttemptId, NodeId, ShuffleId, StageId, WorkerId, worker_place
from pyrite.core.outcome import Success, TaskReport
from pyrite.core.specs import MapOutput, StageInputs, StageProgram, TaskLaunch
from pyrite.executor.depth import deepened
from pyrite.executor.memory import Memory
from pyrite.executor.runner import TaskRunner
from pyrite.scheduler.events import WorkerJoined
from pyrite.shuffle.folder import shuffle_folder
from pyrite.shuffle.service import FileShuffle

_NODE = "driver"
_WORKER: WorkerId = 0


class InlineCluster(Cluster):
    """One worker that is no process.

    Parameters:
        parent_folder: where its folder for shuffle and spill files is made.
        memory_budget: bytes of resident memory at which tasks spill.
        storage_memory: bytes of memory that cached blocks may take.
    """

    def __init__(self, parent_folder: str, memory_budget: int, storage_memory: int) -> None:
        self._folder = GuardedFolder(parent_folder)
        folder = self._folder.path
        self._runner = TaskRunner(
            _WORKER,
            lambda inputs: FileShuffle(folder, _NODE, inputs),
            Memory(memory_budget),
            BlockStore(folder, worker_place(_WORKER), _NODE, storage_memory),
            folder,
            _alone,
        )
        self._tasks: deque[TaskLaunch] = deque()
        self._changed = threading.Condition()
        self._one_at_a_time = threading.RLock()
        self._programs: dict[StageId, StageProgram] = {}
        self._inputs: dict[StageId, StageInputs] = {}
        self._heard: queue.SimpleQueue[ClusterEvent | None] = queue.SimpleQueue()

    @property
    def folder(self) -> str:
        return self._folder.path

    @property
    def size(self) -> int:
        return 1

    def start(self) -> None:
        self._heard.put(WorkerJoined(_WORKER, _NODE))

    def events(self, timeout: float | None) -> list[ClusterEvent]:
        try:
            event = self._heard.get(timeout=timeout)
        except queue.Empty:
            return []
        return [] if event is None else [event]

    def rouse(self) -> None:
        self._heard.put(None)

    def launch(self, worker: WorkerId, task: TaskLaunch) -> None:
        with self._changed:
            self._tasks.append(task)
            self._changed.notify_all()

    def wait(self, done: threading.Event) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: done.is_set() or self._tasks)
                if done.is_set():
                    return
            with self._one_at_a_time:
                self._run_next()

    def wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _run_next(self) -> None:
        with self._changed:
            if not self._tasks:
                return
            task = self._tasks.popleft()
        if self._programs.get(task.program.stage) is not task.program:
            self._programs[task.program.stage] = task.program
            self._runner.add_program(task.program)
        if self._inputs.get(task.program.stage) is not task.inputs:
            self._inputs[task.program.stage] = task.inputs
            self._runner.add_inputs(task.inputs)
        try:
            with deepened():
                report = self._runner.run(task.attempt, task.split, task.properties)
        except BaseException:
            self._heard.put(self._runner.cancelled(task.attempt))
            raise
        self._heard.put(_as_received(report))

    def answer(self, worker: WorkerId, answer: BarrierAnswer) -> None:
        raise AssertionError("the one task of an inline barrier stage waits for nobody")

    def cancel(self, worker: WorkerId, attempt: AttemptId) -> None:
        with self._changed:
            waiting = [task for task in self._tasks if task.attempt == attempt]
            for task in waiting:
                self._tasks.remove(task)
        for task in waiting:
            self._heard.put(self._runner.cancelled(task.attempt))

    def kill(self, worker: WorkerId) -> None:
        raise AssertionError("no scheduler policy for an inline cluster kills workers")

    def forget_stage(self, stage: StageId) -> None:
        self._programs.pop(stage, None)
        self._inputs.pop(stage, None)
        self._runner.forget(stage)

    def forget_broadcast(self, number: int) -> None:
        self._runner.forget_broadcast(number)

    def forget_dataset(self, dataset: NodeId) -> None:
        self._runner.forget_dataset(dataset)
        DiskBlocks(self.folder).remove_all(dataset)

    def datasets_on_disk(self) -> list[NodeId]:
        return DiskBlocks(self.folder).datasets()

    def remove_output(self, output: MapOutput) -> None:
        with suppress(OSError):  # it may be gone already
            os.unlink(output.path)

    def forget_shuffle(self, shuffle: ShuffleId) -> None:
        shutil.rmtree(shuffle_folder(self.folder, shuffle), ignore_errors=True)

    def stop(self) -> None:
        self._folder.remove()


def _as_received(report: TaskReport) -> TaskReport:
    """The report as it would be after a way between processes: the caller may change a result
    that is made of a cached block."""
    outcome = report.outcome
    if not isinstance(outcome, Success) or outcome.result is None or not outcome.result.buffers:
        return report
    received: TaskReport = pickle.loads(pickle.dumps(report, protocol=5))
    return received


def _alone(call: BarrierCall) -> BarrierAnswer:
    """The answer to the only task of a barrier stage."""
    value = f"{_NODE}:{_WORKER}" if call.method == ADDRESSES else call.message
    return BarrierAnswer(call.attempt, call.round, (value,))
