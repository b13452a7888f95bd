"""The loop: one thread that hears what happened, asks the scheduler, and does what it says."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Sequence

from pyrite.cluster.base import BarrierReached, Cluster, ClusterFailed, WorkerPrinted
from pyrite.core.errors import JobFailed, StoppedError
from pyrite.core.ids import AttemptId, BlockId, JobId, WorkerId
from pyrite.core.log import log
from pyrite.core.outcome import BlockMissing, Cause, Failure, FetchFailure, Success, TaskReport
from pyrite.driver import events as seen
from pyrite.driver.cached import CachedBlocks
from pyrite.driver.failures import exception_for, text_of
from pyrite.driver.job import Job
from pyrite.driver.messages import (
    CancelChosen,
    DatasetDropped,
    ForgetBroadcast,
    ImportPath,
    Message,
    Stop,
    Unpersisted,
)
from pyrite.driver.rendezvous import Answers, Rendezvous
from pyrite.driver.stages import Stages
from pyrite.driver.summary import Accumulating, shown
from pyrite.plan.planner import Plan, Planner
from pyrite.scheduler import commands as todo
from pyrite.scheduler import events as heard
from pyrite.scheduler.history import History, Step
from pyrite.scheduler.policy import Policy
from pyrite.scheduler.state import SchedulerState
from pyrite.serial.records import loads


class Loop:
    """Carries jobs through. All it knows is touched by its own thread alone.

    Parameters:
        cluster: where the workers are. The loop stops it at its end.
        planner: plans jobs again whose plans prove wrong.
        policy: the scheduler's limits.
        listeners: told of everything that happens.
        history: where to write down all that the scheduler is told and says, if anywhere.
        accumulators: told what each task added, once a task, before its job is done.
        rendezvous: where the tasks of barrier stages meet.
    """

    def __init__(
        self,
        cluster: Cluster,
        planner: Planner,
        policy: Policy,
        listeners: Sequence[seen.Listener],
        history: History | None,
        accumulators: Accumulating,
        rendezvous: Rendezvous,
    ) -> None:
        self._cluster = cluster
        self._planner = planner
        self._cached = CachedBlocks(planner, cluster)
        self._scheduler = SchedulerState(policy)
        self._listeners = list(listeners)
        self._history = history
        self._accumulators = accumulators
        self._rendezvous = rendezvous
        self._inbox: deque[Message] = deque()
        self._jobs: dict[JobId, Job] = {}
        self._stages = Stages(self._scheduler.inputs)
        self._successes: dict[AttemptId, Success] = {}
        self._stopped: BaseException | None = None
        self._thread = threading.Thread(target=self._serve, name="pyrite-driver", daemon=True)

    # -- from any thread ----------------------------------------------------------------

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def refusal(self) -> BaseException | None:
        """Why no more jobs can run, if so."""
        return self._stopped

    def join(self) -> None:
        """Wait for the end, which `Stop` brings about."""
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def tell(self, message: Message) -> None:
        """Say what is wanted. A finalizer may call this: wherever it interrupts, appending to a
        deque is done at once."""
        self._inbox.append(message)
        self._cluster.rouse()

    # -- in its own thread --------------------------------------------------------------

    def _serve(self) -> None:
        stopped: BaseException = StoppedError("the context was stopped")
        try:
            while self._turn():
                pass
        except Exception:
            import traceback

            stopped = JobFailed(f"a fault in the engine:\n{traceback.format_exc()}")
        self._end(stopped)

    def _turn(self) -> bool:
        """Wait for something, and take in all there is; False if it is `Stop`."""
        now = time.monotonic()
        dues = (self._scheduler.next_tick(now), self._rendezvous.next_due())
        due = min((each for each in dues if each is not None), default=math.inf)
        patience = None if due == math.inf else max(0.0, due - now)
        for event in self._cluster.events(0.0 if self._inbox else patience):
            self._take(event)
        while self._inbox:
            message = self._inbox.popleft()
            if isinstance(message, Stop):
                return False
            self._take(message)
        if due < math.inf and due <= (now := time.monotonic()):
            self._take(heard.Tick())
            self._answer(self._rendezvous.overdue(now))
        return True

    def _end(self, error: BaseException) -> None:
        self._stopped = error
        for job in list(self._jobs.values()):
            self._finish(job, error)
        while self._inbox:
            message = self._inbox.popleft()
            if isinstance(message, Job):
                message.finish(error)
        self._cluster.stop()
        self._cluster.wake()
        self._say(seen.ApplicationEnded(time.time()))

    def _take(self, message: Message) -> None:
        match message:
            case Job():
                self._begin(message)
            case TaskReport():
                self._reported(message)
            case WorkerPrinted(worker, attempt, stream, text):
                self._say(seen.TaskPrinted(time.time(), attempt, worker, stream, text))
            case ClusterFailed():
                self._stopped = JobFailed(message.message)
                for job in list(self._jobs.values()):
                    self._finish(job, self._stopped)
            case heard.WorkerJoined(worker, node):
                self._say(seen.WorkerUp(time.time(), worker, node))
                self._cached.worker_joined(worker, node)
                self._decide(message)
            case heard.WorkerLost(worker, failure):
                self._say(seen.WorkerDown(time.time(), worker, failure.message))
                self._cached.worker_lost(worker)
                self._decide(message)
            case _:
                self._take_request(message)

    def _take_request(self, message: Message) -> None:
        """Something that the program asks for, or gives up."""
        match message:
            case heard.ShuffleDropped(shuffle):
                self._decide(message)
                for stage in self._stages.forget_shuffle(shuffle):
                    self._cluster.forget_stage(stage)
            case BarrierReached(_, call):
                self._answer(self._rendezvous.called(call, time.monotonic()))
            case CancelChosen(reason, chosen):
                for job in list(self._jobs.values()):
                    if chosen(job):
                        self._decide(heard.JobCancelled(job.id, reason))
            case ForgetBroadcast(number):
                self._cluster.forget_broadcast(number)
            case ImportPath(path):
                self._cluster.import_from(path)
            case Unpersisted(dataset):
                self._cached.forget(dataset)
            case DatasetDropped(dataset):
                self._cached.dropped(dataset)
            case heard.Tick() | heard.JobCancelled() | heard.TaskProgress() | heard.NodeLost():
                self._decide(message)

    def _meet(self, attempt: AttemptId, worker: WorkerId) -> None:
        """A task of a barrier stage is about to be launched."""
        stage = self._stages.get(attempt.stage)
        assert stage is not None
        address = f"{self._cached.node_of(worker)}:{worker}"
        self._rendezvous.launched(attempt, worker, address, len(stage.spec.partitions))

    def _answer(self, answers: Answers) -> None:
        for worker, answer in answers:
            self._cluster.answer(worker, answer)

    def _begin(self, job: Job) -> None:
        if self._stopped is not None:
            job.finish(self._stopped)
            return
        replaced = self._stages.replaced_by(job.plan)
        outdated = [other for other in self._jobs.values() if other.has_stage(replaced)]
        for other in outdated:
            self._withdraw(other)
        self._start(job)
        for other in outdated:
            self._start_again(other)

    def _start(self, job: Job) -> None:
        self._jobs[job.id] = job
        self._stages.add(job.plan, job.properties)
        spec = job.plan.spec
        stages = tuple(stage.stage for stage in spec.stages)
        self._say(
            seen.JobStarted(time.time(), job.id, spec.name, stages, job.properties, job.started)
        )
        job.started = True
        self._decide(heard.JobSubmitted(spec))

    def _reported(self, report: TaskReport) -> None:
        worker, attempt, outcome = report.worker, report.attempt, report.outcome
        event: heard.Event
        error = ""
        self._cached.changed(report.blocks)
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
        if not self._stages.is_barrier(attempt.stage):  # there, they count together
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
                if self._stages.is_barrier(attempt.stage):
                    self._meet(attempt, worker)
                self._say(seen.TaskStarted(time.time(), attempt, worker, reason))
                self._cluster.launch(worker, self._stages.launch(attempt, epoch))
            case todo.Cancel(worker, attempt):
                self._cluster.cancel(worker, attempt)
            case todo.KillWorker(worker):
                self._cluster.kill(worker)
            case todo.OutputDiscarded(output):
                self._cluster.remove_output(output)
            case todo.ShuffleForgotten(shuffle):
                self._cluster.forget_shuffle(shuffle)
            case todo.StageStarted(stage_id, tasks):
                name = self._stages.name(stage_id)
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
                    name = self._stages.name(failed_attempt.stage) if failed_attempt else ""
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
                self.tell(heard.JobCancelled(job.id, "an accumulator failed"))

    def _finish(self, job: Job, error: BaseException | None) -> None:
        del self._jobs[job.id]
        self._release(job.plan)
        self._end_job(job, error)

    def _end_job(self, job: Job, error: BaseException | None) -> None:
        """Tell all who wait for a job, or watch it."""
        accumulators = shown(self._accumulators.named(job.accumulated))
        text = text_of(error) if error else ""
        self._say(seen.JobEnded(time.time(), job.id, text, accumulators))
        job.finish(error)
        self._cluster.wake()

    def _release(self, plan: Plan) -> None:
        """A plan is not carried out any more."""
        unused, over = self._stages.remove(plan)
        for stage in unused:
            self._rendezvous.forget(stage)
            for attempt in [each for each in self._successes if each.stage == stage]:
                del self._successes[attempt]
        for stage in over:
            self._cluster.forget_stage(stage)

    # -- planning again -----------------------------------------------------------------

    def _block_missing(self, report: TaskReport, block: BlockId) -> None:
        """A task did not find a block that its plan takes to be there: plan again without it."""
        outdated = []
        if self._stages.get(report.attempt.stage) is not None:  # else it may be there by now
            self._cached.missing(block)
            outdated = [job for job in self._jobs.values() if job.reads_blocks_of(block.node)]
        for job in outdated:
            self._withdraw(job)
        failure = Failure(Cause.CANCELLED, f"block {block.partition} of {block.node} is gone")
        now = time.time()
        self._say(
            seen.TaskEnded(now, report.attempt, report.worker, failure.message, report.metrics)
        )
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
            self._end_job(job, error)
        else:
            self._begin(job)

    def _say(self, event: seen.DriverEvent) -> None:
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:  # a full disk under the event log is no reason to fail a job
                log().exception("%r is told no more: it failed at %r", listener, event)
                self._listeners = [each for each in self._listeners if each is not listener]
