"""What the driver asks of any place where workers live, and what it is told in return."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import TypeAlias

from pyrite.core.barrier import BarrierAnswer, BarrierCall
from pyrite.core.ids import AttemptId, NodeId, ShuffleId, StageId, WorkerId
from pyrite.core.lean import value
from pyrite.core.outcome import TaskReport
from pyrite.core.specs import MapOutput, TaskLaunch
from pyrite.scheduler.events import TaskProgress, WorkerJoined, WorkerLost


@value
class WorkerPrinted:
    """Whole lines that a worker printed, without the last one's end.

    Parameters:
        attempt: what it was running, or None.
        stream: ``"stdout"`` or ``"stderr"``.
    """

    worker: WorkerId
    attempt: AttemptId | None
    stream: str
    text: str


@value
class ClusterFailed:
    """No workers can be had; nothing will run any more."""

    message: str


@value
class BarrierReached:
    """A task of a barrier stage waits for an answer."""

    worker: WorkerId
    call: BarrierCall


ClusterEvent: TypeAlias = (
    WorkerJoined
    | WorkerLost
    | TaskReport
    | TaskProgress
    | BarrierReached
    | WorkerPrinted
    | ClusterFailed
)


class Cluster(ABC):
    """Workers, each running one task at a time.

    One thread gives commands, which return at once, and asks for `events`. Others may call
    `rouse`, `wait` and `wake`.
    """

    @property
    @abstractmethod
    def folder(self) -> str:
        """The folder of the driver's node, which workers on it share; removed by `stop`."""

    @property
    @abstractmethod
    def size(self) -> int:
        """How many workers there are, when all live."""

    @abstractmethod
    def start(self) -> None:
        """Begin to bring up the workers. Before all else, in any thread."""

    @abstractmethod
    def events(self, timeout: float | None) -> list[ClusterEvent]:
        """What has happened since the last call. Waits until there is something, or somebody calls
        `rouse`, but no longer than ``timeout`` seconds; None: for as long as it takes."""

    @abstractmethod
    def rouse(self) -> None:
        """Have `events` return now, or else when next it is called. A finalizer may call this."""

    @abstractmethod
    def launch(self, worker: WorkerId, task: TaskLaunch) -> None:
        """Run an attempt. It is reported exactly once, or the worker is reported lost."""

    @abstractmethod
    def answer(self, worker: WorkerId, answer: BarrierAnswer) -> None:
        """Tell a task what it waits for. Without effect if it waits no more."""

    @abstractmethod
    def cancel(self, worker: WorkerId, attempt: AttemptId) -> None:
        """Ask an attempt to stop, if it still runs. It is reported as cancelled."""

    @abstractmethod
    def kill(self, worker: WorkerId) -> None:
        """End a worker at once. It will be reported lost, and replaced."""

    @abstractmethod
    def forget_stage(self, stage: StageId) -> None:
        """Workers may drop the stage's code."""

    def import_from(self, path: str) -> None:
        """Workers, those to come too, are to import also from this folder or archive. Without
        effect where workers share the driver's ``sys.path``."""

    @abstractmethod
    def forget_broadcast(self, number: int) -> None:
        """Tasks launched from now on read the broadcast value anew."""

    @abstractmethod
    def forget_dataset(self, dataset: NodeId) -> None:
        """The dataset's cached blocks are not wanted any more: those on disk are gone when this
        returns, those in memory before a worker runs the next task."""

    @abstractmethod
    def datasets_on_disk(self) -> list[NodeId]:
        """The datasets of which there are files, finished or not."""

    @abstractmethod
    def remove_output(self, output: MapOutput) -> None:
        """Nobody will read this map output again."""

    @abstractmethod
    def forget_shuffle(self, shuffle: ShuffleId) -> None:
        """Nobody will read any map output of this shuffle again."""

    @abstractmethod
    def stop(self) -> None:
        """End all workers and remove their files. Returns when nothing is left."""

    def wait(self, done: threading.Event) -> None:
        """Wait in the calling thread; a cluster may use the thread to run tasks."""
        done.wait()

    def wake(self) -> None:
        """Look again whether what is waited for is done."""
