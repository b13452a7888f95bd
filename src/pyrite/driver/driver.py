"""The driver as callers hold it: it plans their jobs, and tells the loop what is wanted."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence

from pyrite.blocks.level import StorageLevel
from pyrite.cluster.base import Cluster
from pyrite.compile.compiler import Compiler
from pyrite.core.ids import NodeId
from pyrite.driver.events import Listener
from pyrite.driver.job import Job
from pyrite.driver.loop import Loop
from pyrite.driver.messages import (
    CancelChosen,
    DatasetDropped,
    ForgetBroadcast,
    ImportPath,
    Stop,
    Unpersisted,
)
from pyrite.driver.rendezvous import Rendezvous
from pyrite.driver.summary import Accumulating, NoAccumulators
from pyrite.lineage.narrow import Transformed
from pyrite.lineage.node import Node, Source
from pyrite.plan.barrier import check_slots
from pyrite.plan.persisted import Persisted
from pyrite.plan.planner import Around, Planner, plainly
from pyrite.plan.program import Action
from pyrite.scheduler import events as heard
from pyrite.scheduler.history import History
from pyrite.scheduler.policy import Policy


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
        compiler: makes the code of stages, if that is wanted.
    """

    def __init__(
        self,
        cluster: Cluster,
        policy: Policy,
        listeners: Sequence[Listener] = (),
        history: History | None = None,
        accumulators: Accumulating | None = None,
        around: Around = plainly,
        rendezvous: Rendezvous | None = None,
        compiler: Compiler | None = None,
    ) -> None:
        self._cluster = cluster
        self.persisted = Persisted()
        self._planner = Planner(self.persisted, around, compiler)
        self._loop = Loop(
            cluster,
            self._planner,
            policy,
            listeners,
            history,
            accumulators or NoAccumulators(),
            rendezvous or Rendezvous(),
        )

    def start(self) -> None:
        """Bring up the cluster; returns before its workers are there."""
        self._cluster.start()
        self._loop.start()

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
        if refusal := self._loop.refusal():
            raise refusal
        plan = self._planner.plan(node, partitions, action, name)
        for stage in plan.stages:
            check_slots(stage.spec, self._cluster.size)
        job = Job(node, partitions, action, plan, properties)
        for shuffle in self._planner.take_dropped():
            self._loop.tell(heard.ShuffleDropped(shuffle))
        self._loop.tell(job)
        if (refusal := self._loop.refusal()) and not job.done.is_set():
            job.finish(refusal)  # the loop may have ended between the two looks
        return job

    def persist(self, node: Node, level: StorageLevel) -> None:
        """From now on, keep what is computed of a dataset, until it is unpersisted or garbage.

        Raises:
            ValueError: it is kept already, in another way.
        """
        self.freeze(node)
        known = self.persisted.level(node.id)
        if known is None:
            self.persisted.add(node.id, level)
            weakref.finalize(node, self._loop.tell, DatasetDropped(node.id)).atexit = False
        elif known != level:
            raise ValueError(
                f"the dataset is kept {known} already; unpersist() it before it is kept {level}"
            )

    def unpersist(self, dataset: NodeId) -> None:
        """Keep a dataset's blocks no longer. Workers drop them when they have time."""
        if self.persisted.discard(dataset):
            self._loop.tell(Unpersisted(dataset))

    def forget_shuffles(self, node: Node) -> None:
        """Delete what was shuffled for a dataset, as far back as the nearest persisted ones. Jobs
        that run are left what they need."""
        for shuffle in self._planner.forget_shuffles(node):
            self._loop.tell(heard.ShuffleDropped(shuffle))

    def freeze(self, node: Node) -> None:
        """Have what a dataset's functions captured count as it is now.

        Raises:
            SerializationError: they cannot be sent to workers.
        """
        self._planner.freeze(node)

    def freeze_parents(self, node: Node) -> None:
        """The same of all that is put together, or shuffled, for ``node``; what is merely mapped
        is not frozen.

        Raises:
            SerializationError: they cannot be sent to workers.
        """
        if not isinstance(node, Transformed | Source):
            for edge in node.dependencies:
                if edge.parent is not None:
                    self.freeze(edge.parent)

    def truncate(self, node: Node, saved: Node) -> None:
        """From now on a dataset is read from ``saved``; how it was made is forgotten."""
        self._planner.truncate(node, saved)

    def cancel(self, job: Job, reason: str) -> None:
        """Stop a job. Its waiters get JobCancelled."""
        self._loop.tell(heard.JobCancelled(job.id, reason))

    def cancel_all(self, reason: str, chosen: Callable[[Job], bool] = lambda job: True) -> None:
        """Stop all jobs submitted so far, or those of them that are chosen."""
        self._loop.tell(CancelChosen(reason, chosen))

    def forget_broadcast(self, number: int) -> None:
        """Tasks of later jobs read the broadcast value anew. A finalizer may call this."""
        self._loop.tell(ForgetBroadcast(number))

    def stop(self) -> None:
        """Cancel all jobs and end the cluster. Returns when nothing is left of it."""
        self._loop.tell(Stop())
        self._loop.join()

    @property
    def folder(self) -> str:
        """The cluster's folder on the driver's machine, removed by `stop`."""
        return self._cluster.folder

    def import_from(self, path: str) -> None:
        """Let the tasks of all jobs from now on import from a folder or archive."""
        self._loop.tell(ImportPath(path))
