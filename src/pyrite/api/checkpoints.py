"""Checkpoints of one context: which datasets are to be saved when a job has computed them."""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING

from pyrite.api.rdd import RDD
from pyrite.blocks.level import StorageLevel
from pyrite.core.lean import state
from pyrite.core.log import log
from pyrite.lineage.kept import Gone
from pyrite.lineage.node import Node

if TYPE_CHECKING:
    from pyrite.api.context import SparkContext


@state
class _Mark:
    """``folder``: where it is saved, if not in blocks. ``taken``: a thread sees to it."""

    folder: str | None
    taken: bool = False
    done: bool = False


class Checkpoints:
    """What `RDD.checkpoint` and `RDD.localCheckpoint` have marked, and what came of it.

    Parameters:
        context: whose datasets these are.
    """

    def __init__(self, context: SparkContext) -> None:
        self._context = context
        self._marks: weakref.WeakKeyDictionary[Node, _Mark] = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()
        self._due = 0
        self.folder: str | None = None
        """Where they are saved, each in a folder of its own."""

    def set_folder(self, path: str) -> None:
        """Save what is marked from now on under ``path``, in a new folder of this program's."""
        import uuid

        from pyrite.io.filesystem import absolute, filesystem

        folder = f"{absolute(path).rstrip('/')}/{uuid.uuid4()}"
        filesystem(folder).make_folder(folder)
        self.folder = folder

    def mark(self, node: Node) -> None:
        """Save a dataset after the next job that computes it.

        Raises:
            ValueError: no folder was set.
        """
        if self.folder is None:
            raise ValueError("checkpoint() needs a folder: call SparkContext.setCheckpointDir()")
        self._mark(node, _Mark(f"{self.folder}/rdd-{node.id}"))

    def mark_local(self, node: Node) -> None:
        """Keep a dataset's blocks, and forget its lineage after the next job that computes it."""
        driver = self._context._driver
        if node.id not in driver.persisted:
            driver.persist(node, StorageLevel.MEMORY_AND_DISK_2)
        driver.persisted.keep_on_disk(node.id)
        self._mark(node, _Mark(None))

    def _mark(self, node: Node, mark: _Mark) -> None:
        with self._lock:
            if node not in self._marks:
                self._marks[node] = mark
                self._due += 1

    def is_marked(self, node: Node) -> bool:
        return node in self._marks

    def is_done(self, node: Node) -> bool:
        mark = self._marks.get(node)
        return mark is not None and mark.done

    def is_local(self, node: Node) -> bool:
        mark = self._marks.get(node)
        return mark is not None and mark.folder is None

    def folder_of(self, node: Node) -> str | None:
        mark = self._marks.get(node)
        return mark.folder if mark is not None and mark.done else None

    def after_job(self, node: Node) -> None:
        """A job on ``node`` is done: save what was marked of its lineage, parents first."""
        if not self._due:
            return
        for each in sorted(self._marked_above(node), key=lambda each: each.id):
            mark = self._marks[each]
            if not self._take(mark):
                continue
            try:
                saved = self._kept(each) if mark.folder is None else self._saved(each, mark.folder)
                if saved is not None:
                    self._context._driver.truncate(each, saved)
                    mark.done = True
            finally:
                mark.taken = mark.done
            with self._lock:
                self._due -= mark.done

    def _take(self, mark: _Mark) -> bool:
        """Whether this thread is to see to it. Saving runs a job, too, after which it must not."""
        with self._lock:
            free, mark.taken = not mark.taken, True
        return free

    def _marked_above(self, node: Node) -> list[Node]:
        found = []
        seen = {node.id}
        pending = [node]
        while pending:
            current = pending.pop()
            mark = self._marks.get(current)
            if mark is not None and not mark.taken:
                found.append(current)
            for edge in current.dependencies:
                if edge.parent is not None and edge.parent.id not in seen:
                    seen.add(edge.parent.id)
                    pending.append(edge.parent)
        return found

    def _saved(self, node: Node, folder: str) -> Node:
        """Write a dataset; what reads it back."""
        from pyrite.io.pickled import PickledParts

        RDD(node, self._context).saveAsPickleFile(folder, 0)
        return PickledParts(folder)

    def _kept(self, node: Node) -> Node | None:
        """Have all blocks on disk; what stands for the forgotten lineage. None if they are not, so
        that the lineage is all there is."""
        persisted, partitions = self._context._driver.persisted, range(node.num_partitions)
        if unsaved := persisted.unsaved(node.id, partitions):
            RDD(node, self._context)._run(lambda records, task: None, unsaved)
            if unsaved := persisted.unsaved(node.id, partitions):
                log().warning(
                    "localCheckpoint() of %s waits for the next job: %s of its %s partitions could "
                    "not be kept", node.origin, len(unsaved), len(partitions),
                )  # fmt: skip
                return None
        return Gone(node.num_partitions, node.origin)
