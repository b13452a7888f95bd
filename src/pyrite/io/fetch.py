"""Bring files, folders and archives from wherever they are to the local disk."""

from __future__ import annotations

import os
import shutil
import tarfile
import zipfile

from pyrite.io.filesystem import Entry, absolute, filesystem

_ZIPS = (".zip", ".jar")
_TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


def fetch(address: str, target: str, recursive: bool = False) -> None:
    """Copy a file, or a folder with all in it.

    Parameters:
        address: where it is: a path, or any address that fsspec has a package for.
        target: the local path of the copy; nothing is there yet.
        recursive: whether it may be a folder.

    Raises:
        FileNotFoundError: there is nothing.
        IsADirectoryError: it is a folder.
    """
    source = absolute(address)
    found = filesystem(source).find(source)
    if found is None:
        raise FileNotFoundError(f"there is no file {source}")
    if found.is_folder and not recursive:
        raise IsADirectoryError(f"{source} is a folder: add it with recursive=True")
    _copy(found, target)


def _copy(source: Entry, target: str) -> None:
    store = filesystem(source.path)
    if source.is_folder:
        os.mkdir(target)
        for entry in store.entries(source.path):
            _copy(entry, os.path.join(target, entry.name))
        return
    with store.open(source.path) as data, open(target, "xb") as copy:
        shutil.copyfileobj(data, copy, 1 << 20)


def unpack(archive: str, target: str, name: str) -> None:
    """Unpack a local archive into a new folder.

    Parameters:
        archive: where it is.
        target: the folder, which is made.
        name: what the archive is called: its ending says of what kind it is.

    Raises:
        ValueError: it is no archive, or of no known kind, or leads out of its folder.
    """
    ending = name.lower()
    os.mkdir(target)
    try:
        if ending.endswith(_ZIPS):
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(target)
        elif ending.endswith(_TARS):
            with tarfile.open(archive) as tar:
                tar.extractall(target, filter="tar")
        else:
            raise ValueError(f"{name} ends with none of {' '.join((*_ZIPS, *_TARS))}")
    except (zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise ValueError(f"{name} cannot be unpacked: {error}") from error
