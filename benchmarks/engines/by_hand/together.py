"""Processes that keep their data from round to round and speak with each other by pipes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

from benchmarks.engines.by_hand.pieces import CORES

_FORK = get_context("fork")

Line: TypeAlias = "Connection[Any, Any]"


class Member:
    """One of the processes that do a job together."""

    def __init__(self, number: int, others: dict[int, Line]) -> None:
        self.number = number
        self.others = others

    def exchange(self, shares: list[Any]) -> list[Any]:
        """Give each process its share; returns what each gave to this one, in order."""
        taken = list(shares)
        for other, line in sorted(self.others.items()):
            if self.number < other:
                line.send(shares[other])
                taken[other] = line.recv()
            else:
                taken[other] = line.recv()
                line.send(shares[other])
        return taken

    def all(self, value: Any) -> list[Any]:
        """What each process gave, in order, to every one."""
        return self.exchange([value] * CORES)


def together(program: Callable[..., Any], *arguments: Any) -> Any:
    """Run a program in processes that know each other; returns what the first of them returns."""
    ends: list[dict[int, Line]] = [{} for _ in range(CORES)]
    for one, other in combinations(range(CORES), 2):
        ends[one][other], ends[other][one] = _FORK.Pipe()
    answer, result = _FORK.Pipe(duplex=False)
    processes = [
        _FORK.Process(target=member, args=(program, Member(number, each), result, arguments))
        for number, each in enumerate(ends)
    ]
    for process in processes:
        process.start()
    result.close()
    try:
        return answer.recv()
    finally:
        for process in processes:
            process.join()


def member(
    program: Callable[..., Any], me: Member, result: Line, arguments: tuple[Any, ...]
) -> None:
    answer = program(me, *arguments)
    if me.number == 0:
        result.send(answer)
