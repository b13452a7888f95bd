"""Files that travel with a program: copied into the cluster's folder, where its tasks find them."""

from __future__ import annotations

import importlib
import os
import sys
import threading
from collections.abc import Callable, Sequence

from pyrite.api.application import Application
from pyrite.core.lean import fresh, state
from pyrite.io.filesystem import absolute, uri

FOLDER = "files"
"""What was added lies in a folder of this name, in the folder of each node."""
_IMPORTABLE_ARCHIVES = (".zip", ".egg", ".whl", ".jar")


@state
class AddedFiles:
    """What was added to a context, under the names by which `SparkFiles` finds it.

    Parameters:
        root: the folder that holds it.
    """

    root: str
    files: dict[str, str] = fresh(factory=dict)
    """Address to local path."""
    archives: dict[str, str] = fresh(factory=dict)
    import_paths: list[str] = fresh(factory=list)
    """What was added to ``sys.path``."""
    lock: threading.RLock = fresh(factory=threading.RLock)

    def place(
        self, address: str, name: str, known: dict[str, str], make: Callable[[str], None]
    ) -> str:
        """Have something at a name, once and as a whole; ``known`` remembers its address.

        Parameters:
            make: makes it at the path that it is given.

        Raises:
            FileExistsError: the name is taken by something else.
        """
        with self.lock:
            if address in known:
                return known[address]
            os.makedirs(self.root, exist_ok=True)
            path = os.path.join(self.root, name)
            import tempfile

            with tempfile.TemporaryDirectory(dir=os.path.dirname(self.root)) as scratch:
                made = os.path.join(scratch, "made")
                make(made)
                if not os.path.exists(path):
                    os.rename(made, path)
                elif not _same_file(made, path):
                    raise FileExistsError(
                        f"{address} cannot be added: another {name} was, with other content. "
                        f"Tasks find files by their last name alone: rename it"
                    )
            known[address] = path
            return path

    def leave_import_path(self) -> None:
        """The folder will be gone: import from there no more."""
        sys.path[:] = [path for path in sys.path if path not in self.import_paths]


def _same_file(one: str, other: str) -> bool:
    import filecmp

    both = os.path.isfile(one) and os.path.isfile(other)
    return both and filecmp.cmp(one, other, shallow=False)


class Files(Application):
    """The side of a `SparkContext` that hands files to tasks."""

    _added: AddedFiles

    def _open_files(self, python: Sequence[str]) -> None:
        """Add what settings name, and ``python``, which is to be imported from."""
        self._added = AddedFiles(os.path.join(self._driver.folder, FOLDER))
        for path in self._settings["pyrite.files"]:
            self.addFile(path)
        for path in self._settings["pyrite.archives"]:
            self.addArchive(path)
        for path in (*self._settings["pyrite.pyFiles"], *python):
            self.addPyFile(path)

    def addFile(self, path: str, recursive: bool = False) -> None:
        """Copy a file to where tasks find it, with `SparkFiles.get` and its last name.

        Parameters:
            path: a local path or any address that fsspec reads. One that was added before is
                not looked at again.
            recursive: take a folder, with all in it.

        Raises:
            FileNotFoundError: there is no such file.
            IsADirectoryError: it is a folder, and ``recursive`` is not set.
            FileExistsError: a file of this name and other content was added.

        Example:
            >>> import os, tempfile
            >>> from pyrite import SparkFiles
            >>> path = os.path.join(tempfile.mkdtemp(), "factor.txt")
            >>> with open(path, "w") as file:
            ...     _ = file.write("100")
            >>> sc.addFile(path)
            >>> sc.range(3).map(lambda x: x * int(open(SparkFiles.get("factor.txt")).read())).sum()
            300
        """
        self._add_file(path, recursive)

    def _add_file(self, path: str, recursive: bool) -> str:
        from pyrite.io.fetch import fetch

        self._check_running()
        address = uri(absolute(path))
        return self._added.place(
            address,
            _last_name(address),
            self._added.files,
            lambda target: fetch(path, target, recursive),
        )

    @property
    def listFiles(self) -> list[str]:
        """The addresses of what `addFile` and `addPyFile` added."""
        return list(self._added.files)

    def addPyFile(self, path: str) -> None:
        """Let the driver, and all tasks from now on, import from a file.

        Parameters:
            path: a .py file; a .zip, .egg, .whl or .jar with packages; or a folder of modules.
                Else as of `addFile`.

        Raises:
            FileNotFoundError: there is no such file.
            FileExistsError: a file of this name and other content was added.
            ValueError: it is none that can be imported from.
        """
        copy = self._add_file(path, recursive=True)
        if copy.endswith(_IMPORTABLE_ARCHIVES) or os.path.isdir(copy):
            folder = copy
        elif copy.endswith(".py"):
            folder = self._added.root
        else:
            raise ValueError(
                f"{path} is no .py file, no folder, and ends with none of "
                f"{' '.join(_IMPORTABLE_ARCHIVES)}: nothing can be imported from it"
            )
        if folder not in sys.path:
            sys.path.insert(1, folder)
            self._added.import_paths.append(folder)
        importlib.invalidate_caches()
        self._driver.import_from(folder)

    def addArchive(self, path: str) -> None:
        """Unpack an archive to where tasks find its folder, with `SparkFiles.get` and its name.

        Parameters:
            path: a .zip, .jar, .tar, .tar.gz, .tgz, .tar.bz2 or .tar.xz; else as of `addFile`.
                After a ``#`` may stand another name for the folder than the archive's own.

        Raises:
            FileNotFoundError: there is no such file.
            FileExistsError: something else of this name was added.
            ValueError: it is no archive.
        """
        from pyrite.io.fetch import fetch, unpack

        self._check_running()
        source, _, alias = path.partition("#")
        address = uri(absolute(source))
        kind = _last_name(address)

        def make(target: str) -> None:
            archive = f"{target}.archive"
            fetch(source, archive)
            unpack(archive, target, kind)

        known = f"{address}#{alias}" if alias else address
        self._added.place(known, alias or kind, self._added.archives, make)

    @property
    def listArchives(self) -> list[str]:
        """The addresses of what `addArchive` added."""
        return list(self._added.archives)


def _last_name(address: str) -> str:
    if "://" in address:
        address = address.partition("?")[0]
    return address.rstrip("/").rpartition("/")[2]
