"""Numbers, and small work, by hand."""

from __future__ import annotations

from multiprocessing.pool import Pool

from benchmarks.engines.by_hand.pieces import ranges


def squares(pool: Pool, size: int, source: str) -> int:
    return sum(pool.map(sum_of_squares, ranges(size)))


def sum_of_squares(numbers: range) -> int:
    return sum(x * x for x in numbers)


def steps(pool: Pool, size: int, source: str) -> int:
    return sum(pool.map(six_steps, ranges(size)))


def six_steps(numbers: range) -> int:
    total = 0
    for x in numbers:
        y = x * 3 + 1
        if y % 2 == 0:
            rest = y % 1000
            if rest < 900:
                total += (y - rest) // 7
    return total


def tasks(pool: Pool, number: int, source: str) -> bool:
    return sum(pool.map(increased, range(number), chunksize=1)) == number * (number + 1) // 2


def increased(x: int) -> int:
    return x + 1


def tiny_jobs(pool: Pool, number: int, source: str) -> bool:
    return all(tasks(pool, 2, source) for _ in range(number))
