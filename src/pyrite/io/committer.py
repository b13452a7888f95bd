"""The finished output folder: there as a whole, or not there.

Attempts write into a hidden staging folder beside the destination. When the job has ended
well, the accepted attempts' files, and no others, become ``part-00000``, ``part-00001``, ...
with an empty ``_SUCCESS`` beside them. Where folders can be renamed (the local disk) this is
put together out of sight and appears in one step. In other stores the parts appear one by
one, and the output is complete when ``_SUCCESS`` is there.

Whatever kills the driver, what it leaves is a hidden folder of a name of its own, which no
later run looks at.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress

from pyrite.io.compression import codec_named
from pyrite.io.filesystem import absolute, filesystem
from pyrite.io.output import Blocks, PartFile, PartWriter, text_blocks

_ABORT_TRIES = 20


def check_absent(path: str | os.PathLike[str]) -> None:
    """Refuse to write over existing output.

    Raises:
        FileExistsError: there is something at ``path``.
    """
    destination = absolute(os.fspath(path))
    if filesystem(destination).find(destination) is not None:
        raise FileExistsError(f"output folder {destination} exists; choose another or delete it")


class Committer:
    """Turns accepted attempts' files into one output folder. Lives in the driver.

    Parameters:
        path: the output folder; it must not exist.
        codec: compress the parts with this codec (`codec_named`), or None.
        blocks: makes the content of a part of its records: lines of text, by default.

    Raises:
        FileExistsError: there is something at ``path``.
        ValueError: no such codec, or ``path`` has no folder above it to stage in.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        codec: str | None = None,
        blocks: Blocks = text_blocks,
    ) -> None:
        check_absent(path)
        self.destination = absolute(os.fspath(path))
        parent, _, name = self.destination.rpartition("/")
        if not name or parent.endswith(":/"):
            raise ValueError(f"{path}: cannot be an output folder; give a folder inside it")
        self._store = filesystem(self.destination)
        self._staging = f"{parent}/.{name}.{os.urandom(6).hex()}"
        self._extension = codec_named(codec).extension if codec else ""
        self._publishing = False
        self.writer = PartWriter(
            folder=f"{self._staging}/attempts",
            blocks=blocks,
            extension=self._extension,
            process=os.getpid() if self._store.one_process else None,
        )
        """What the tasks write with."""

    def prepare(self) -> None:
        """Make the staging folder. Before any task runs."""
        self._store.make_folder(self.writer.folder)

    def commit(self, parts: Iterable[PartFile]) -> None:
        """Publish these files, one for each partition, as the output.

        If this raises, call `abort`: the output is then not there.

        Raises:
            FileExistsError: meanwhile something else was put at the destination.
            ValueError: two files for one partition.
            OSError: an attempt's file is not there as it was written.
        """
        parts = sorted(parts, key=lambda part: part.partition)
        if len({part.partition for part in parts}) < len(parts):
            raise ValueError(f"more than one file for a partition of {self.destination}")
        check_absent(self.destination)
        self._check_staged(parts)
        store = self._store
        folder = f"{self._staging}/out" if store.renames_folders else self.destination
        self._publishing = not store.renames_folders
        store.make_folder(folder)
        for part in parts:
            store.move(part.path, f"{folder}/part-{part.partition:05d}{self._extension}")
        store.create(f"{folder}/_SUCCESS").close()
        if store.renames_folders:
            try:
                store.move(folder, self.destination)
            except OSError:
                check_absent(self.destination)
                raise
        self._publishing = False
        self.abort()

    def abort(self) -> None:
        """Remove all that is not committed output. A task still writing finds its folder gone."""
        # What cannot be removed does no harm, and must not hide the error that led here.
        with suppress(OSError):
            if self._publishing:
                self._store.remove(self.destination)
        for _ in range(_ABORT_TRIES):  # tasks may still begin and remove files of their own
            with suppress(OSError):
                self._store.remove(self._staging)
            with suppress(OSError):
                if self._store.find(self._staging) is None:
                    break

    def _check_staged(self, parts: list[PartFile]) -> None:
        for part in parts:
            found = self._store.find(part.path)
            if found is None or found.size != part.bytes:
                raise OSError(
                    f"{part.path}: a task wrote {part.bytes} bytes here, and the driver sees "
                    f"{'no file' if found is None else f'{found.size}'}; "
                    f"is {self.destination} on a disk that all machines share?"
                )
