"""The driver: one thread that hears what happened, asks the scheduler, and does what it says."""

from __future__ import annotations

import logging
import pickle
import queue
import threading
import time
import traceback
import weakref
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pyrite.blocks.level import StorageLevel
from pyrite.cluster.base import BarrierReached, Cluster, ClusterEvent, ClusterFailed, WorkerPrinted
from pyrite.core.errors import JobFailed, StoppedError
from pyrite.core.ids import AttemptId, BlockId, JobId, NodeId, ShuffleId, StageId, worker_place
from pyrite.core.outcome import BlockMissing, Cause, Failure, FetchFailure, Success, TaskReport
from pyrite.core.specs import StageInputs, TaskLaunch
from pyrite.driver import events as seen
from pyrite.driver.failures import exception_for, text_of
from pyrite.driver.job import Job
from pyrite.driver.rendezvous import Answers, Rendezvous
from pyrite.driver.summary import Accumulating, NoAccumulators, shown
from pyrite.lineage.node import Node
from pyrite.plan.barrier import check_slots
from pyrite.plan.persisted import Persisted
from pyrite.plan.planner import Around, Plan, Planner, Stage, plainly
from pyrite.plan.program import Action
from pyrite.scheduler import commands as todo
from pyrite.scheduler import events as heard
from pyrite.scheduler.history import History, Step
from pyrite.scheduler.policy import Policy
from pyrite.scheduler.state import SchedulerState
from pyrite.serial.records import loads

_OUTPUTS_AHEAD = 16
"""Blocks of printed lines that may wait to be shown."""
_STOP_CHECK_SECONDS = 0.2
_log = logging.getLogger("pyrite")


class _Stop:
    """Ends the loop."""


@dataclass(frozen=True, slots=True)
class _ForgetBroadcast:
    number: int


@dataclass(frozen=True)
class _CancelChosen:
    """Ends the jobs that are chosen, of those submitted before."""

    reason: str
    chosen: Callable[[Job], bool]


@dataclass(frozen=True)
class _Unpersisted:
    """Nobody will read the dataset's blocks again."""

    dataset: NodeId


_Message: TypeAlias = (
    ClusterEvent | heard.Event | Job | _CancelChosen | _ForgetBroadcast | _Unpersisted | _Stop
)


class Driver:
    """Runs jobs on a cluster.

    Parameters:
        cluster: where the workers are. The driver starts and stops it.
        policy: the scheduler's limits.
        listeners: told of everything that happens, in the driver's thread.
        history: where to write down all that the scheduler is told and says, if anywhere.
        accumulators: told what each task added, once a task, before its job is done.
        around: what to put around each stage's program, as of `Planner`.
        rendezvous: where the tasks of barrier stages meet.
    """

    def __init__(
        self,
        cluster: Cluster,
        policy: Policy,
        listeners: Sequence[seen.Listener] = (),
        history: History | None = None,
        accumulators: Accumulating | None = None,
        around: Around = plainly,
        rendezvous: Rendezvous | None = None,
    ) -> None:
        self._cluster = cluster
        self._listeners = list(listeners)
        self.persisted = Persisted()
        self._planner = Planner(self.persisted, around)
        self._scheduler = SchedulerState(policy)
        self._history = history
        self._rendezvous = rendezvous or Rendezvous()
        self._accumulators = accumulators or NoAccumulators()
        self._inbox: queue.SimpleQueue[_Message] = queue.SimpleQueue()
        self._room_for_output = threading.Semaphore(_OUTPUTS_AHEAD)
        self._jobs: dict[JobId, Job] = {}
        self._stages: dict[StageId, Stage] = {}
        self._stage_uses: Counter[StageId] = Counter()
        self._properties: dict[StageId, Mapping[str, str]] = {}
        self._shuffle_stages: dict[ShuffleId, StageId] = {}
        self._inputs: dict[StageId, StageInputs] = {}
        self._successes: dict[AttemptId, Success] = {}
        self._stopped: BaseException | None = None
        self._thread = threading.Thread(target=self._serve, name="pyrite-driver", daemon=True)

    # -- for callers, from any thread ---------------------------------------------------

    def start(self) -> None:
        """Bring up the cluster; returns before its workers are there."""
        self._thread.start()
        self._cluster.start(self._hear)

    def _hear(self, event: ClusterEvent) -> None:
        if isinstance(event, WorkerPrinted):
            # A task that prints without end has to wait for the terminal, like any program.
            while not self._room_for_output.acquire(timeout=_STOP_CHECK_SECONDS):
                if self._stopped is not None:
                    return
        self._inbox.put(event)

    def run(
        self,
        node: Node,
        partitions: Sequence[int],
        action: Action,
        name: str,
        properties: Mapping[str, str],
    ) -> Job:
        """Run a job to its end, whether good or bad. It has a result for each of ``partitions``;
        its tasks are told ``properties``.

        Raises:
            SerializationError: something it needs cannot be sent to the workers.
            KeyboardInterrupt: after cancelling the job.
        """
        job = self.submit(node, partitions, action, name, properties)
        self.wait(job)
        return job

    def wait(self, job: Job) -> None:
        """Wait for the end of a job.

        Raises:
            KeyboardInterrupt: after cancelling the job.
        """
        try:
            self._cluster.wait(job.done)
        except BaseException:
            self.cancel(job, "interrupted")
            raise

    def submit(
        self,
        node: Node,
        partitions: Sequence[int],
        action: Action,
        name: str,
        properties: Mapping[str, str],
    ) -> Job:
        """Start a job and return at once.

        Raises:
            SerializationError: something it needs cannot be sent to the workers.
        """
        if refusal := self._refusal():
            raise refusal
        plan = self._planner.plan(node, partitions, action, name)
        for stage in plan.stages:
            check_slots(stage.spec, self._cluster.size)
        job = Job(node, partitions, action, plan, properties)
        for shuffle in self._planner.take_dropped():
            self._inbox.put(heard.ShuffleDropped(shuffle))
        self._inbox.put(job)
        if (refusal := self._refusal()) and not job.done.is_set():
            job.finish(refusal)  # the loop may have ended between the two looks
        return job

    def _refusal(self) -> BaseException | None:
        """Why no more jobs can run, if so."""
        return self._stopped

    def persist(self, node: Node, level: StorageLevel) -> None:
        """From now on, keep what is computed of a dataset, until it is unpersisted or garbage.

        Raises:
            ValueError: it is kept already, in another way.
        """
        known = self.persisted.level(node.id)
        if known is None:
            self.persisted.add(node.id, level)
            # A queue may be put to from a finalizer, wherever that interrupts; a lock may not.
            weakref.finalize(node, self._inbox.put, _Unpersisted(node.id)).atexit = False
        elif known != level:
            raise ValueError(
                f"the dataset is kept {known} already; unpersist() it before it is kept {level}"
            )

    def unpersist(self, dataset: NodeId) -> None:
        """Keep a dataset's blocks no longer. Workers drop them when they have time."""
        if self.persisted.discard(dataset):
            self._inbox.put(_Unpersisted(dataset))

    def forget_shuffles(self, node: Node) -> None:
        """Delete what was shuffled for a dataset, as far back as the nearest persisted ones. Jobs
        that run are left what they need."""
        for shuffle in self._planner.forget_shuffles(node):
            self._inbox.put(heard.ShuffleDropped(shuffle))

    def truncate(self, node: Node, saved: Node) -> None:
        """From now on a dataset is read from ``saved``; how it was made is forgotten."""
        self._planner.truncate(node, saved)

    def cancel(self, job: Job, reason: str) -> None:
        """Stop a job. Its waiters get JobCancelled."""
        self._inbox.put(heard.JobCancelled(job.id, reason))

    def cancel_all(self, reason: str, chosen: Callable[[Job], bool] = lambda job: True) -> None:
        """Stop all jobs submitted so far, or those of them that are chosen."""
        self._inbox.put(_CancelChosen(reason, chosen))

    def forget_broadcast(self, number: int) -> None:
        """Tasks of later jobs read the broadcast value anew. A finalizer may call this."""
        self._inbox.put(_ForgetBroadcast(number))

    def stop(self) -> None:
        """Cancel all jobs and end the cluster. Returns when nothing is left of it."""
        self._inbox.put(_Stop())
        if threading.current_thread() is not self._thread:
            self._thread.join()

    @property
    def folder(self) -> str:
        """The cluster's folder on the driver's machine, removed by `stop`."""
        return self._cluster.folder

    def import_from(self, path: str) -> None:
        """Let all tasks launched from now on import from a folder or archive."""
        self._cluster.import_from(path)

    # -- the loop -----------------------------------------------------------------------

    def _serve(self) -> None:
        stopped: BaseException = StoppedError("the context was stopped")
        try:
            while not isinstance(message := self._next(), _Stop):
                self._take(message)
        except Exception:
            stopped = JobFailed(f"a fault in the engine:\n{traceback.format_exc()}")
        self._end(stopped)

    def _next(self) -> _Message:
        now = time.monotonic()
        self._answer(self._rendezvous.overdue(now))
        dues = (self._scheduler.next_tick(now), self._rendezvous.next_due())
        due = min((each for each in dues if each is not None), default=None)
        try:
            if due is None:
                return self._inbox.get()
            return self._inbox.get(timeout=max(0.0, due - time.monotonic()))
        except queue.Empty:
            return heard.Tick()

    def _end(self, error: BaseException) -> None:
        self._stopped = error
        for job in list(self._jobs.values()):
            self._finish(job, error)
        while True:
            try:
                message = self._inbox.get_nowait()
            except queue.Empty:
                break
            if isinstance(message, Job):
                message.finish(error)
        self._cluster.stop()
        self._cluster.wake()
        self._say(seen.ApplicationEnded(time.time()))

    def _take(self, message: _Message) -> None:
        match message:
            case Job():
                self._begin(message)
            case TaskReport():
                self._reported(message)
            case WorkerPrinted(worker, attempt, stream, text):
                self._room_for_output.release()
                self._say(seen.TaskPrinted(time.time(), attempt, worker, stream, text))
            case ClusterFailed():
                self._stopped = JobFailed(message.message)
                for job in list(self._jobs.values()):
                    self._finish(job, self._stopped)
            case heard.WorkerJoined(worker, node):
                self._say(seen.WorkerUp(time.time(), worker, node))
                self.persisted.worker_joined(worker_place(worker), node)
                self._decide(message)
            case heard.WorkerLost(worker, failure):
                self._say(seen.WorkerDown(time.time(), worker, failure.message))
                for dataset in self.persisted.lost_place(worker_place(worker)):
                    self._planner.expire(dataset)
                self._decide(message)
            case _:
                self._take_request(message)

    def _take_request(self, message: _Message) -> None:
        """Something that the program asks for, or gives up."""
        match message:
            case heard.ShuffleDropped(shuffle):
                self._decide(message)
                if (stage := self._shuffle_stages.pop(shuffle, None)) is not None:
                    self._inputs.pop(stage, None)
                    self._cluster.forget_stage(stage)
            case BarrierReached(_, call):
                self._answer(self._rendezvous.called(call, time.monotonic()))
            case _CancelChosen(reason, chosen):
                for job in list(self._jobs.values()):
                    if chosen(job):
                        self._decide(heard.JobCancelled(job.id, reason))
            case _ForgetBroadcast(number):
                self._cluster.forget_broadcast(number)
            case _Unpersisted(dataset):
                self._forget_dataset(dataset)
            case heard.Tick() | heard.JobCancelled() | heard.TaskProgress() | heard.NodeLost():
                self._decide(message)

    def _is_barrier(self, stage: StageId) -> bool:
        return stage in self._stages and self._stages[stage].spec.barrier

    def _answer(self, answers: Answers) -> None:
        for worker, answer in answers:
            self._cluster.answer(worker, answer)

    def _begin(self, job: Job) -> None:
        if self._stopped is not None:
            job.finish(self._stopped)
            return
        replaced = {
            stage.spec.stage
            for stage in job.plan.stages
            if self._stages.get(stage.spec.stage, stage) is not stage
        }
        outdated = [other for other in self._jobs.values() if other.has_stage(replaced)]
        for other in outdated:
            self._withdraw(other)
        self._start(job)
        for other in outdated:
            self._start_again(other)

    def _start(self, job: Job) -> None:
        self._jobs[job.id] = job
        for stage in job.plan.stages:
            self._stages[stage.spec.stage] = stage
            self._properties[stage.spec.stage] = job.properties
            self._stage_uses[stage.spec.stage] += 1
            if stage.spec.shuffle is not None:
                self._shuffle_stages[stage.spec.shuffle] = stage.spec.stage
        spec = job.plan.spec
        stages = tuple(stage.stage for stage in spec.stages)
        self._say(seen.JobStarted(time.time(), job.id, spec.name, stages, job.properties))
        self._decide(heard.JobSubmitted(spec))

    def _reported(self, report: TaskReport) -> None:
        worker, attempt, outcome = report.worker, report.attempt, report.outcome
        event: heard.Event
        error = ""
        self._heard_of_blocks(report)
        match outcome:
            case BlockMissing(block):
                self._block_missing(report, block)
                return
            case Success(output):
                self._successes[attempt] = outcome
                self._answer(self._rendezvous.ended(attempt))
                event = heard.TaskSucceeded(worker, attempt, output)
            case Failure():
                error = f"{outcome.cause.value}: {outcome.message}"
                event = heard.TaskFailed(worker, attempt, outcome)
            case FetchFailure():
                error = outcome.message
                for partition in sorted({outcome.map_partition, *outcome.others}):
                    self._say(seen.OutputLost(time.time(), outcome.shuffle, partition, error))
                event = heard.FetchFailed(worker, attempt, outcome)
        self._say(seen.TaskEnded(time.time(), attempt, worker, error, report.metrics))
        self._decide(event)
        if not self._is_barrier(attempt.stage):  # whose successes count together, or not at all
            self._successes.pop(attempt, None)  # if it was not accepted

    def _decide(self, event: heard.Event) -> None:
        now = time.monotonic()
        commands = self._scheduler.handle(event, now)
        if self._history is not None:
            self._history.steps.append(Step(now, event, tuple(commands)))
        for command in commands:
            self._carry_out(command)

    def _carry_out(self, command: todo.Command) -> None:
        match command:
            case todo.Launch(worker, attempt, epoch, reason):
                if self._is_barrier(attempt.stage):
                    spec = self._stages[attempt.stage].spec
                    address = f"{self.persisted.home(worker_place(worker))}:{worker}"
                    self._rendezvous.launched(attempt, worker, address, len(spec.partitions))
                self._say(seen.TaskStarted(time.time(), attempt, worker, reason))
                self._cluster.launch(worker, self._task(attempt, epoch))
            case todo.Cancel(worker, attempt):
                self._cluster.cancel(worker, attempt)
            case todo.KillWorker(worker):
                self._cluster.kill(worker)
            case todo.OutputDiscarded(output):
                self._cluster.remove_output(output)
            case todo.StageStarted(stage_id, tasks):
                name = self._stages[stage_id].spec.name
                self._say(seen.StageStarted(time.time(), stage_id, name, tasks))
            case todo.StageFinished(stage_id):
                self._say(seen.StageEnded(time.time(), stage_id, True))
            case todo.StageDropped(stage_id):
                self._say(seen.StageEnded(time.time(), stage_id, False))
            case todo.TaskRequeued(attempt):
                self._successes.pop(attempt, None)
            case _:
                self._settle(command)

    def _settle(self, command: todo.Command) -> None:
        """A result counts, or a job is over."""
        match command:
            case todo.Accept(job_id, attempt):
                success = self._successes.pop(attempt)
                self._count(success, attempt)
                if (job := self._jobs.get(job_id)) and success.result is not None:
                    job.accept(attempt.partition, success.result)
            case todo.Registered(_, attempt, _, first):
                if first:
                    self._count(self._successes.pop(attempt), attempt)
            case todo.JobSucceeded(job_id):
                if job := self._jobs.get(job_id):
                    self._finish(job, job.spoilt)
            case todo.JobFailed(job_id, failure, failed_attempt):
                if job := self._jobs.get(job_id):
                    stage = self._stages.get(failed_attempt.stage) if failed_attempt else None
                    name = stage.spec.name if stage else ""
                    error = job.spoilt or exception_for(failure, failed_attempt, name)
                    self._finish(job, error)

    def _count(self, success: Success, attempt: AttemptId) -> None:
        """Add what a task accumulated, now that it counts. If that cannot be done, its jobs fail:
        the sum would be wrong."""
        if not success.accumulated:
            return
        jobs = [
            job
            for job in self._jobs.values()
            if any(stage.spec.stage == attempt.stage for stage in job.plan.stages)
        ]
        try:
            shares = loads(success.accumulated)
            for job in jobs:
                job.accumulated.update(shares)
            self._accumulators.count(shares)
        except BaseException as error:  # the user's own, but the thread is the engine's
            for job in jobs:
                job.spoilt = error
                self.cancel(job, "an accumulator failed")

    def _task(self, attempt: AttemptId, epoch: int) -> TaskLaunch:
        stage = self._stages[attempt.stage]
        inputs = self._inputs.get(attempt.stage)
        if inputs is None or inputs.epoch != epoch:
            addresses = self._scheduler.inputs(attempt.stage)
            inputs = StageInputs(attempt.stage, epoch, pickle.dumps(addresses))
            self._inputs[attempt.stage] = inputs
        split = pickle.dumps(stage.splits(attempt.partition), protocol=5)
        properties = self._properties[attempt.stage]
        return TaskLaunch(attempt, stage.program, inputs, split, properties)

    def _finish(self, job: Job, error: BaseException | None) -> None:
        del self._jobs[job.id]
        self._release(job.plan)
        accumulators = shown(self._accumulators.named(job.accumulated))
        text = text_of(error) if error else ""
        self._say(seen.JobEnded(time.time(), job.id, text, accumulators))
        job.finish(error)
        self._cluster.wake()

    def _release(self, plan: Plan) -> None:
        """A plan is not carried out any more."""
        for stage in plan.stages:
            stage_id = stage.spec.stage
            self._stage_uses[stage_id] -= 1
            if not self._stage_uses[stage_id]:
                del self._stage_uses[stage_id], self._stages[stage_id]
                del self._properties[stage_id]
                self._rendezvous.forget(stage_id)
                for attempt in [each for each in self._successes if each.stage == stage_id]:
                    del self._successes[attempt]
                if stage.spec.shuffle is None:
                    self._inputs.pop(stage_id, None)
                    self._cluster.forget_stage(stage_id)

    # -- cached blocks ------------------------------------------------------------------

    def _heard_of_blocks(self, report: TaskReport) -> None:
        """A worker has kept blocks, or let them go."""
        for change in report.blocks:
            dataset = change.block.node
            wanted = self.persisted.changed(change)
            if not change.held:
                self._planner.expire(dataset)
            elif not wanted:
                self._cluster.forget_dataset(dataset)

    def _block_missing(self, report: TaskReport, block: BlockId) -> None:
        """A task did not find a block that its plan takes to be there: plan again without it."""
        self.persisted.lost(block)
        self._planner.expire(block.node)
        outdated = [job for job in self._jobs.values() if job.reads_blocks_of(block.node)]
        for job in outdated:
            self._withdraw(job)
        failure = Failure(Cause.CANCELLED, "a cached block is gone")
        self._decide(heard.TaskFailed(report.worker, report.attempt, failure))
        for job in outdated:
            self._start_again(job)

    def _withdraw(self, job: Job) -> None:
        """Take a job back from the scheduler. Its results so far count."""
        del self._jobs[job.id]
        self._decide(heard.JobCancelled(job.id, "it is planned again"))
        self._release(job.plan)

    def _start_again(self, job: Job) -> None:
        """Carry on with a withdrawn job, by a new plan."""
        together = self._planner.is_together(job.node)
        missing = job.partitions if together else job.missing
        try:
            job.plan = self._planner.plan(job.node, missing, job.action, job.plan.name, job.id)
        except Exception as error:  # the user's closures are pickled again
            self._say(seen.JobEnded(time.time(), job.id, text_of(error)))
            job.finish(error)
            self._cluster.wake()
        else:
            self._start(job)

    def _forget_dataset(self, dataset: NodeId) -> None:
        self.persisted.discard(dataset)
        self._planner.expire(dataset)
        self._cluster.forget_dataset(dataset)

    def _say(self, event: seen.DriverEvent) -> None:
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:  # a full disk under the event log is no reason to fail a job
                _log.exception("%r is told no more: it failed at %r", listener, event)
                self._listeners = [each for each in self._listeners if each is not listener]
