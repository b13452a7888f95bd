"""Run one task attempt at a time and report how it ended."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

from pyrite.blocks.store import BlockStore
from pyrite.core.barrier import Ask, Barrier, BarrierAnswer, BarrierCall
from pyrite.core.context import ShuffleService, TaskContext, running
from pyrite.core.ids import AttemptId, NodeId, ShuffleId, StageId, WorkerId
from pyrite.core.lean import fields, replace, state
from pyrite.core.outcome import (
    BlockChange,
    BlockMissing,
    Cause,
    Failure,
    FetchFailure,
    Metrics,
    Outcome,
    Success,
    TaskReport,
)
from pyrite.core.specs import MapOutput, StageInputs, StageProgram
from pyrite.executor.broadcasts import NodeBroadcasts
from pyrite.executor.memory import Memory
from pyrite.executor.remote_error import failure_of
from pyrite.plan.program import Program
from pyrite.serial.records import Parcel, dumps, loads


class TaskCancelled(BaseException):
    """Raised in a running task to stop it. Not an Exception, so that user code lets it pass."""


class OpenShuffle(Protocol):
    """Makes a task's door to the shuffles whose map outputs are given."""

    def __call__(self, inputs: Mapping[ShuffleId, Sequence[MapOutput]]) -> ShuffleService: ...


@state
class Running:
    """The attempt at work, for those who watch it.

    Parameters:
        task: what it was given.
        thread: identifier of the thread that runs it.
        waits: it waits for other tasks.
        cancelled: it has been told to stop.
    """

    task: TaskContext
    thread: int
    waits: bool = False
    cancelled: bool = False

    @property
    def attempt(self) -> AttemptId:
        return self.task.attempt

    def progress(self) -> object:
        """A value that changes whenever the task has moved data.

        To wait for other tasks is no fault of its own, and counts as if it had.
        Where its input does not tell how far it is, any step that its thread has made counts:
        a task that waits for ever is noticed, a slow one is left alone.
        """
        if self.waits:
            return time.monotonic()
        position = self.task.position
        where = position() if position is not None else self._stack()
        return fields(self.task.metrics), where

    def _stack(self) -> list[tuple[int, int]]:
        steps = []
        frame = sys._current_frames().get(self.thread)
        while frame is not None:
            steps.append((id(frame), frame.f_lasti))
            frame = frame.f_back
        return steps


class TaskRunner:
    """A worker's one pair of hands.

    Parameters:
        worker: whose they are.
        open_shuffle: the way to shuffle data.
        memory: when to spill.
        blocks: cached blocks in and out.
        folder: the node's folder.
        ask: the way from a barrier stage's task to the driver.
    """

    def __init__(
        self,
        worker: WorkerId,
        open_shuffle: OpenShuffle,
        memory: Memory,
        blocks: BlockStore,
        folder: str,
        ask: Ask,
    ) -> None:
        self._worker = worker
        self._open_shuffle = open_shuffle
        self._memory = memory
        self._blocks = blocks
        self._folder = folder
        self._ask = ask
        self._broadcasts = NodeBroadcasts(folder, memory.budget // 4)
        self._scratch = os.path.join(folder, f"scratch-{worker}")
        self._programs: dict[StageId, StageProgram] = {}
        self._shuffles: dict[StageId, ShuffleService] = {}
        self.running: Running | None = None
        self._shielded = self._cancel_asked = False

    def add_program(self, program: StageProgram) -> None:
        """Keep a stage's code. Each task unpickles it anew: what a function does to the objects
        it captured must not be seen by the next task."""
        self._programs[program.stage] = program
        sys.path.extend(folder for folder in program.path if folder not in sys.path)

    def add_inputs(self, inputs: StageInputs) -> None:
        """Where the stage's tasks find their shuffle data, from now on."""
        self._shuffles[inputs.stage] = self._open_shuffle(loads(inputs.code))

    def forget(self, stage: StageId) -> None:
        """The stage's tasks will not be asked for again."""
        self._programs.pop(stage, None)
        self._shuffles.pop(stage, None)

    def forget_broadcast(self, number: int) -> None:
        """Close a broadcast value."""
        self._broadcasts.forget(number)

    def run(self, attempt: AttemptId, split: Parcel, properties: Mapping[str, str]) -> TaskReport:
        """Run one attempt to its end.

        Raises:
            KeyboardInterrupt: passed on; the attempt is over.
        """
        stage, partition, number = attempt
        scratch = f"{self._scratch}/{stage}-{partition}-{number}"
        self._memory.restart()
        task = TaskContext(
            attempt,
            {},
            self._shuffles[attempt.stage],
            self._memory,
            self._broadcasts,
            self._blocks,
            scratch,
            self._folder,
            properties,
        )
        if self._programs[attempt.stage].barrier:
            task.barrier = Barrier(attempt, self._asked)
        started = time.perf_counter()
        attempted = Running(task, threading.get_ident())
        outcome = self._outcome(attempted, split)
        metrics = task.metrics
        metrics.run_seconds = time.perf_counter() - started
        metrics.peak_memory = self._memory.peak
        return TaskReport(self._worker, attempt, outcome, metrics, self._kept(attempted, outcome))

    def _kept(self, attempted: Running, outcome: Outcome) -> tuple[BlockChange, ...]:
        """What became of cached blocks. What was computed from lost input, or by functions that
        did not stop when told to, is not trusted: they may have taken the error for an end."""
        stopped = isinstance(outcome, Failure) and outcome.cause is Cause.CANCELLED
        lost = isinstance(outcome, FetchFailure | BlockMissing)
        went_on = attempted.cancelled and not stopped
        return self._blocks.take_changes(trusted=not lost and not went_on)

    def forget_dataset(self, dataset: NodeId) -> None:
        """Nobody will read the dataset's blocks in memory again."""
        self._blocks.remove(dataset)

    def cancel(self) -> None:
        """Stop the running task, if there is one. From a signal handler in its thread.

        Raises:
            TaskCancelled: into the task.
        """
        if self.running is not None:
            self.running.cancelled = True
            self._cancel_asked = self._shielded
            if not self._shielded:
                raise TaskCancelled

    @contextmanager
    def shielded(self) -> Iterator[None]:
        """Do something that must not be stopped half-way; a cancel comes when it is done."""
        self._shielded = True
        try:
            yield
        finally:
            self._shielded = False
            asked, self._cancel_asked = self._cancel_asked, False
        if asked:
            raise TaskCancelled

    def _asked(self, call: BarrierCall) -> BarrierAnswer:
        """Ask the driver. The task is not stuck meanwhile, even if it is long."""
        running = self.running
        assert running is not None
        running.waits = True
        try:
            return self._ask(call)
        finally:
            running.waits = False

    def cancelled(self, attempt: AttemptId) -> TaskReport:
        """The report of an attempt that was stopped outside of `run`."""
        return TaskReport(self._worker, attempt, Failure(Cause.CANCELLED, "cancelled"), Metrics())

    def _outcome(self, attempted: Running, split: Parcel) -> Outcome:
        task = attempted.task
        try:
            self.running = attempted
            outcome = self._run_program(task, split)
            # Lost input comes first, whatever the user's code made of the error.
            lost = task.shuffle.fetch_failure(task.attempt)
            if lost is None and task.lost_block is not None:
                return BlockMissing(task.lost_block)
            return outcome if lost is None else lost
        except TaskCancelled:
            return Failure(Cause.CANCELLED, "cancelled")
        finally:
            self.running = None
            task.close()
            if task.has_scratch:
                shutil.rmtree(task.scratch, ignore_errors=True)

    def _run_program(self, task: TaskContext, split: Parcel) -> Outcome:
        try:
            with running(task):
                task.splits = split.value()
                program: Program = loads(self._programs[task.attempt.stage].code)
                success = program.run(task.attempt.partition, task)
                return _with_accumulated(success, task) if task.accumulated else success
        except (TaskCancelled, KeyboardInterrupt):
            raise
        except BaseException as error:  # whatever it is, it is the task's end, not the worker's
            return failure_of(error, task)


def _with_accumulated(success: Success, task: TaskContext) -> Success:
    shares = {number: share.value for number, share in task.accumulated.items()}
    return replace(success, accumulated=dumps(shares))
