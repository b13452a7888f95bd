"""Keeping what was computed: cached blocks and checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyrite.api.dataset import Dataset, T_co
from pyrite.blocks.level import StorageLevel

if TYPE_CHECKING:
    from pyrite.api.rdd import RDD


class Persistence(Dataset[T_co]):
    """The side of an RDD that keeps its records for later jobs."""

    @property
    def is_cached(self) -> bool:
        """Whether `persist` or `cache` was called, and `unpersist` was not."""
        return self._node.id in self._context._driver.persisted

    def cache(self) -> RDD[T_co]:
        """Keep the records as live objects in the workers that compute them.

        The next job that needs a partition computes and keeps it; later ones read it where it is.
        Functions must not change records that are kept.

        Example:
            >>> squares = sc.range(4).map(lambda x: x * x).cache()
            >>> squares.sum(), squares.max(), squares.is_cached
            (14, 9, True)
        """
        return self.persist()

    def persist(self, storageLevel: StorageLevel = StorageLevel.MEMORY_ONLY) -> RDD[T_co]:
        """Keep the records as `StorageLevel` says, once a job has computed them.

        Where memory is short, what was not used for longest is let go: written to disk, if the
        level allows it, else computed again when it is needed. So is what is lost with a worker.

        Raises:
            ValueError: it is kept in another way already.
        """
        if storageLevel == StorageLevel.NONE:
            return self._rdd
        self._context._driver.persist(self._node, storageLevel)
        return self._rdd

    def unpersist(self, blocking: bool = False) -> RDD[T_co]:
        """Keep the records no longer.

        Parameters:
            blocking: without meaning: no later job sees the blocks. A worker frees their memory
                when it has ended the task at hand.
        """
        self._context._driver.unpersist(self._node.id)
        return self._rdd

    def getStorageLevel(self) -> StorageLevel:
        """How it is kept; `StorageLevel.NONE` if it is not."""
        return self._context._driver.persisted.level(self._node.id) or StorageLevel.NONE

    def cleanShuffleDependencies(self, blocking: bool = False) -> None:
        """Delete what was shuffled to make it, as far back as the nearest persisted datasets.

        Shuffled data goes by itself when no dataset can be reached any more that was made from it;
        this is for room on the disk before that. What is needed again is computed again.

        Parameters:
            blocking: without meaning: no later job sees the data, and its files go within moments.
        """
        self._context._driver.forget_shuffles(self._node)

    def checkpoint(self) -> None:
        """Save the records in the folder of `SparkContext.setCheckpointDir`, after the next job
        that computes them, and forget how they were made.

        They are computed once more to be saved: `persist` before, if that is costly.

        Raises:
            ValueError: no folder was set.
        """
        self._context._checkpoints.mark(self._node)

    def localCheckpoint(self) -> None:
        """Forget how the records were made, after the next job that computes them; they are kept
        in the workers' memory with a copy on the disk of their node.

        Cheaper than `checkpoint`, but a lost node loses them for good.
        """
        self._context._checkpoints.mark_local(self._node)

    @property
    def is_checkpointed(self) -> bool:
        """Whether `checkpoint` was called."""
        return self._context._checkpoints.is_marked(self._node)

    def isCheckpointed(self) -> bool:
        """Whether the records have been saved, in one way or the other."""
        return self._context._checkpoints.is_done(self._node)

    def isLocallyCheckpointed(self) -> bool:
        """Whether `localCheckpoint` was called."""
        return self._context._checkpoints.is_local(self._node)

    def getCheckpointFile(self) -> str | None:
        """The folder where `checkpoint` has saved the records, once it has."""
        return self._context._checkpoints.folder_of(self._node)
