"""Runs: records in some order, written to a scratch file, and merged with other runs.

An entry is a tuple, or in a bare run a single value; a key function tells its place in the order.
Entries are written as columns, a chunk at a time; merging holds one chunk of each run in memory.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, TypeAlias

from pyrite.core.context import TaskContext
from pyrite.core.lean import value
from pyrite.serial.frames import FIRST_LIMIT, decode, encode, end_frame, next_limit
from pyrite.shuffle.scratch import count_spill, scratch_path

KeyOf: TypeAlias = Callable[[Any], Any]
FAN_IN = 32
"""Runs merged at a time, hence chunks in memory; more runs are merged in several passes."""


@value
class Run:
    """A finished file of ``entries`` entries in chunks."""

    path: str
    entries: int
    bare: bool = False

    def chunks(self) -> Iterator[list[Any]]:
        """The entries of each chunk."""
        with open(self.path, "rb") as file:
            for columns in decode(file):
                yield columns[0] if self.bare else list(zip(*columns, strict=True))

    def remove(self) -> None:
        os.remove(self.path)


class RunWriter:
    """Appends chunks of entries to a new run."""

    def __init__(self, task: TaskContext, *, bare: bool = False) -> None:
        self._limit = min(FIRST_LIMIT, task.batch_size)
        self._task = task
        self._path = scratch_path(task, "run")
        self._file = open(self._path, "wb")  # noqa: SIM115 - see `close`
        self._entries = 0
        self._bare = bare

    def fill(self, entries: Iterable[Any]) -> None:
        """Write entries, in the order given."""
        source = iter(entries)
        while chunk := list(islice(source, self._limit)):
            frame = encode((chunk,) if self._bare else tuple(zip(*chunk, strict=True)))
            self._file.write(frame)
            self._entries += len(chunk)
            self._limit = next_limit(len(chunk), len(frame), self._task.batch_size)

    def finish(self) -> Run:
        """Close the file and count the spill."""
        self._file.write(end_frame(self._entries))
        count_spill(self._task, self._file.tell())
        self._file.close()
        return Run(self._path, self._entries, self._bare)

    def close(self) -> None:
        """Close the file, finished or not."""
        self._file.close()

    def __enter__(self) -> RunWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def write_run(entries: Iterable[Any], task: TaskContext, *, bare: bool = False) -> Run:
    """Write entries, in the order given, as one run."""
    with RunWriter(task, bare=bare) as writer:
        writer.fill(entries)
        return writer.finish()


def merge(
    runs: Sequence[Run],
    key: KeyOf | None,
    task: TaskContext,
    *,
    reverse: bool = False,
) -> Iterator[list[Any]]:
    """Merge sorted runs; yields chunks which follow each other in order.

    Equal entries stay in the order of their runs. The runs' files are removed once they have
    been merged into larger ones.

    Parameters:
        runs: each sorted by ``key``, the largest first if ``reverse``; all bare, or none.
        key: an entry's place in the order, or None if that is the entry itself.
    """
    runs = list(runs)
    while len(runs) > FAN_IN:
        groups = [runs[start : start + FAN_IN] for start in range(0, len(runs), FAN_IN)]
        runs = []
        for group in groups:
            merged = chain.from_iterable(_merge_once(group, key, reverse))
            runs.append(write_run(merged, task, bare=group[0].bare))
            for run in group:
                run.remove()
    return _merge_once(runs, key, reverse)


def _merge_once(runs: Sequence[Run], key: KeyOf | None, reverse: bool) -> Iterator[list[Any]]:
    """Merge a chunk of each run at a time, by `list.sort`, which finds and merges sorted
    stretches faster than a heap of single entries in Python could.

    Of the chunks at hand one ends first: up to its last entry, nothing that is still in the
    files can come before what is at hand. Among equals the earlier run's come first, so that runs
    after the one that ends first must hold back entries that equal its last.
    """
    sources = [run.chunks() for run in runs]
    heads = [next(source, []) for source in sources]
    ends_first = max if reverse else min
    place = key or _itself
    while True:
        at_hand = [number for number, head in enumerate(heads) if head]
        if not at_hand:
            return
        first = ends_first(at_hand, key=lambda number: place(heads[number][-1]))
        bound = place(heads[first][-1])
        taken: list[Any] = []
        for number in at_hand:
            head = heads[number]
            count = _count_before(head, bound, place, reverse, inclusive=number <= first)
            taken += head[:count]
            del head[:count]
        # Its count may be short where keys do not compare (NaN); going on needs it used up.
        taken += heads[first]
        heads[first] = next(sources[first], [])
        taken.sort(key=key, reverse=reverse)
        yield taken


def _itself(entry: Any) -> Any:
    return entry


def _count_before(head: list[Any], bound: Any, key: KeyOf, reverse: bool, inclusive: bool) -> int:
    """How many entries of a sorted chunk come before ``bound``, or equal it if ``inclusive``."""

    def is_past(entry: Any) -> bool:
        own = key(entry)
        if inclusive:
            return bool(own < bound if reverse else bound < own)
        return not (bound < own if reverse else own < bound)

    return bisect_left(head, True, key=is_past)
