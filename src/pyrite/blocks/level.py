"""How a cached dataset is kept: in memory, on disk or both, and in how many copies."""

from __future__ import annotations

from typing import ClassVar, NoReturn

from pyrite.core.lean import replace, value


@value
class StorageLevel:
    """How a dataset is kept, once computed: for `RDD.persist`. Names and flags are PySpark's.

    ``MEMORY_ONLY`` and ``MEMORY_AND_DISK`` keep records as live objects in the worker that computed
    them, which reads them again at no cost. ``MEMORY_ONLY_SER`` and ``MEMORY_AND_DISK_SER``, which
    Spark's guide names for its other languages, keep pickled and compressed bytes, which take less
    memory. PySpark always pickles, so that its flags say "not deserialized" of all of them: here
    too, and levels of one's own with the flags of ``MEMORY_ONLY`` keep objects.

    Parameters:
        useDisk: keep on the node's disk what memory does not hold.
        useMemory: keep in the memory of the worker.
        useOffHeap: in memory, as pickled and compressed bytes.
        deserialized: kept for PySpark's sake; see ``keeps_objects``.
        replication: copies. On one node there are two places that can fail apart, a worker's
            memory and the node's disk: a level in memory with two or three copies has one in each.
            One on disk alone has a single copy there.

    Example:
        >>> StorageLevel.MEMORY_AND_DISK
        StorageLevel(True, True, False, False, 1)
        >>> print(StorageLevel.DISK_ONLY_2)
        Disk Serialized 2x Replicated
        >>> StorageLevel.MEMORY_ONLY == StorageLevel(False, True, False, False)
        True
    """

    useDisk: bool
    useMemory: bool
    useOffHeap: bool
    deserialized: bool
    replication: int = 1

    NONE: ClassVar[StorageLevel]
    DISK_ONLY: ClassVar[StorageLevel]
    DISK_ONLY_2: ClassVar[StorageLevel]
    DISK_ONLY_3: ClassVar[StorageLevel]
    MEMORY_ONLY: ClassVar[StorageLevel]
    MEMORY_ONLY_2: ClassVar[StorageLevel]
    MEMORY_ONLY_SER: ClassVar[StorageLevel]
    MEMORY_ONLY_SER_2: ClassVar[StorageLevel]
    MEMORY_AND_DISK: ClassVar[StorageLevel]
    MEMORY_AND_DISK_2: ClassVar[StorageLevel]
    MEMORY_AND_DISK_SER: ClassVar[StorageLevel]
    MEMORY_AND_DISK_SER_2: ClassVar[StorageLevel]
    MEMORY_AND_DISK_DESER: ClassVar[StorageLevel]
    OFF_HEAP: ClassVar[StorageLevel]

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{self!r} cannot be changed: make another StorageLevel")

    def __init__(
        self,
        useDisk: bool,
        useMemory: bool,
        useOffHeap: bool,
        deserialized: bool,
        replication: int = 1,
    ) -> None:
        fields = (useDisk, useMemory, useOffHeap, deserialized, replication)
        vars(self).update(zip(self.__match_args__, fields, strict=True))

    @property
    def keeps_objects(self) -> bool:
        """Whether records stay live objects in memory, rather than bytes."""
        return self.useMemory and not self.useOffHeap

    @property
    def keeps_file(self) -> bool:
        """Whether a file of the node may hold a block: beside memory, or in its place."""
        return self.useDisk or (self.useMemory and self.replication > 1)

    def on_disk(self) -> StorageLevel:
        """The same, but that the node's disk has every block: the death of a worker loses none.

        Example:
            >>> StorageLevel.MEMORY_ONLY.on_disk() == StorageLevel.MEMORY_AND_DISK_2
            True
        """
        copies = max(self.replication, 2) if self.useMemory else self.replication
        return replace(self, useDisk=True, replication=copies)

    def __repr__(self) -> str:
        flags = (self.useDisk, self.useMemory, self.useOffHeap, self.deserialized)
        return f"StorageLevel({', '.join(map(str, (*flags, self.replication)))})"

    def __str__(self) -> str:
        words = {
            "Disk": self.useDisk,
            "Memory": self.useMemory,
            "OffHeap": self.useOffHeap,
            "Deserialized": self.deserialized,
            "Serialized": not self.deserialized,
        }
        said = [word for word, holds in words.items() if holds]
        return " ".join([*said, f"{self.replication}x Replicated"])


class SerializedLevel(StorageLevel):
    """A level in memory that keeps bytes, though its flags do not say so."""

    @property
    def keeps_objects(self) -> bool:
        return False


StorageLevel.NONE = StorageLevel(False, False, False, False)
StorageLevel.DISK_ONLY = StorageLevel(True, False, False, False)
StorageLevel.DISK_ONLY_2 = StorageLevel(True, False, False, False, 2)
StorageLevel.DISK_ONLY_3 = StorageLevel(True, False, False, False, 3)
StorageLevel.MEMORY_ONLY = StorageLevel(False, True, False, False)
StorageLevel.MEMORY_ONLY_2 = StorageLevel(False, True, False, False, 2)
StorageLevel.MEMORY_ONLY_SER = SerializedLevel(False, True, False, False)
StorageLevel.MEMORY_ONLY_SER_2 = SerializedLevel(False, True, False, False, 2)
StorageLevel.MEMORY_AND_DISK = StorageLevel(True, True, False, False)
StorageLevel.MEMORY_AND_DISK_2 = StorageLevel(True, True, False, False, 2)
StorageLevel.MEMORY_AND_DISK_SER = SerializedLevel(True, True, False, False)
StorageLevel.MEMORY_AND_DISK_SER_2 = SerializedLevel(True, True, False, False, 2)
StorageLevel.MEMORY_AND_DISK_DESER = StorageLevel(True, True, False, True)
StorageLevel.OFF_HEAP = StorageLevel(True, True, True, False)
