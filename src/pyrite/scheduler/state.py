"""The scheduler: one pure state machine, events in, commands out.

It is the sole owner of what runs where, of retries, of recomputing what was lost, of copies of
slow tasks, and of the permission to commit a result. It reads no clock and touches nothing
outside: time comes with the event, and everything that happens is in the commands.

Every handler changes the state first; `placement` launches what has become possible at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any

from pyrite.core.ids import AttemptId, JobId, ShuffleId, StageId, WorkerId
from pyrite.core.outcome import Cause, Failure
from pyrite.core.specs import JobSpec, MapOutput, StageSpec
from pyrite.scheduler import commands as c
from pyrite.scheduler import events as e
from pyrite.scheduler.checks import check
from pyrite.scheduler.deadlines import Deadlines
from pyrite.scheduler.graph import StageGraph
from pyrite.scheduler.outputs import Shuffle
from pyrite.scheduler.pending import PENDING
from pyrite.scheduler.placement import Placement
from pyrite.scheduler.policy import Policy
from pyrite.scheduler.speculation import Median
from pyrite.scheduler.stages import Job, StageRun
from pyrite.scheduler.workers import Attempt, Worker, Workers


class SchedulerState:
    """All that the scheduler knows. `handle` is the only way to change it."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.policy = policy or Policy()
        self._now = float("-inf")
        self._ranks = 0
        self._jobs: dict[JobId, StageRun] = {}  # to the run of its result stage
        self._workers = Workers()
        self._graph = StageGraph(self._emit, self._cancel, self._workers.by_place)
        self._placement = Placement(self.policy, self._workers, self._graph, self._launch)
        self._hung = Deadlines[Attempt](self.policy.task_timeout)
        self._stopping = Deadlines[Attempt](self.policy.cancel_grace)
        self._looked_for_slow = self._now
        self._dropped: list[ShuffleId] = []
        self._commands: list[c.Command] = []  # of one event
        self._handlers: dict[type, Callable[[Any, float], None]] = {
            e.JobSubmitted: self._job_submitted,
            e.JobCancelled: self._job_cancelled,
            e.WorkerJoined: self._worker_joined,
            e.WorkerLost: self._worker_lost,
            e.NodeLost: self._node_lost,
            e.TaskSucceeded: self._task_succeeded,
            e.TaskFailed: self._task_failed,
            e.FetchFailed: self._fetch_failed,
            e.TaskProgress: self._task_progress,
            e.ShuffleDropped: self._shuffle_dropped,
            e.Tick: self._tick,
        }

    def handle(self, event: e.Event, now: float) -> list[c.Command]:
        """Take in what happened at ``now`` (seconds, never going back) and say what to do."""
        self._now = now = max(now, self._now)
        self._handlers[type(event)](event, now)
        if self._graph.opened:
            self._stages_opened(now)
        else:
            self._placement.place(now)
        done, self._commands = self._commands, []
        return done

    # -- jobs --------------------------------------------------------------------------------

    def _job_submitted(self, event: e.JobSubmitted, now: float) -> None:
        spec, final = event.spec, event.spec.result_stage
        if spec.job in self._jobs or (final.shuffle is None and final.stage in self._graph.stages):
            raise ValueError(f"job {spec.job} or its result stage {final.stage} is not new")
        if final.shuffle is not None:
            # Only the shuffle is wanted: an empty result stage stands for whoever will read it.
            final = StageSpec(-1 - spec.job, (), (final.stage,), name=final.name)
            spec = JobSpec(spec.job, (*spec.stages, final), spec.name)
        elif not final.partitions:
            self._emit(c.JobSucceeded(spec.job))
            return
        job = Job.of(spec, self._ranks)
        self._ranks += 1
        self._graph.demand(final.stage, job, job, "first attempt", now)
        self._jobs[spec.job] = self._graph.stages[final.stage]

    def _job_cancelled(self, event: e.JobCancelled, now: float) -> None:
        result = self._jobs.get(event.job)
        if result is not None:
            self._fail_job(result, Failure(Cause.CANCELLED, event.reason), None)

    def _fail_jobs(self, stage: StageRun, failure: Failure, attempt: AttemptId | None) -> None:
        """Fail every job that needs ``stage``, but for those that can go on without it: when the
        job with the newest plan is gone, they follow their own. These may come to need it, too."""
        while stage.active:
            needing = self._graph.result_stages(stage)
            naming = [result for result in needing if stage.id in result.owner.stages]
            for result in naming or needing:
                self._fail_job(result, failure, attempt)

    def _fail_job(self, result: StageRun, failure: Failure, attempt: AttemptId | None) -> None:
        job = result.owner.id
        del self._jobs[job]
        self._emit(c.JobFailed(job, failure, attempt))
        self._graph.retire(result, f"job {job} failed: {failure.message}")
        self._job_ended(result.owner)

    def _succeed_job(self, result: StageRun) -> None:
        job = result.owner.id
        del self._jobs[job]
        self._graph.retire(result, f"job {job} is done")
        self._emit(c.JobSucceeded(job))
        self._job_ended(result.owner)

    def _job_ended(self, job: Job) -> None:
        self._graph.job_ended(job, (r.owner for r in self._jobs.values()), self._now)
        self._forget_dropped()

    def _shuffle_dropped(self, event: e.ShuffleDropped, now: float) -> None:
        if event.shuffle in self._graph.shuffles and event.shuffle not in self._dropped:
            self._dropped.append(event.shuffle)
            self._forget_dropped()

    def _forget_dropped(self) -> None:
        """Let go of dropped shuffles, but for those that an active job may yet fall back on."""
        kept = []
        for dropped in self._dropped:
            shuffle = self._graph.shuffles[dropped]
            if any(shuffle.stage in result.owner.stages for result in self._jobs.values()):
                kept.append(dropped)
            else:
                self._graph.forget(shuffle)
        self._dropped = kept

    # -- workers -----------------------------------------------------------------------------

    def _worker_joined(self, event: e.WorkerJoined, now: float) -> None:
        worker = self._workers.join(event.worker, event.node, now)
        if worker is not None:
            self._placement.freed.append(worker)

    def _worker_lost(self, event: e.WorkerLost, now: float) -> None:
        attempt = self._remove(event.worker)
        if attempt is not None:
            self._attempt_failed(attempt, event.failure)

    def _node_lost(self, event: e.NodeLost, now: float) -> None:
        # First all the workers, so that nothing is launched on, or cancelled at, one that is
        # about to go; then the outputs, so that no attempt is requeued with inputs that are gone.
        failure = Failure(Cause.WORKER_LOST, f"node {event.node} lost: {event.message}")
        attempts = [self._remove(worker.id) for worker in self._workers.on_node(event.node)]
        for shuffle in list(self._graph.shuffles.values()):
            lost = shuffle.on_node(event.node)
            if lost:
                self._lose(shuffle, lost, f"map output lost with node {event.node}", now)
        for attempt in attempts:
            if attempt is not None and attempt.stage.active:
                self._attempt_failed(attempt, failure)
        for stage in list(self._graph.stages.values()):
            if any(output and output.node == event.node for _, _, output in stage.held):
                self._graph.start_over(stage, f"map output lost with node {event.node}")

    def _remove(self, worker: WorkerId) -> Attempt | None:
        """Write a worker off; returns the attempt that dies with it, if it was still wanted."""
        lost = self._workers.lose(worker)
        if lost is None:
            return None
        for place in lost.places:
            if place not in self._workers.by_place:
                self._graph.desert(place)
        if lost.attempt is None:
            return None
        self._close(lost.attempt)
        return lost.attempt if lost.attempt.wanted else None

    # -- attempts ----------------------------------------------------------------------------

    def _ended(self, worker: WorkerId, attempt: AttemptId, now: float) -> Attempt | None:
        """A worker reports the end of an attempt and is free. None if this is news of old."""
        known = self._workers.get(worker)
        if known is None or known.attempt is None or known.attempt.id != attempt:
            return None
        ended, known.attempt = known.attempt, None
        known.idle_since = now
        self._placement.freed.append(known)
        self._close(ended)
        return ended

    def _close(self, attempt: Attempt) -> None:
        """The attempt no longer runs, and nothing waits for it."""
        if attempt.wanted:
            attempt.stage.end(attempt)
            self._hung.drop(attempt)
        else:
            self._stopping.drop(attempt)

    def _task_succeeded(self, event: e.TaskSucceeded, now: float) -> None:
        attempt = self._ended(event.worker, event.attempt, now)
        if attempt is None or not attempt.wanted:
            output = event.output
            if output is not None and not self._graph.is_registered(event.attempt, output):
                self._emit(c.OutputDiscarded(output))
            return
        stage, index = attempt.stage, attempt.index
        needless = stage.finish(index)
        if self.policy.speculation:
            stage.durations = stage.durations or Median()
            stage.durations.add(now - attempt.started)
        if not stage.spec.barrier:
            self._settle(stage, index, attempt.id, event.output)
        else:
            stage.held.append((index, attempt.id, event.output))
            if not stage.remaining:
                for success in sorted(stage.held, key=itemgetter(0)):
                    self._settle(stage, *success)
                stage.held.clear()
        for copy in needless:
            self._cancel(copy, "another attempt finished first")
        if not stage.remaining:
            self._finish(stage, now)

    def _settle(
        self, stage: StageRun, index: int, attempt: AttemptId, output: MapOutput | None
    ) -> None:
        """This success is the one that counts."""
        if stage.output is None:
            self._emit(c.Accept(stage.owner.id, attempt))
        else:
            assert output is not None, f"map task {attempt} has no output"
            first = stage.output.register(index, output)
            self._emit(c.Registered(stage.output.id, attempt, output, first))

    def _finish(self, stage: StageRun, now: float) -> None:
        """All of a stage's tasks are done."""
        if stage.output is None:
            self._succeed_job(stage)
        else:
            self._graph.complete(stage, now)

    def _task_failed(self, event: e.TaskFailed, now: float) -> None:
        attempt = self._ended(event.worker, event.attempt, now)
        if attempt is not None and attempt.wanted:
            self._attempt_failed(attempt, event.failure)

    def _attempt_failed(self, attempt: Attempt, failure: Failure) -> None:
        """A wanted attempt came to nothing: count it, try again or give up."""
        stage = attempt.stage
        if stage.spec.barrier and stage.pending.count:
            return  # the try was given up for another attempt that ended in the same event
        reason = failure.message
        if failure.cause is not Cause.CANCELLED:
            count = stage.count_failure(attempt.index)
            if count >= self.policy.max_attempts:
                self._fail_jobs(stage, failure, attempt.id)
                return
            reason = f"failure {count} of {self.policy.max_attempts} allowed: {reason}"
        self._requeue(attempt, reason, attempt.worker)

    def _fetch_failed(self, event: e.FetchFailed, now: float) -> None:
        attempt = self._ended(event.worker, event.attempt, now)
        if attempt is None or not attempt.wanted:
            return
        stage, failure = attempt.stage, event.failure
        # Not among the stage's inputs only: it may have been planned anew since the launch.
        shuffle = self._graph.shuffles.get(failure.shuffle)
        unreadable = {**failure.others, failure.map_partition: failure.output}
        lost = {} if shuffle is None else shuffle.find_all(unreadable)
        if shuffle is not None and lost:
            for output in lost.values():
                self._emit(c.OutputDiscarded(output))
            self._lose(shuffle, lost, f"map output unreadable: {failure.message}", now)
            if not stage.active:
                return
        elif attempt.epoch == stage.epoch and not stage.changed:
            # Nothing was replaced since it was launched, so it asked for what it was never
            # given. Trying again for free could go on forever.
            message = f"unknown input of shuffle {failure.shuffle}: {failure.message}"
            self._attempt_failed(attempt, Failure(Cause.ERROR, message))
            return
        if attempt.epoch > stage.failed_epoch:
            stage.failed_epoch = attempt.epoch
            stage.fetch_failures += 1
        if stage.fetch_failures >= self.policy.max_fetch_failures:
            message = (
                f"stage {stage.id} ({stage.spec.name}) lost its inputs {stage.fetch_failures} "
                f"times in a row, the last time so: {failure.message}"
            )
            self._fail_jobs(stage, Failure(Cause.SHUFFLE_LOST, message), attempt.id)
        else:
            self._requeue(attempt, f"input lost: {failure.message}", None)

    def _lose(self, shuffle: Shuffle, indexes: Iterable[int], reason: str, now: float) -> None:
        """Unregister outputs; all of the shuffle's, if new ones would not fit the rest."""
        if shuffle.by_position:
            # Rolling back readers is not done yet, so if there are any, their jobs must fail.
            message = (
                f"{reason}; what remains does not fit what would be made anew, because records "
                f"are dealt out by their place (repartition, zipWithIndex, sample) after a "
                f"shuffle that keeps no order. Run the job again, or sort before"
            )
            for reader in [r for r in shuffle.readers.values() if r.done or r.running]:
                self._fail_jobs(reader, Failure(Cause.SHUFFLE_LOST, message), None)
            lost, indexes = set(indexes), shuffle.registered()
            for index, output in indexes.items():
                if index not in lost:
                    self._emit(c.OutputDiscarded(output))
        self._graph.lose(shuffle, indexes, reason, now)

    def _requeue(self, attempt: Attempt, reason: str, shun: Worker | None) -> None:
        stage, index = attempt.stage, attempt.index
        if stage.spec.barrier:
            self._emit(c.TaskRequeued(attempt.id, reason))
            self._graph.start_over(stage, f"task {attempt.id.partition} of the barrier: {reason}")
            return
        if index in stage.running or stage.states[index] == PENDING:
            return  # a copy of it runs on, or was lost in the same event
        stage.requeue(index, reason, shun.id if shun else None)
        self._emit(c.TaskRequeued(attempt.id, reason))
        if not stage.waiting:
            self._graph.ready.add(stage)
            self._placement.requeued.append((stage, index))

    def _cancel(self, attempt: Attempt, reason: str) -> None:
        attempt.wanted = False
        self._hung.drop(attempt)
        self._stopping.touch(attempt, self._now)
        self._emit(c.Cancel(attempt.worker.id, attempt.id, reason))

    # -- time --------------------------------------------------------------------------------

    def _task_progress(self, event: e.TaskProgress, now: float) -> None:
        worker = self._workers.get(event.worker)
        attempt = worker.attempt if worker else None
        if attempt is None or attempt.id != event.attempt or not attempt.wanted:
            return
        if event.amount > attempt.progress:
            attempt.progress = event.amount
            self._hung.touch(attempt, now)

    def _tick(self, event: e.Tick, now: float) -> None:
        hung = self._hung.pop_due(now)
        failure = Failure(Cause.TIMED_OUT, f"no progress for {self.policy.task_timeout:g} s")
        for attempt in hung:
            self._kill(attempt, failure.message)
        for attempt in hung:
            if attempt.stage.active:
                self._attempt_failed(attempt, failure)
        for attempt in self._stopping.pop_due(now):
            self._kill(attempt, f"still busy {self.policy.cancel_grace:g} s after a cancel")
        self._placement.place_all(now)  # for workers that have held out for long enough
        if self.policy.speculation and now >= self._next_look_for_slow():
            self._looked_for_slow = now
            self._placement.copy_slow_tasks(now)

    def _kill(self, attempt: Attempt, reason: str) -> None:
        # The worker is written off at once. The `WorkerLost` that follows is then old news.
        self._remove(attempt.worker.id)
        self._emit(c.KillWorker(attempt.worker.id, reason))

    def _next_look_for_slow(self) -> float:
        return self._looked_for_slow + self.policy.speculation_interval

    # -- launching ---------------------------------------------------------------------------

    def _stages_opened(self, now: float) -> None:
        for stage in self._graph.opened:  # which may grow on the way
            if stage.active and not stage.remaining:  # it was there for its inputs alone
                self._succeed_job(stage)
        self._graph.opened.clear()
        self._placement.place_all(now)

    def _launch(self, stage: StageRun, index: int, worker: Worker, reason: str) -> None:
        if not stage.started:
            stage.started = True
            self._emit(c.StageStarted(stage.id, stage.remaining))
        self._workers.unset_idle(worker)
        attempt = stage.launch(index, worker, self._now)
        if not stage.pending.count:
            self._graph.ready.discard(stage)
        self._hung.touch(attempt, self._now)
        self._emit(c.Launch(worker.id, attempt.id, attempt.epoch, reason))

    def _emit(self, command: c.Command) -> None:
        self._commands.append(command)

    # -- views -------------------------------------------------------------------------------

    def shuffle_complete(self, shuffle: ShuffleId) -> bool:
        """Whether every map output of the shuffle is registered."""
        known = self._graph.shuffles.get(shuffle)
        return known is not None and not known.missing

    def outputs(self, shuffle: ShuffleId) -> tuple[MapOutput | None, ...]:
        """The registered outputs in the order of the map stage's partitions; None if missing.
        Empty if the shuffle is unknown."""
        known = self._graph.shuffles.get(shuffle)
        return tuple(known.outputs) if known else ()

    def inputs(self, stage: StageId) -> Mapping[ShuffleId, tuple[MapOutput, ...]]:
        """Where a stage with running tasks finds its inputs, in its present epoch. Built on
        each call: ask once per epoch, when its first `Launch` comes.

        Raises KeyError if the stage is not in play, ValueError if an input is incomplete."""
        addresses = {}
        for shuffle in self._graph.stages[stage].inputs:
            outputs = tuple(output for output in shuffle.outputs if output is not None)
            if shuffle.missing:
                raise ValueError(f"shuffle {shuffle.id} lacks {shuffle.missing} outputs")
            addresses[shuffle.id] = outputs
        return addresses

    def next_tick(self, now: float) -> float | None:
        """When a `Tick` would next do something; not before ``now``. None: until then, nothing
        but another event can."""
        queues = (self._hung, self._stopping, self._placement)
        due = [at for queue in queues if (at := queue.next_due()) is not None]
        if self.policy.speculation and self._workers.idle and self._graph.stages:
            due.append(self._next_look_for_slow())
        return max(now, min(due)) if due else None

    def idle(self) -> bool:
        """True if there is no job, and no worker still busy with what was cancelled."""
        return not self._jobs and all(w.attempt is None for w in self._workers.all())

    def check(self) -> None:
        """Raise AssertionError if the state contradicts itself. For tests: it is slow."""
        check(self)
