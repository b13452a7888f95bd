"""What a simulated run is made of, drawn from a seed: a cluster, jobs, a policy and its troubles.

Each seed switches each kind of trouble on or off for the whole run (swarm testing): faults that
mask one another when all happen at once are then seen alone as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from pyrite.core.ids import JobId, TaskId, worker_place
from pyrite.core.lean import replace
from pyrite.core.specs import JobSpec, StageSpec
from pyrite.scheduler import Policy

PLANNED_ANEW = 100
"""Jobs numbered from here on follow one that was cancelled, with another plan."""


@dataclass(frozen=True, slots=True)
class Troubles:
    """What goes wrong until ``calm_after``. Rates are per simulated second and for the whole
    cluster, chances per attempt or message; times are in seconds."""

    calm_after: float = 30.0
    kill_rate: float = 0.0
    node_loss_rate: float = 0.0
    rot_rate: float = 0.0
    noise_rate: float = 0.0
    error_chance: float = 0.0
    hang_chance: float = 0.0
    slow_chance: float = 0.0
    echo_chance: float = 0.0
    delay: float = 0.0
    poison: frozenset[TaskId] = frozenset()
    """Tasks that fail each time."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A job, when it comes, and when its user loses patience."""

    spec: JobSpec
    at: float
    cancel_at: float | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """All that a run depends on, but for the dice rolled on the way (``seed``)."""

    seed: int
    nodes: int
    workers_per_node: int
    policy: Policy
    troubles: Troubles
    submissions: tuple[Submission, ...]


def draw(seed: int) -> Setting:
    """The setting that belongs to ``seed``."""
    random = Random(seed)
    nodes, workers_per_node = random.randint(1, 4), random.randint(1, 3)
    submissions = draw_jobs(random, nodes)
    if random.random() < 0.5:
        submissions = with_barriers(random, submissions, nodes * workers_per_node)
    return Setting(
        seed=seed,
        nodes=nodes,
        workers_per_node=workers_per_node,
        policy=draw_policy(random),
        troubles=draw_troubles(random, submissions),
        submissions=submissions,
    )


def draw_policy(random: Random) -> Policy:
    return Policy(
        max_attempts=random.choice((1, 2, 4, 4, 8)),
        max_fetch_failures=random.choice((2, 4, 4, 8)),
        locality_wait=random.choice((0.0, 0.0, 0.5, 3.0)),
        task_timeout=random.choice((0.0, 5.0)),
        cancel_grace=4.0,
        speculation=random.random() < 0.4,
        speculation_quantile=random.choice((0.5, 0.9)),
        speculation_multiplier=random.choice((1.5, 3.0)),
        speculation_interval=0.5,
    )


def draw_troubles(random: Random, submissions: tuple[Submission, ...]) -> Troubles:
    def some(value: float) -> float:
        return random.random() * value if random.random() < 0.4 else 0.0

    tasks = [
        TaskId(stage.stage, partition)
        for submission in submissions
        for stage in submission.spec.stages
        for partition in stage.partitions
    ]
    return Troubles(
        kill_rate=some(0.6),
        node_loss_rate=some(0.2),
        rot_rate=some(0.8),
        noise_rate=some(1.0),
        error_chance=some(0.2),
        hang_chance=some(0.1),
        slow_chance=some(0.4),
        echo_chance=some(0.3),
        delay=random.choice((0.0, 0.0, 0.2, 2.0)),
        poison=frozenset({random.choice(tasks)})
        if tasks and random.random() < 0.1
        else frozenset(),
    )


def draw_jobs(random: Random, nodes: int) -> tuple[Submission, ...]:
    """One to five jobs over a common stock of map stages, so that they share shuffles."""
    lineage: list[StageSpec] = []
    for stage in range(random.randint(0, 7)):
        parents = draw_parents(random, stage)
        lineage.append(draw_stage(random, stage, parents, nodes, shuffle=100 + stage))
    submissions = []
    for job in range(random.randint(1, 5)):
        result = 1000 + job
        parents = tuple(sorted(random.sample(range(len(lineage)), min(len(lineage), 1))))
        stages = ancestors(lineage, parents)
        if not stages or random.random() > 0.1:  # else a job for the shuffle alone
            stages = (*stages, draw_stage(random, result, parents, nodes, shuffle=None))
        at = random.uniform(0, 12) if job else 0.0
        impatient = random.random() < 0.25
        cancel_at = at + random.uniform(0, 10) if impatient else None
        submissions.append(Submission(JobSpec(JobId(job), stages), at, cancel_at))
        if cancel_at is not None and random.random() < 0.7:
            again = plan_anew(random, lineage, stages, nodes)
            submissions.append(Submission(JobSpec(JobId(PLANNED_ANEW + job), again), cancel_at))
    return tuple(submissions)


def plan_anew(
    random: Random, lineage: list[StageSpec], stages: tuple[StageSpec, ...], nodes: int
) -> tuple[StageSpec, ...]:
    """A job's stages, some map stages of which now read, and prefer, something else: so does a
    driver when cached blocks are lost. ``lineage`` is changed, for jobs to come."""
    for spec in stages:
        if spec.shuffle is not None and random.random() < 0.7:
            parents = draw_parents(random, spec.stage)
            drawn = draw_stage(random, spec.stage, parents, nodes, spec.shuffle)
            lineage[spec.stage] = replace(drawn, partitions=spec.partitions)
    last = stages[-1]
    if last.shuffle is not None:
        return ancestors(lineage, (last.stage,))
    return (*ancestors(lineage, last.parents), replace(last, stage=PLANNED_ANEW + last.stage))


def with_barriers(
    random: Random, submissions: tuple[Submission, ...], workers: int
) -> tuple[Submission, ...]:
    """The same jobs, with barrier stages among those that find as many ``workers`` as tasks."""
    fit = {
        stage.stage
        for submission in submissions
        for stage in submission.spec.stages
        if len(stage.partitions) <= workers
    }
    chosen = {stage for stage in sorted(fit) if random.random() < 0.7}
    return tuple(
        replace(submission, spec=replace(submission.spec, stages=stages))
        for submission in submissions
        for stages in [tuple(replace(s, barrier=s.stage in chosen) for s in submission.spec.stages)]
    )


def draw_parents(random: Random, stage: int) -> tuple[int, ...]:
    return tuple(sorted(random.sample(range(stage), min(stage, random.choice((0, 1, 1, 2))))))


def draw_stage(
    random: Random, stage: int, parents: tuple[int, ...], nodes: int, shuffle: int | None
) -> StageSpec:
    partitions: range | tuple[int, ...] = range(random.choice((1, 2, 3, 5, 8, 12)))
    if shuffle is None and random.random() < 0.3:  # an action may ask for some partitions only
        partitions = tuple(random.sample(range(20), random.randint(0, 4)))
    preferred = {}
    if random.random() < 0.5:
        places = [draw_place(random, nodes) for _ in range(random.randint(1, 4))]
        preferred = {p: draw_some(random, places) for p in partitions if p % 4}
    pinned = random.random() < 0.5
    return StageSpec(stage, partitions, parents, shuffle, preferred=preferred, pinned=pinned)


def draw_place(random: Random, nodes: int) -> str:
    """A worker or a node that may not be there yet, or never come."""
    if random.random() < 0.6:
        return worker_place(random.randrange(3 * nodes))
    return f"node-{random.randrange(nodes + 1)}"


def draw_some(random: Random, places: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(random.choices(places, k=random.choice((1, 1, 2)))))


def ancestors(lineage: list[StageSpec], stages: tuple[int, ...]) -> tuple[StageSpec, ...]:
    """The specs of ``stages`` and all they are made from, parents first."""
    needed, todo = set(stages), list(stages)
    while todo:
        for parent in lineage[todo.pop()].parents:
            if parent not in needed:
                needed.add(parent)
                todo.append(parent)
    return tuple(spec for spec in lineage if spec.stage in needed)
