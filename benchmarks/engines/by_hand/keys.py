"""Joins and groups, by hand: records are exchanged so that all of a key meet in one process.

They are kept as two lists, of keys and of values, which pickle more quickly than pairs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from multiprocessing.pool import Pool
from typing import Any, TypeAlias

from benchmarks.engines.by_hand.pieces import CORES, exchanged, give, ranges, take
from benchmarks.jobs.agreed import FACTOR

Columns: TypeAlias = tuple[list[int], list[Any]]


def split() -> list[Columns]:
    """Empty columns, for each process."""
    return [([], []) for _ in range(CORES)]


def summed(parts: list[tuple[int, int]]) -> tuple[int, int]:
    return sum(count for count, _ in parts), sum(total for _, total in parts)


def sized(size: int) -> list[tuple[int, range]]:
    return [(size, part) for part in ranges(size)]


# -- join ------------------------------------------------------------------------------------------


def join(pool: Pool, size: int, source: str) -> int:
    return sum(exchanged(pool, give_orders, sized(size), take_orders))


def give_orders(task: tuple[str, int, tuple[int, range]]) -> None:
    folder, giver, (size, part) = task
    users = size // 10
    orders, names = split(), split()
    for i in part:
        user = i * FACTOR % users
        keys, amounts = orders[user % CORES]
        keys.append(user)
        amounts.append(i % 1000)
    for user in range(part.start // 10, part.stop // 10):
        keys, texts = names[user % CORES]
        keys.append(user)
        texts.append(f"user{user}")
    give(folder, giver, zip(orders, names, strict=True))


def take_orders(task: tuple[str, int]) -> int:
    given = list(take(*task))
    names: dict[int, list[str]] = {}
    for _, (users, texts) in given:
        for user, text in zip(users, texts, strict=True):
            names.setdefault(user, []).append(text)
    total = 0
    for (users, amounts), _ in given:
        for user, amount in zip(users, amounts, strict=True):
            for name in names.get(user, ()):
                total += amount + len(name)
    return total


# -- cogroup ---------------------------------------------------------------------------------------


def cogroup(pool: Pool, size: int, source: str) -> tuple[int, int]:
    return summed(exchanged(pool, give_both, sized(size), take_both))


def give_both(task: tuple[str, int, tuple[int, range]]) -> None:
    folder, giver, (size, part) = task
    count = size // 5
    half = count // 2
    give(
        folder,
        giver,
        zip(
            divided(part, lambda i: i * FACTOR % count, 1000),
            divided(part, lambda i: i * FACTOR % count + half, 777),
            strict=True,
        ),
    )


def divided(part: range, key: Callable[[int], int], modulus: int) -> list[Columns]:
    shares = split()
    for i in part:
        number = key(i)
        keys, values = shares[number % CORES]
        keys.append(number)
        values.append(i % modulus)
    return shares


def take_both(task: tuple[str, int]) -> tuple[int, int]:
    groups: defaultdict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for both in take(*task):
        for side, (keys, values) in enumerate(both):
            for key, value in zip(keys, values, strict=True):
                groups[key][side].append(value)
    total = sum(sum(left) * len(right) + sum(right) for left, right in groups.values())
    return len(groups), total


# -- group -----------------------------------------------------------------------------------------


def group(pool: Pool, size: int, source: str) -> tuple[int, int]:
    return summed(exchanged(pool, give_groups, sized(size), take_groups))


def give_groups(task: tuple[str, int, tuple[int, range]]) -> None:
    folder, giver, (size, part) = task
    count = size // 20
    shares: list[defaultdict[int, list[int]]] = [defaultdict(list) for _ in range(CORES)]
    for i in part:
        key = 0 if i % 2 else i * FACTOR % count
        shares[key % CORES][key].append(i)
    give(folder, giver, shares)


def take_groups(task: tuple[str, int]) -> tuple[int, int]:
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for share in take(*task):
        for key, values in share.items():
            groups[key] += values
    return len(groups), sum(max(values) - min(values) for values in groups.values())


# -- distinct --------------------------------------------------------------------------------------


def distinct(pool: Pool, size: int, source: str) -> int:
    return sum(exchanged(pool, give_numbers, sized(size), take_numbers))


def give_numbers(task: tuple[str, int, tuple[int, range]]) -> None:
    folder, giver, (size, part) = task
    half = size // 2
    numbers = {i * FACTOR % half for i in part}
    shares: list[list[int]] = [[] for _ in range(CORES)]
    for number in numbers:
        shares[number % CORES].append(number)
    give(folder, giver, shares)


def take_numbers(task: tuple[str, int]) -> int:
    return sum(set[int]().union(*take(*task)))
