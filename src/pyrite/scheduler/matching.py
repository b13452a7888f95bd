"""Who goes where, when many tasks start at once and each worker can take but one."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from pyrite.core.ids import WorkerId


def match(wishes: Mapping[int, Sequence[WorkerId]]) -> dict[int, WorkerId]:
    """Give as many tasks as possible a worker of their own, each one that it wishes for.

    A maximum bipartite matching, by augmenting paths (Berge, 1957): a task that finds all its
    workers taken asks those who took them to move to another one, and so on, nearest first.

    >>> match({0: [7, 8], 1: [7], 2: [7]})
    {0: 8, 1: 7}
    """
    worker_of: dict[int, WorkerId] = {}
    task_of: dict[WorkerId, int] = {}
    for task in wishes:
        asked_by: dict[WorkerId, int] = {}
        todo = deque([task])
        free = None
        while todo and free is None:
            asking = todo.popleft()
            for worker in wishes[asking]:
                if worker not in asked_by:
                    asked_by[worker] = asking
                    if worker not in task_of:
                        free = worker
                        break
                    todo.append(task_of[worker])
        while free is not None:
            moved = task_of[free] = asked_by[free]
            left = worker_of.get(moved)
            worker_of[moved] = free
            free = left
    return worker_of
