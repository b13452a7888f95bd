"""The tasks of one stage that wait for a worker, and which of them a given worker should take.

A million tasks cost a byte each here: those never tried are drawn from an iterator, and the
queues are cleaned lazily. An entry counts only while its task's state is `PENDING`, so a task
launched from one queue need not be looked for in the others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Iterator

from pyrite.core.ids import WorkerId
from pyrite.core.specs import StageSpec

PENDING, RUNNING, DONE = range(3)


class Lane:
    """Tasks in order: first those to be tried again, then the fresh ones."""

    __slots__ = ("_again", "_fresh", "_states")

    def __init__(self, states: bytearray, fresh: Iterable[int]) -> None:
        self._states = states
        self._fresh: Iterator[int] = iter(fresh)
        self._again: deque[int] = deque()

    def add(self, index: int) -> None:
        self._again.append(index)

    def take(self, worker: WorkerId, shun: dict[int, WorkerId]) -> int:
        """The next pending task, or -1. A task that failed on this ``worker`` last time is left
        to another one if there is anything else to do."""
        again, states = self._again, self._states
        while again and states[again[0]] != PENDING:
            again.popleft()
        if again:
            if shun.get(again[0]) != worker:
                return again.popleft()
            again.rotate(-1)
        for index in self._fresh:
            if states[index] == PENDING:
                return index
        while again:
            index = again.popleft()
            if states[index] == PENDING:
                return index
        return -1


class PendingTasks:
    """A stage's pending tasks by where they would like to run. ``count`` is how many there are.

    Tasks are named by their index in ``spec.partitions``. ``states`` is shared with the stage,
    which keeps it; ``missing`` are the indexes that are pending to begin with; ``live`` holds the
    places where workers live, now and later.
    """

    __slots__ = ("_anywhere", "_bound", "_live", "_local", "_shun", "_spec", "_states", "count")

    def __init__(
        self,
        spec: StageSpec,
        states: bytearray,
        missing: range | list[int],
        live: Container[str],
    ) -> None:
        self._live = live
        self._spec = spec
        self._states = states
        self._local: dict[str, deque[int]] = {}
        self._shun: dict[int, WorkerId] = {}
        self.count = len(missing)
        if not spec.preferred:
            self._anywhere, self._bound = Lane(states, missing), Lane(states, ())
            return
        # Two passes, both lazy: tasks are sorted into lanes as they are asked for.
        self._anywhere = Lane(states, (i for i in missing if not self.places(i)))
        self._bound = Lane(states, (i for i in missing if self.places(i)))
        for index in missing:
            self._add_local(index)

    def places(self, index: int) -> tuple[str, ...]:
        """Where the task's input lies."""
        preferred = self._spec.preferred
        return preferred.get(self._spec.partitions[index], ()) if preferred else ()

    def held(self, index: int) -> bool:
        """Whether the task must run in one of its places: it is pinned, and a worker is there."""
        return self._spec.pinned and any(place in self._live for place in self.places(index))

    def local_places(self) -> list[str]:
        """Places that may have local tasks waiting, in a fixed order."""
        return list(self._local)

    def add(self, index: int, shun: WorkerId | None) -> None:
        """Put a task back; it has just failed on worker ``shun``, if given."""
        self.count += 1
        if shun is None:
            self._shun.pop(index, None)
        else:
            self._shun[index] = shun
        (self._bound if self.places(index) else self._anywhere).add(index)
        self._add_local(index)

    def _add_local(self, index: int) -> None:
        for place in self.places(index):
            queue = self._local.get(place)
            if queue is None:
                queue = self._local[place] = deque()
            queue.append(index)

    def take_local(self, places: Iterable[str]) -> int:
        """A task whose input lies in one of ``places``, in the first if possible, or -1."""
        if not self._local:
            return -1
        for place in places:
            queue = self._local.get(place)
            while queue:
                index = queue.popleft()
                if self._states[index] == PENDING:
                    return index
            if queue is not None:
                del self._local[place]
        return -1

    def take(self, worker: WorkerId, any_place: bool) -> int:
        """A task without a preference, else (if ``any_place``) one that would rather run in
        another place, or -1."""
        index = self._anywhere.take(worker, self._shun)
        if index < 0 and any_place:
            index = self._bound.take(worker, self._shun)
            while index >= 0 and self.held(index):  # it stays in the queues of its places
                index = self._bound.take(worker, self._shun)
        return index

    def desert(self, place: str) -> bool:
        """The last worker of a place is gone. True if a task that was held may now run anywhere."""
        queue = self._local.get(place, ()) if self._spec.pinned else ()
        strays = [i for i in queue if self._states[i] == PENDING and not self.held(i)]
        for index in strays:
            self._bound.add(index)
        return bool(strays)

    def forget(self, index: int) -> None:
        """The task is done: where it last failed no longer matters."""
        self._shun.pop(index, None)
