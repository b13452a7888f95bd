"""Where files are kept: the local disk, or any store that fsspec has a package for.

These are the few operations that readers and committers need, under one set of names.
Local files never import fsspec. A path is absolute: ``/data/a`` or ``s3://bucket/a``.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from functools import cache
from typing import Any, BinaryIO, NamedTuple, Protocol, cast

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://")

_PACKAGES = {
    "abfs": "adlfs",
    "abfss": "adlfs",
    "az": "adlfs",
    "gcs": "gcsfs",
    "gs": "gcsfs",
    "hdfs": "hdfs-native",
    "http": "aiohttp",
    "https": "aiohttp",
    "s3": "s3fs",
    "s3a": "s3fs",
    "sftp": "paramiko",
    "ssh": "paramiko",
    "webhdfs": "requests",
}


class Entry(NamedTuple):
    """A file or folder that exists. ``size`` is in bytes, 0 for a folder."""

    path: str
    size: int
    is_folder: bool
    is_link: bool = False

    @property
    def name(self) -> str:
        return self.path.rstrip("/").rpartition("/")[2]


class FileSystem(Protocol):
    """What Pyrite asks of a store. All paths are those that `absolute` gives."""

    @property
    def renames_folders(self) -> bool:
        """Is `move` of a whole folder one atomic step that never replaces files?"""
        ...

    @property
    def one_process(self) -> bool:
        """Do its files exist only inside the process that wrote them?"""
        ...

    def find(self, path: str) -> Entry | None:
        """What is at ``path``, or None if nothing is."""
        ...

    def entries(self, folder: str) -> list[Entry]:
        """The files and folders directly in ``folder``, by name."""
        ...

    def open(self, path: str) -> BinaryIO:
        """Read a file, from anywhere in it."""
        ...

    def create(self, path: str) -> BinaryIO:
        """Write a new file into a folder that exists."""
        ...

    def make_folder(self, path: str) -> None:
        """Make a folder, and those above it, where missing."""
        ...

    def move(self, source: str, target: str) -> None:
        """Give a file (where `renames_folders`, also a folder) another name."""
        ...

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with all in it. Nothing there is no error."""
        ...


class LocalFiles:
    """The file system of this machine."""

    renames_folders = True
    one_process = False

    def find(self, path: str) -> Entry | None:
        try:
            status = os.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        is_folder = stat.S_ISDIR(status.st_mode)
        return Entry(path, 0 if is_folder else status.st_size, is_folder)

    def entries(self, folder: str) -> list[Entry]:
        with os.scandir(folder) as entries:
            found = [
                Entry(
                    os.path.join(folder, entry.name),
                    0 if entry.is_dir() else entry.stat().st_size,
                    entry.is_dir(),
                    entry.is_symlink(),
                )
                for entry in entries
                if entry.is_file() or entry.is_dir()  # no pipes, no links to nothing
            ]
        return sorted(found)

    def open(self, path: str) -> BinaryIO:
        return cast(BinaryIO, open(path, "rb", buffering=0))

    def create(self, path: str) -> BinaryIO:
        return open(path, "xb")

    def make_folder(self, path: str) -> None:
        os.makedirs(path, exist_ok=True)

    def move(self, source: str, target: str) -> None:
        os.rename(source, target)

    def remove(self, path: str) -> None:
        try:
            shutil.rmtree(path)
        except NotADirectoryError:
            os.unlink(path)
        except FileNotFoundError:
            pass


class StoreFiles:
    """A store behind fsspec, for one URL scheme."""

    renames_folders = False

    def __init__(self, scheme: str) -> None:
        self.one_process = scheme == "memory"
        self._store = _fsspec_store(scheme)

    def find(self, path: str) -> Entry | None:
        self._store.invalidate_cache()
        try:
            return self._entry(path, self._store.info(path))
        except FileNotFoundError:
            return None

    def entries(self, folder: str) -> list[Entry]:
        folder = folder.rstrip("/")
        found = (
            self._entry(f"{folder}/{info['name'].rstrip('/').rpartition('/')[2]}", info)
            for info in self._store.ls(folder, detail=True)
            # object stores may list a folder's own, empty marker object
            if info["name"].strip("/") != self._store._strip_protocol(folder).strip("/")
        )
        return sorted(found)

    @staticmethod
    def _entry(path: str, info: dict[str, Any]) -> Entry:
        is_folder = info["type"] == "directory"
        if info.get("size") is None and not is_folder:
            raise OSError(f"{path}: the server does not say how large it is; download it first")
        return Entry(path, 0 if is_folder else info["size"], is_folder)

    def open(self, path: str) -> BinaryIO:
        return cast(BinaryIO, self._store.open(path, "rb"))

    def create(self, path: str) -> BinaryIO:
        return cast(BinaryIO, self._store.open(path, "wb"))

    def make_folder(self, path: str) -> None:
        self._store.makedirs(path, exist_ok=True)

    def move(self, source: str, target: str) -> None:
        self._store.mv(source, target)

    def remove(self, path: str) -> None:
        self._store.invalidate_cache()
        try:
            self._store.rm(path, recursive=True)
        except FileNotFoundError:
            pass


def filesystem(path: str) -> FileSystem:
    """The store that an absolute path lies in.

    Raises:
        ImportError: the store needs a package that is not installed; says which.
        ValueError: no store goes by this URL scheme.
    """
    scheme = _SCHEME.match(path)
    return _LOCAL if scheme is None else _store(scheme[1].lower())


def absolute(path: str) -> str:
    """A path that means the same in every process: ``data/a``, ``file:///data/a``, ``s3://b/a``."""
    if path.startswith("file:"):
        path = "/" + path.removeprefix("file:").lstrip("/")
    if scheme := _SCHEME.match(path):
        return scheme[0] + path[scheme.end() :].rstrip("/")
    return os.path.abspath(path)


def uri(path: str) -> str:
    """An absolute path as Hadoop writes it: ``file:/data/a``, ``s3://b/a``."""
    return path if _SCHEME.match(path) else "file:" + path


_LOCAL = LocalFiles()


@cache
def _store(scheme: str) -> FileSystem:
    return StoreFiles(scheme)


def _fsspec_store(scheme: str) -> Any:
    try:
        import fsspec

        return fsspec.filesystem(scheme)
    except ImportError as error:
        package = _PACKAGES.get(scheme, "fsspec")
        raise ImportError(
            f"{scheme}:// needs a package that is not installed: pip install {package} ({error})"
        ) from error
    except ValueError as error:
        raise ValueError(f"{scheme}:// is not an address Pyrite can read: {error}") from error
