"""Actions that write a dataset to a folder: one file per partition, complete or absent."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pyrite.api.dataset import Dataset, T_co, whole

if TYPE_CHECKING:
    from pyrite.io.committer import Committer


class SavingActions(Dataset[T_co]):
    """What an RDD gives to a store.

    The folder is complete or absent: attempts write beside it, and it gets its name, with a file
    ``_SUCCESS`` in it, when all partitions are there.
    """

    def saveAsTextFile(self, path: str, compressionCodecClass: str | None = None) -> None:
        """Write each record's ``str`` as a line.

        Parameters:
            path: the folder to make.
            compressionCodecClass: Hadoop's class name, such as
                ``"org.apache.hadoop.io.compress.GzipCodec"``, or ``"gzip"``, ``"bzip2"``,
                ``"zstd"``, ``"lz4"``.

        Raises:
            FileExistsError: there is something at ``path``; nothing has been run then.
        """
        from pyrite.io.committer import Committer

        self._save(Committer(path, compressionCodecClass))

    def saveAsPickleFile(self, path: str, batchSize: int = 10) -> None:
        """Write the records as they are, for `SparkContext.pickleFile` to read.

        Classes that the program itself defines are written too, so that another can read them.
        The files are Pyrite's own, not Hadoop's sequence files: see `pyrite.io.pickled`.

        Parameters:
            path: the folder to make.
            batchSize: records pickled together; 0 for as many as make about 64 KiB.

        Raises:
            FileExistsError: there is something at ``path``; nothing has been run then.
            ValueError: ``batchSize`` is negative.
        """
        from pyrite.io.committer import Committer
        from pyrite.io.pickled import pickled_blocks

        size = whole("batchSize must be", batchSize)
        if size < 0:
            raise ValueError(f"batchSize must be at least 0, not {size}")
        self._save(Committer(path, blocks=partial(pickled_blocks, batch_size=size)))

    def _save(self, committer: Committer) -> None:
        writer = committer.writer
        committer.prepare()
        try:
            parts = self._run(
                lambda it, task: writer.write(
                    task.attempt.partition, task.attempt.number, it, task.metrics
                )
            )
            committer.commit(parts)
        except BaseException:
            committer.abort()
            raise
