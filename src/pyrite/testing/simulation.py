"""A simulated cluster with a seed: the scheduler meets every trouble, thousands of times a minute.

Nothing here is real but the scheduler: time is a number, workers are entries in a dictionary, and
chance comes from the seed, so that a run that fails can be run again, step by step. Tasks really
depend on their inputs: an attempt looks for the files it was told of, and its value is a hash of
theirs, so a wrong, stale or missing input shows in the answer. A stage that was planned anew reads
other inputs for the same values, as one does that reads a cached dataset.

`simulate(seed)` runs one schedule and raises AssertionError if anything is amiss.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from random import Random

from pyrite.core.ids import AttemptId, JobId, ShuffleId, StageId, TaskId, WorkerId
from pyrite.core.outcome import Cause, Failure, FetchFailure
from pyrite.core.specs import JobSpec, MapOutput, StageSpec
from pyrite.scheduler import commands as c
from pyrite.scheduler import events as e
from pyrite.scheduler.history import History, RecordedScheduler
from pyrite.testing.simulation_oracle import Inputs, Oracle
from pyrite.testing.simulation_setting import Setting, draw

MAX_STEPS = 20_000
HEARTBEAT = 1.0


@dataclass(slots=True)
class SimulatedWorker:
    id: WorkerId
    node: str
    alive: bool = True
    attempt: AttemptId | None = None
    hung: bool = False
    last_words: float = 0.0
    """When its latest message arrives: messages of one worker do not overtake one another."""


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a simulated run."""

    history: History
    ended: dict[JobId, c.JobSucceeded | c.JobFailed]
    launches: int


def simulate(seed: int) -> Run:
    """Run the setting drawn from ``seed``."""
    return Simulation(draw(seed)).run()


class Simulation:
    """One run. Raises AssertionError from `run` if the scheduler does anything wrong."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.troubles = setting.troubles
        self.random = Random(f"{setting.seed}")
        self.scheduler = RecordedScheduler(setting.policy)
        self.oracle = Oracle(setting.policy)
        self.now = 0.0
        self.workers: dict[WorkerId, SimulatedWorker] = {}
        self.files: dict[MapOutput, int] = {}
        self.results: dict[AttemptId, int] = {}
        self.truth: dict[StageId, list[int]] = {}
        """What the tasks of each stage compute when nothing goes wrong."""
        self._agenda: list[tuple[float, int, Callable[[], object]]] = []
        self._order = count()
        self._node_names = (f"node-{number}" for number in count())
        self._worker_ids = count()
        self._tick_at: float | None = None
        self._dropped: set[ShuffleId] = set()
        self._lost_nodes: set[str] = set()

    # -- time --------------------------------------------------------------------------------

    def after(self, delay: float, action: Callable[[], object]) -> None:
        heapq.heappush(self._agenda, (self.now + delay, next(self._order), action))

    def run(self) -> Run:
        """Until nothing is left to happen."""
        self._prepare()
        steps = 0
        while self._agenda:
            steps += 1
            assert steps < MAX_STEPS, "this does not end"
            self.now, _, action = heapq.heappop(self._agenda)
            action()
        self._conclude()
        launches = len(self.oracle.launched)
        return Run(self.scheduler.history, self.oracle.ended, launches)

    def _prepare(self) -> None:
        for _ in range(self.setting.nodes):
            self._add_node()
        for submission in self.setting.submissions:
            self.after(submission.at, lambda s=submission: self.tell(e.JobSubmitted(s.spec)))  # type: ignore[misc]
            if submission.cancel_at is not None:
                event = e.JobCancelled(submission.spec.job, "no patience")
                self.after(submission.cancel_at, lambda event=event: self.tell(event))  # type: ignore[misc]
        for rate, trouble in (
            (self.troubles.kill_rate, self._kill_some_worker),
            (self.troubles.node_loss_rate, self._lose_some_node),
            (self.troubles.rot_rate, self._rot_some_file),
            (self.troubles.noise_rate, self._make_noise),
        ):
            if rate:
                self._again_and_again(rate, trouble)

    def _again_and_again(self, rate: float, trouble: Callable[[], object]) -> None:
        def strike() -> None:
            trouble()
            self._again_and_again(rate, trouble)

        delay = self.random.expovariate(rate)
        if self.now + delay < self.troubles.calm_after:
            self.after(delay, strike)

    @property
    def calm(self) -> bool:
        return self.now >= self.troubles.calm_after

    # -- between the scheduler and the cluster -----------------------------------------------

    def tell(self, event: e.Event) -> list[c.Command]:
        """The scheduler hears of an event, and is obeyed."""
        self.oracle.hear(event)
        if isinstance(event, e.JobSubmitted):
            self._learn_values(event.spec)
        commands = self.scheduler.handle(event, self.now)
        state = self.scheduler.state
        state.check()
        for command in commands:
            self.oracle.judge(command)
            match command:
                case c.Launch():
                    inputs = dict(state.inputs(command.attempt.stage))
                    self.oracle.judge_inputs(command, inputs)
                    self._launch(command, inputs)
                case c.Cancel(worker, attempt):
                    self.after(self._short(), lambda w=worker, a=attempt: self._cancel(w, a))  # type: ignore[misc]
                case c.KillWorker(worker):
                    self._kill(self.workers[worker], "killed on request")
                case c.OutputDiscarded(output):
                    self.files.pop(output, None)
                case c.JobSucceeded(job):
                    self._check_answer(job)
                    self._drop_shuffles()
                case c.JobFailed():
                    self._drop_shuffles()
        self.oracle.judge_barriers(commands)
        self._plan_tick()
        return commands

    def _plan_tick(self) -> None:
        due = self.scheduler.state.next_tick(self.now)
        if due is not None and (self._tick_at is None or due < self._tick_at):
            self._tick_at = due
            self.after(due - self.now, lambda: self._tick(due))

    def _tick(self, due: float) -> None:
        if self._tick_at == due:  # else an earlier one has taken its place
            self._tick_at = None
            # Due is due, whatever the addition of a delay has done to the last bits.
            self.now = max(self.now, due)
            self.tell(e.Tick())
            again = self.scheduler.state.next_tick(self.now)
            assert again is None or again > self.now, "a tick that changes nothing"

    def _send(self, worker: SimulatedWorker, event: e.Event) -> None:
        """A worker's message is under way; sometimes it comes twice."""
        arrival = max(self.now + self._delay(), worker.last_words)
        worker.last_words = arrival
        self.after(arrival - self.now, lambda: self.tell(event))
        if self._chance(self.troubles.echo_chance):
            self.after(arrival - self.now + self.random.uniform(0, 8), lambda: self._echo(event))

    def _echo(self, event: e.Event) -> None:
        """What has been heard changes nothing; only a file may be found needless once more."""
        commands = self.tell(event)
        needless = all(isinstance(command, c.OutputDiscarded) for command in commands)
        assert needless, f"{event} came twice and caused {commands}"

    def _delay(self) -> float:
        return self.random.uniform(0, self.troubles.delay) if self.troubles.delay else 0.0

    def _short(self) -> float:
        return self.random.uniform(0, 0.5)

    def _chance(self, chance: float) -> bool:
        return bool(chance) and not self.calm and self.random.random() < chance

    # -- workers -----------------------------------------------------------------------------

    def _add_node(self) -> None:
        node = next(self._node_names)
        for _ in range(self.setting.workers_per_node):
            self.after(self.random.uniform(0, 4), lambda: self._add_worker(node))

    def _add_worker(self, node: str) -> None:
        if node in self._lost_nodes:
            return  # its replacement brings workers of its own
        worker = SimulatedWorker(next(self._worker_ids), node)
        self.workers[worker.id] = worker
        self._send(worker, e.WorkerJoined(worker.id, node))

    def _launch(self, launch: c.Launch, inputs: Inputs) -> None:
        worker, attempt = self.workers[launch.worker], launch.attempt
        if not worker.alive:
            return  # its loss is on the way
        assert worker.attempt is None, f"worker {worker.id} still runs {worker.attempt}"
        worker.attempt = attempt
        if self.setting.policy.task_timeout and self._chance(self.troubles.hang_chance):
            worker.hung = True
            return
        seconds = self.random.uniform(0.2, 1.0)
        if self._chance(self.troubles.slow_chance):
            seconds *= 10
        self.after(seconds, lambda: self._finish(worker, attempt, inputs))
        for beat in range(1, int(seconds / HEARTBEAT) + 1):
            self.after(beat * HEARTBEAT, lambda b=beat: self._beat(worker, attempt, b))  # type: ignore[misc]

    def _beat(self, worker: SimulatedWorker, attempt: AttemptId, amount: int) -> None:
        if worker.alive and worker.attempt == attempt:
            self._send(worker, e.TaskProgress(worker.id, attempt, amount))

    def _finish(self, worker: SimulatedWorker, attempt: AttemptId, inputs: Inputs) -> None:
        """The attempt reads its inputs and makes its value, if it still can."""
        if not worker.alive or worker.attempt != attempt:
            return
        worker.attempt = None
        missing = self._find_missing(inputs)
        if missing is not None:
            self._send(worker, e.FetchFailed(worker.id, attempt, missing))
        elif attempt.task in self.troubles.poison or self._chance(self.troubles.error_chance):
            self._send(worker, e.TaskFailed(worker.id, attempt, Failure(Cause.ERROR, "boom")))
        else:
            value = self._value(attempt.task, inputs)
            output = None
            if self.oracle.specs[attempt.stage].shuffle is not None:
                path = f"{attempt.stage}/{attempt.partition}/{attempt.number}"
                output = MapOutput(worker.node, path)
                assert output not in self.files
                self.files[output] = value
            else:
                self.results[attempt] = value
            self._send(worker, e.TaskSucceeded(worker.id, attempt, output))

    def _value(self, task: TaskId, inputs: Inputs) -> int:
        """The true value if the inputs have theirs, whichever plan of the stage they belong to."""
        read = [self.files[output] for outputs in inputs.values() for output in outputs]
        stages = {spec.shuffle: stage for stage, spec in self.oracle.specs.items()}
        right = [value for shuffle in inputs for value in self.truth[stages[shuffle]]]
        if read != right:
            return value_of(task, read)
        return self.truth[task.stage][
            self.oracle.specs[task.stage].partitions.index(task.partition)
        ]

    def _learn_values(self, spec: JobSpec) -> None:
        for stage in spec.stages:
            if stage.stage not in self.truth:
                self.truth[stage.stage] = expected_values(stage, self.truth)

    def _find_missing(self, inputs: Inputs) -> FetchFailure | None:
        for shuffle, outputs in inputs.items():
            spec = next(s for s in self.oracle.specs.values() if s.shuffle == shuffle)
            missing = {
                partition: output
                for partition, output in zip(spec.partitions, outputs, strict=True)
                if output not in self.files
            }
            for partition, output in missing.items():
                others = missing if self.random.random() < 0.5 else {}  # it may be killed looking
                return FetchFailure(shuffle, partition, output, "no such file", others)
        return None

    def _cancel(self, worker_id: WorkerId, attempt: AttemptId) -> None:
        worker = self.workers[worker_id]
        if worker.alive and worker.attempt == attempt and not worker.hung:
            worker.attempt = None
            failure = Failure(Cause.CANCELLED, "cancelled")
            self._send(worker, e.TaskFailed(worker_id, attempt, failure))

    # -- troubles ----------------------------------------------------------------------------

    def _kill(self, worker: SimulatedWorker, why: str) -> None:
        """A process dies; the loss is noticed some time, and another takes its place."""
        if worker.alive:
            worker.alive = False
            event = e.WorkerLost(worker.id, Failure(Cause.WORKER_LOST, why))
            self.after(self._delay(), lambda: self.tell(event))
            self.after(self._delay() + self._short(), lambda: self._add_worker(worker.node))

    def _kill_some_worker(self) -> None:
        alive = [worker for worker in self.workers.values() if worker.alive]
        if alive:
            self._kill(self.random.choice(alive), "killed by signal 9")

    def _lose_some_node(self) -> None:
        alive = sorted({worker.node for worker in self.workers.values() if worker.alive})
        if not alive:
            return
        node = self.random.choice(alive)
        self._lost_nodes.add(node)
        for output in [output for output in self.files if output.node == node]:
            del self.files[output]
        # Which the scheduler hears of first, the node or its workers, is left to chance.
        event = e.NodeLost(node, "no heartbeat")
        self.after(self._delay(), lambda: self.tell(event))
        for worker in self.workers.values():
            if worker.alive and worker.node == node:
                worker.alive = False
                lost = e.WorkerLost(worker.id, Failure(Cause.WORKER_LOST, "connection lost"))
                self.after(self._delay(), lambda lost=lost: self.tell(lost))  # type: ignore[misc]
        self._add_node()

    def _rot_some_file(self) -> None:
        """A file disappears, or its checksum is wrong: to its readers it is the same."""
        if self.files:
            del self.files[self.random.choice(list(self.files))]

    def _make_noise(self) -> None:
        """Events about what the scheduler has never heard of."""
        attempt = AttemptId(self.random.choice((0, 1000, 77)), 0, 999)
        worker = self.random.choice([*self.workers, 7777])
        output = MapOutput("node-0", "noise")
        failure = Failure(Cause.ERROR, "noise")
        event = self.random.choice(
            (
                e.TaskSucceeded(worker, attempt),
                e.TaskFailed(worker, attempt, failure),
                e.FetchFailed(worker, attempt, FetchFailure(100, 0, output, "noise")),
                e.TaskProgress(worker, attempt, 1),
                e.WorkerLost(8888, failure),
                e.NodeLost("node-noise", "noise"),
                e.JobCancelled(JobId(7777), "noise"),
                e.ShuffleDropped(7777),
            )
        )
        commands = self.tell(event)
        assert not commands, f"{event} caused {commands}"

    def _drop_shuffles(self) -> None:
        """The driver lets go of shuffles that no job to come can name."""
        coming = [
            submission.spec
            for submission in self.setting.submissions
            if submission.spec.job not in self.oracle.ended
        ]
        kept = {stage.shuffle for spec in coming for stage in spec.stages}
        for spec in self.oracle.specs.values():
            if spec.shuffle is not None and spec.shuffle not in kept | self._dropped:
                self._dropped.add(spec.shuffle)
                event = e.ShuffleDropped(spec.shuffle)
                self.after(self._delay(), lambda event=event: self.tell(event))  # type: ignore[misc]

    # -- the end -----------------------------------------------------------------------------

    def _check_answer(self, job: JobId) -> None:
        """A job's accepted results are what its lineage says."""
        result = self.oracle.jobs[job].result_stage
        if result.shuffle is not None:
            return
        accepted = [
            self.results[self.oracle.accepted[job, partition]] for partition in result.partitions
        ]
        assert accepted == self.truth[result.stage], f"job {job}: a wrong answer"

    def _conclude(self) -> None:
        """All jobs have ended, the shuffles have gone, and nothing is left."""
        unfinished = [job for job in self.oracle.jobs if job not in self.oracle.ended]
        assert not unfinished, f"jobs {unfinished} are stuck"
        state = self.scheduler.state
        assert state.idle()
        assert not self.oracle.started
        assert not self.oracle.registered
        assert not any(state.outputs(shuffle) for shuffle in self._dropped)
        assert not self.files, f"files left behind: {list(self.files)}"
        for job, poisoned in self._poisoned_jobs():
            assert not poisoned or isinstance(self.oracle.ended[job], c.JobFailed)

    def _poisoned_jobs(self) -> list[tuple[JobId, bool]]:
        return [
            (job, any(task.stage == spec.result_stage.stage for task in self.troubles.poison))
            for job, spec in self.oracle.jobs.items()
        ]


def value_of(task: TaskId, inputs: list[int]) -> int:
    """What a task computes: a hash of its lineage."""
    return hash((task, *inputs))


def expected_values(stage: StageSpec, known: dict[StageId, list[int]]) -> list[int]:
    """What the tasks of a stage compute when nothing goes wrong."""
    inputs = [value for parent in stage.parents for value in known[parent]]
    return [value_of(TaskId(stage.stage, p), inputs) for p in stage.partitions]
