"""`SparkFiles`: finds what `SparkContext.addFile` and `SparkContext.addArchive` added."""

from __future__ import annotations

import os

from pyrite.api.context import SparkContext
from pyrite.api.files import FOLDER
from pyrite.core.context import current_task
from pyrite.core.errors import StoppedError


class SparkFiles:
    """Finds what `SparkContext.addFile` and `SparkContext.addArchive` added, in the driver and in
    tasks."""

    def __init__(self) -> None:
        raise NotImplementedError("SparkFiles is not to be made: call SparkFiles.get(filename)")

    @classmethod
    def get(cls, filename: str) -> str:
        """The local path of an added file, or of an archive's folder.

        Parameters:
            filename: the last name of the address that was added.
        """
        return os.path.join(cls.getRootDirectory(), filename)

    @classmethod
    def getRootDirectory(cls) -> str:
        """The folder that holds what was added.

        Raises:
            StoppedError: there is no context, and this is no task.
        """
        task = current_task()
        if task is not None:
            return os.path.join(task.folder, FOLDER)
        if not SparkContext._running:
            raise StoppedError("there is no SparkContext that files could have been added to")
        return SparkContext._running[-1]._added.root
