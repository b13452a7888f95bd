"""Run one task attempt at a time and report how it ended."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Protocol

from pyrite.core.context import ShuffleService, TaskContext
from pyrite.core.ids import AttemptId, ShuffleId, StageId, WorkerId
from pyrite.core.outcome import Cause, Failure, FetchFailure, Metrics, Outcome, TaskReport
from pyrite.core.specs import MapOutput, StageInputs, StageProgram
from pyrite.executor.memory import Memory
from pyrite.executor.remote_error import failure_of
from pyrite.plan.program import Program
from pyrite.serial.records import loads
from pyrite.shuffle.errors import FetchError


class TaskCancelled(BaseException):
    """Raised in a running task to stop it. Not an Exception, so that user code lets it pass."""


class OpenShuffle(Protocol):
    """Makes a task's door to the shuffles whose map outputs are given."""

    def __call__(self, inputs: Mapping[ShuffleId, Sequence[MapOutput]]) -> ShuffleService: ...


@dataclass(slots=True)
class Running:
    """The attempt at work, for those who watch it."""

    task: TaskContext

    @property
    def attempt(self) -> AttemptId:
        return self.task.attempt

    def progress(self) -> object:
        """A value that changes whenever the task has moved data."""
        position = self.task.position
        return astuple(self.task.metrics), position() if position is not None else None


class TaskRunner:
    """A worker's one pair of hands.

    Parameters:
        worker: whose they are.
        open_shuffle: the way to shuffle data.
        memory: when to spill.
        scratch: a folder for spill files of running attempts.
    """

    def __init__(
        self, worker: WorkerId, open_shuffle: OpenShuffle, memory: Memory, scratch: str
    ) -> None:
        self._worker = worker
        self._open_shuffle = open_shuffle
        self._memory = memory
        self._scratch = scratch
        self._code: dict[StageId, bytes] = {}
        self._programs: dict[StageId, Program] = {}
        self._shuffles: dict[StageId, ShuffleService] = {}
        self.running: Running | None = None

    def add_program(self, program: StageProgram) -> None:
        """Keep a stage's code; it is unpickled by its first task, which answers for errors."""
        self._code[program.stage] = program.code

    def add_inputs(self, inputs: StageInputs) -> None:
        """Where the stage's tasks find their shuffle data, from now on."""
        self._shuffles[inputs.stage] = self._open_shuffle(loads(inputs.code))

    def forget(self, stage: StageId) -> None:
        """The stage's tasks will not be asked for again."""
        self._code.pop(stage, None)
        self._programs.pop(stage, None)
        self._shuffles.pop(stage, None)

    def run(self, attempt: AttemptId, split: bytes) -> TaskReport:
        """Run one attempt to its end.

        Raises:
            KeyboardInterrupt: passed on; the attempt is over.
        """
        scratch = os.path.join(self._scratch, "-".join(map(str, attempt)))
        task = TaskContext(
            attempt, {}, self._shuffles[attempt.stage], self._memory, scratch
        )
        started = time.perf_counter()
        outcome = self._outcome(task, split)
        metrics = task.metrics
        metrics.run_seconds = time.perf_counter() - started
        metrics.peak_memory = self._memory.peak
        return TaskReport(self._worker, attempt, outcome, metrics)

    def cancelled(self, attempt: AttemptId) -> TaskReport:
        """The report of an attempt that was stopped outside of `run`."""
        return TaskReport(self._worker, attempt, Failure(Cause.CANCELLED, "cancelled"), Metrics())

    def _outcome(self, task: TaskContext, split: bytes) -> Outcome:
        try:
            self.running = Running(task)
            task.splits = loads(split)
            return self._program(task.attempt.stage).run(task.attempt.partition, task)
        except FetchError as error:
            return FetchFailure(error.shuffle, error.map_partition, error.output, str(error))
        except TaskCancelled:
            return Failure(Cause.CANCELLED, "cancelled")
        except (Exception, SystemExit) as error:
            if fetch := _fetch_error_behind(error):
                return FetchFailure(fetch.shuffle, fetch.map_partition, fetch.output, str(fetch))
            return failure_of(error, task)
        finally:
            self.running = None
            task.close()
            shutil.rmtree(task.scratch, ignore_errors=True)

    def _program(self, stage: StageId) -> Program:
        program = self._programs.get(stage)
        if program is None:
            program = self._programs[stage] = loads(self._code.pop(stage))
        return program


def _fetch_error_behind(error: BaseException) -> FetchError | None:
    """A lost shuffle block, if user code turned its error into another one."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        if isinstance(cause, FetchError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None


