"""The judge of a simulated run: a second, naive account of what the scheduler may and must do.

It hears every event before the scheduler and every command after it, keeps its own books in the
plainest way, and asserts that each command was justified. It shares no code with the scheduler.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from pyrite.core.ids import (
    AttemptId,
    JobId,
    ShuffleId,
    StageId,
    TaskId,
    WorkerId,
    worker_place,
)
from pyrite.core.outcome import Cause, Failure, FetchFailure
from pyrite.core.specs import JobSpec, MapOutput, StageSpec
from pyrite.scheduler import commands as c
from pyrite.scheduler import events as e
from pyrite.scheduler.policy import Policy

Inputs = Mapping[ShuffleId, tuple[MapOutput, ...]]


class Oracle:
    """Books of one run. Everything is by plain dictionaries and looked through in full."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.jobs: dict[JobId, JobSpec] = {}
        self.ended: dict[JobId, c.JobSucceeded | c.JobFailed] = {}
        self.cancelled: set[JobId] = set()
        self.specs: dict[StageId, StageSpec] = {}
        self.workers: dict[WorkerId, str] = {}
        self.gone: set[WorkerId] = set()
        self.running: dict[WorkerId, AttemptId] = {}
        self.ran_last: dict[TaskId, WorkerId] = {}
        self.unwanted: set[AttemptId] = set()
        self.launched: set[AttemptId] = set()
        self.failed: defaultdict[TaskId, set[AttemptId]] = defaultdict(set)
        self.unread: defaultdict[StageId, int] = defaultdict(int)
        self.succeeded: set[AttemptId] = set()
        self.registered: dict[TaskId, MapOutput] = {}
        self.discarded: set[MapOutput] = set()
        self.lost_nodes: set[str] = set()
        self.counted: set[TaskId] = set()
        self.accepted: dict[tuple[JobId, int], AttemptId] = {}
        self.inputs: dict[tuple[StageId, int], Inputs] = {}
        self.started: set[StageId] = set()

    # -- events ------------------------------------------------------------------------------

    def hear(self, event: e.Event) -> None:
        """Take in an event. Call before the scheduler handles it."""
        match event:
            case e.JobSubmitted(spec):
                self.jobs[spec.job] = spec
                self.specs.update((stage.stage, stage) for stage in spec.stages)
            case e.JobCancelled(job) if job in self.jobs:
                self.cancelled.add(job)
            case e.WorkerJoined(worker, node) if worker not in self.gone:
                self.workers[worker] = node
            case e.WorkerLost(worker, failure):
                self._lost(worker, failure)
            case e.NodeLost(node):
                self._node_lost(node)
            case e.TaskSucceeded(worker, attempt):
                if self._reported(worker, attempt):
                    self.succeeded.add(attempt)
            case e.TaskFailed(worker, attempt, failure):
                if self._reported(worker, attempt) and failure.cause is not Cause.CANCELLED:
                    self.failed[attempt.task].add(attempt)
            case e.FetchFailed(worker, attempt, missing):
                if self._reported(worker, attempt):
                    self._unread(attempt, missing)
            case e.ShuffleDropped(shuffle):
                for task in [t for t in self.registered if self.specs[t.stage].shuffle == shuffle]:
                    del self.registered[task]

    def _node_lost(self, node: str) -> None:
        self.lost_nodes.add(node)
        for worker in [w for w, of in self.workers.items() if of == node]:
            self._lost(worker, Failure(Cause.WORKER_LOST, "node lost"))
        for task in [t for t, output in self.registered.items() if output.node == node]:
            self._unregister(task)

    def _unread(self, attempt: AttemptId, missing: FetchFailure) -> None:
        self.unread[attempt.stage] += 1
        maker = next(s for s, spec in self.specs.items() if spec.shuffle == missing.shuffle)
        for partition, output in {**missing.others, missing.map_partition: missing.output}.items():
            task = TaskId(maker, partition)
            if self.registered.get(task) == output:
                self._unregister(task)

    def _unregister(self, task: TaskId) -> None:
        """An output is lost; with one of a barrier stage, so are all."""
        spec = self.specs[task.stage]
        for partition in spec.partitions if spec.barrier else (task.partition,):
            self.registered.pop(TaskId(task.stage, partition), None)

    def _reported(self, worker: WorkerId, attempt: AttemptId) -> bool:
        """True if this is the end of an attempt that counts."""
        if self.running.get(worker) != attempt:
            return False
        del self.running[worker]
        return attempt not in self.unwanted

    def _lost(self, worker: WorkerId, failure: Failure) -> None:
        self.workers.pop(worker, None)
        self.gone.add(worker)
        attempt = self.running.pop(worker, None)
        if attempt and attempt not in self.unwanted and failure.cause is not Cause.CANCELLED:
            self.failed[attempt.task].add(attempt)

    # -- commands ----------------------------------------------------------------------------

    def judge(self, command: c.Command) -> None:
        """Assert that a command is right. Call in order, after the scheduler has handled."""
        match command:
            case c.Launch(worker, attempt, _, reason):
                self._judge_launch(worker, attempt, reason)
            case c.Cancel(worker, attempt):
                assert self.running.get(worker) == attempt, f"cancels {attempt}, not running"
                assert attempt not in self.unwanted, f"cancels {attempt} twice"
                self.unwanted.add(attempt)
            case c.KillWorker(worker):
                assert worker in self.running, f"kills worker {worker}, which does nothing"
                self._lost(worker, Failure(Cause.TIMED_OUT, "killed"))
            case c.Registered(_, attempt, output, first):
                assert attempt.task not in self.registered, f"{attempt.task} registered twice"
                assert first == (attempt.task not in self.counted)
                self.counted.add(attempt.task)
                assert output not in self.discarded
                assert output.node not in self.lost_nodes, f"{output} was lost with its node"
                self._judge_success(attempt)
                self.registered[attempt.task] = output
            case c.OutputDiscarded(output):
                assert output not in self.registered.values(), f"discards {output}, in use"
                self.discarded.add(output)
            case c.Accept(job, attempt):
                assert self.jobs[job].result_stage.stage == attempt.stage
                key = (job, attempt.partition)
                assert key not in self.accepted, f"accepts {key} twice"
                assert job not in self.ended
                self._judge_success(attempt)
                self.accepted[key] = attempt
            case c.JobSucceeded(job) | c.JobFailed(job):
                assert job in self.jobs
                assert job not in self.ended, f"job {job} ends twice"
                self.ended[job] = command
                self._judge_end(command)
            case c.StageStarted(stage):
                assert stage not in self.started
                self.started.add(stage)
            case c.StageFinished(stage) | c.StageDropped(stage):
                self.started.remove(stage)

    def _judge_launch(self, worker: WorkerId, attempt: AttemptId, reason: str) -> None:
        task = attempt.task
        assert worker in self.workers, f"launches {attempt} on unknown worker {worker}"
        assert worker not in self.running, f"worker {worker} is busy with {self.running[worker]}"
        assert attempt not in self.launched, f"{attempt} is launched twice"
        assert attempt.stage in self.started
        assert attempt.partition in self.specs[attempt.stage].partitions
        assert attempt.stage in self._needed(), f"nobody needs {attempt}"
        assert task not in self.registered, f"{attempt}: the task's output is there"
        assert task not in {a.task for a in self.accepted.values()}, f"{attempt}: accepted already"
        others = [w for w, a in self.running.items() if a.task == task and a not in self.unwanted]
        if others:
            assert self.policy.speculation
            assert not self.specs[attempt.stage].barrier
            assert "copy" in reason
            assert len(others) == 1, f"too many copies of {task}"
        if not self.specs[attempt.stage].barrier:  # there others of the stage may need the place
            if not others:
                self._judge_place(worker, attempt)
            self._judge_pin(worker, attempt)
        self.launched.add(attempt)
        self.running[worker] = attempt
        self.ran_last[task] = worker

    def _judge_place(self, worker: WorkerId, attempt: AttemptId) -> None:
        """Nothing runs away from its input while a worker there is idle. One that has just made
        nothing of the task need not be asked again."""
        asked = self.ran_last.get(attempt.task)
        idle = [w for w in self.workers if w not in self.running and w != asked]
        self._judge_distance(worker, attempt, idle, self._versions(attempt.stage))

    def _judge_pin(self, worker: WorkerId, attempt: AttemptId) -> None:
        """What is pinned runs, and is copied, in its places, while a worker lives in one."""
        versions = self._versions(attempt.stage)
        if all(spec.pinned for spec in versions):
            self._judge_distance(worker, attempt, list(self.workers), versions)

    def _judge_distance(
        self,
        worker: WorkerId,
        attempt: AttemptId,
        nearer: list[WorkerId],
        versions: list[StageSpec],
    ) -> None:
        """It is in its place, or none of ``nearer`` is, as some version of the stage has it."""
        for spec in versions:
            places = spec.preferred.get(attempt.partition, ())
            if not places or self._matches(worker, places):
                return
            if not any(self._matches(w, places) for w in nearer):
                return
        raise AssertionError(f"{attempt} is on worker {worker}, outside {places}")

    def _matches(self, worker: WorkerId, places: tuple[str, ...]) -> bool:
        return worker_place(worker) in places or self.workers[worker] in places

    def _judge_success(self, attempt: AttemptId) -> None:
        """It has succeeded; in a barrier stage, so have all others of its try."""
        spec = self.specs[attempt.stage]
        for partition in spec.partitions if spec.barrier else (attempt.partition,):
            assert attempt._replace(partition=partition) in self.succeeded, f"{attempt} counts"

    def judge_barriers(self, commands: list[c.Command]) -> None:
        """After all commands of an event: barrier stages begin, go on and count as one."""
        stages = [spec for spec in self.specs.values() if spec.barrier]
        for spec in stages:
            whole = [AttemptId(spec.stage, partition, 0) for partition in spec.partitions]
            launched = [x.attempt for x in commands if isinstance(x, c.Launch)]
            counted = [x.attempt for x in commands if isinstance(x, c.Accept | c.Registered)]
            for attempts in (launched, counted):
                mine = [a for a in attempts if a.stage == spec.stage]
                assert len({a.number for a in mine}) <= 1, f"{mine} are of different tries"
                assert not mine or sorted(a._replace(number=0) for a in mine) == sorted(whole)
            running = {a for a in self.running.values() if a.stage == spec.stage}
            for attempt in running - self.unwanted:
                others = {a._replace(number=attempt.number) for a in whole}
                gone = others - running - self.succeeded
                assert not gone, f"{attempt} runs on without {gone}"
                assert not others & self.unwanted, f"{attempt} runs on, not all of {others}"

    def judge_inputs(self, launch: c.Launch, inputs: Inputs) -> None:
        """The addresses sent with a launch: complete, current, and one version per epoch."""
        key = (launch.attempt.stage, launch.epoch)
        assert self.inputs.setdefault(key, inputs) == inputs, f"inputs of {key} changed"
        plans = [
            {self.specs[parent].shuffle for parent in spec.parents}
            for spec in self._versions(launch.attempt.stage)
        ]
        assert set(inputs) in plans, f"{launch}: reads {set(inputs)}, as in no active job's plan"
        for parent in [spec for spec in self.specs.values() if spec.shuffle in inputs]:
            assert parent.shuffle is not None
            known = [self.registered.get(TaskId(parent.stage, p)) for p in parent.partitions]
            assert known == list(inputs[parent.shuffle]), f"{launch}: inputs are out of date"

    def _versions(self, stage: StageId) -> list[StageSpec]:
        """A stage as the active jobs have it, for one may have been planned anew for a later."""
        active = [spec for job, spec in self.jobs.items() if job not in self.ended]
        return [spec for job in active for spec in job.stages if spec.stage == stage]

    def _judge_end(self, command: c.JobSucceeded | c.JobFailed) -> None:
        spec = self.jobs[command.job]
        result = spec.result_stage
        if isinstance(command, c.JobSucceeded):
            tasks = [TaskId(result.stage, partition) for partition in result.partitions]
            if result.shuffle is None:
                got = {partition for job, partition in self.accepted if job == spec.job}
                assert got == set(result.partitions)
            else:
                assert all(task in self.registered for task in tasks)
            return
        cause, attempt = command.failure.cause, command.attempt
        if cause is Cause.CANCELLED:
            assert spec.job in self.cancelled
            return
        assert attempt is not None
        assert attempt.stage in {stage.stage for stage in spec.stages}
        if cause is Cause.SHUFFLE_LOST:
            assert self.unread[attempt.stage] >= self.policy.max_fetch_failures
        else:
            stage = self.specs[attempt.stage]
            failed = {a.number for a in self.failed[attempt.task]}
            if stage.barrier:
                tasks = [TaskId(stage.stage, partition) for partition in stage.partitions]
                failed = {a.number for task in tasks for a in self.failed[task]}
            assert len(failed) >= self.policy.max_attempts

    def _needed(self) -> set[StageId]:
        """Stages that active jobs need: by the plainest recursion over lineage."""
        needed: set[StageId] = set()
        for job, spec in self.jobs.items():
            if job not in self.ended:
                self._need(spec.result_stage, needed)
        return needed

    def _need(self, spec: StageSpec, needed: set[StageId]) -> None:
        tasks = [TaskId(spec.stage, partition) for partition in spec.partitions]
        if spec.shuffle is not None and all(task in self.registered for task in tasks):
            return
        needed.add(spec.stage)
        for parent in {parent for each in self._versions(spec.stage) for parent in each.parents}:
            self._need(self.specs[parent], needed)
