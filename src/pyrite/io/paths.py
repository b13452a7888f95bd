"""Which files an input address means, by Hadoop's rules.

An address is a file, a folder, a pattern, or several of these with commas between. Patterns
know ``*``, ``?``, ``[a-z]``, ``[^a-z]``, ``{a,b}``, a backslash before a character to be
taken as it is, and also ``**`` for any depth of folders. A folder stands for its files, not
those further down. Names that begin with ``_`` or ``.`` are passed over in folders, under
``**``, and where a pattern ends, unless the pattern's own last part begins so: ``{,_}*.py``.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterable, Iterator

from pyrite.io.filesystem import Entry, FileSystem, absolute, filesystem

_WILD = re.compile(r"[*?\[\\]")


def resolve(address: str | os.PathLike[str]) -> list[Entry]:
    """The files that ``address`` means, in the order in which they are read.

    Raises:
        FileNotFoundError: there is nothing at a path, or nothing matches a pattern.
        ValueError: a path is empty.
        IsADirectoryError: an input folder holds another folder.
    """
    return [
        file
        for part in _split_commas(os.fspath(address))
        for found in _matches(part)
        for file in (_files_of(found) if found.is_folder else (found,))
    ]


def _matches(pattern: str) -> list[Entry]:
    """What one pattern (or plain path) matches, by name, each thing once."""
    if not pattern:
        raise ValueError("an input path is empty")
    # Braces first: what they hold may span folders.
    plain = [absolute(path) for path in _expand_braces(pattern)]
    store = filesystem(plain[0])
    if len(plain) == 1 and not _WILD.search(plain[0]):
        found = store.find(plain[0])
        if found is None:
            raise FileNotFoundError(f"input path does not exist: {plain[0]}")
        return [found]
    entries = {entry for path in plain for entry in _glob(store, path)}
    if not entries:
        raise FileNotFoundError(f"input pattern matches no file: {absolute(pattern)}")
    return sorted(entries)


def _files_of(folder: Entry) -> Iterator[Entry]:
    for entry in filesystem(folder.path).entries(folder.path):
        if _hidden(entry.name):
            continue
        if entry.is_folder:
            raise IsADirectoryError(
                f"input folder {folder.path} holds a folder, {entry.name}; "
                f"to read the files at every depth, give {folder.path}/**"
            )
        yield entry


def _glob(store: FileSystem, pattern: str) -> Iterable[Entry]:
    # The part before the first wildcard is a place, the rest are patterns of single names.
    parts = pattern.split("/")
    fixed = next((i for i, part in enumerate(parts) if _WILD.search(part)), len(parts))
    root = store.find("/".join(parts[:fixed]) or "/")
    found: Iterable[Entry] = [] if root is None else [root]
    for depth, part in enumerate(parts[fixed:], fixed + 1):
        last = depth == len(parts)
        if part == "**":
            found = _below(store, found, files=last)
        else:
            found = _named(store, found, part, last)
    # Where `**` has been everywhere, a folder adds nothing but its files a second time.
    return (entry for entry in found if not entry.is_folder) if "**" in parts else found


def _below(store: FileSystem, folders: Iterable[Entry], *, files: bool) -> Iterator[Entry]:
    """The folders given and all below them, or all files in those."""
    for folder in folders:
        if not folder.is_folder:
            continue
        if not files:
            yield folder
        inside = [entry for entry in store.entries(folder.path) if not _hidden(entry.name)]
        if files:
            yield from (entry for entry in inside if not entry.is_folder)
        # A link to a folder may lead in a circle.
        deeper = (entry for entry in inside if entry.is_folder and not entry.is_link)
        yield from _below(store, deeper, files=files)


def _named(store: FileSystem, folders: Iterable[Entry], part: str, last: bool) -> Iterator[Entry]:
    """What lies directly in the folders under a name that ``part`` matches."""
    literal = re.sub(r"\\(.)", r"[\1]", part).replace("[^", "[!")
    match = re.compile(fnmatch.translate(literal)).match
    skip_hidden = last and not _hidden(part)
    for folder in folders:
        if folder.is_folder:
            for entry in store.entries(folder.path):
                if match(entry.name) and not (skip_hidden and _hidden(entry.name)):
                    yield entry


def _hidden(name: str) -> bool:
    return name.startswith(("_", "."))


def _split_commas(address: str) -> list[str]:
    """Split at the commas that are not inside braces."""
    parts, depth = [""], 0
    for character in address:
        depth += (character == "{") - (character == "}")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _expand_braces(pattern: str) -> list[str]:
    """``a{b,c{d,e}}`` to ``ab``, ``acd``, ``ace``."""
    start = pattern.find("{")
    depth, end = 0, -1
    for end in range(start, len(pattern)) if start >= 0 else ():
        depth += (pattern[end] == "{") - (pattern[end] == "}")
        if depth == 0:
            break
    if start < 0 or depth:
        return [pattern]
    head, choices, tail = pattern[:start], pattern[start + 1 : end], pattern[end + 1 :]
    return [
        expanded
        for choice in _split_commas(choices)
        for expanded in _expand_braces(head + choice + tail)
    ]
