"""The jobs as RDD programs, which Pyrite, PySpark and pysparkling run unchanged.

A program is given a context, a size and the path of its input, if it has one. What it returns is
small, computed by the engine, and the same however the engine divides the data: other engines'
programs have to return the same. Those that come back to cached data are in
`benchmarks.jobs.iterative`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import nsmallest
from itertools import pairwise
from typing import Any

from benchmarks.jobs.agreed import FACTOR, MIXER, OUTPUT, PARTS, PATTERN, PRIME, SPLITS

# -- text ------------------------------------------------------------------------------------------


def word_count(sc: Any, megabytes: int, source: str) -> Any:
    """How many words there are, how many in all, and the five most frequent."""
    counts = (
        sc.textFile(source, SPLITS)
        .flatMap(lambda line: line.split())
        .map(lambda word: (word, 1))
        .reduceByKey(lambda a, b: a + b, PARTS)
    )
    return ranked(counts)


def grep(sc: Any, megabytes: int, source: str) -> Any:
    """How many lines match, and their length."""
    found = sc.textFile(source, SPLITS).filter(lambda line: PATTERN.search(line) is not None)
    return summed(found.map(len))


def log_aggregation(sc: Any, megabytes: int, source: str) -> Any:
    """Requests and bytes of each (client, status): how many of these, the bytes in all, and the
    five with most bytes."""
    traffic = (
        sc.textFile(source, SPLITS)
        .map(request)
        .reduceByKey(lambda a, b: (a[0] + b[0], a[1] + b[1]), PARTS)
    )
    return ranked(traffic.map(lambda pair: ((*pair[0], pair[1][0]), pair[1][1])))


def request(line: str) -> tuple[tuple[str, str], tuple[int, int]]:
    """((client, status), (1, bytes)) of a line of Apache's combined log."""
    client, _, _ = line.partition(" ")
    status, size = line.split('"')[2].split()
    return (client, status), (1, 0 if size == "-" else int(size))


def inverted_index(sc: Any, megabytes: int, source: str) -> Any:
    """A line is ``document<TAB>text``. How many words, how many places, and the five words that are
    in most documents, each with the first and the last of these."""
    index = (
        sc.textFile(source, SPLITS)
        .map(lambda line: line.split("\t"))
        .flatMap(lambda page: [(word, int(page[0])) for word in set(page[1].split())])
        .groupByKey(PARTS)
        .mapValues(sorted)
    )
    return ranked(index.map(lambda pair: ((pair[0], pair[1][0], pair[1][-1]), len(pair[1]))))


# -- numbers ---------------------------------------------------------------------------------------


def squares(sc: Any, size: int, source: str) -> Any:
    return sc.parallelize(range(size), PARTS).map(lambda x: x * x).sum()


def chain(sc: Any, size: int, source: str) -> Any:
    """Six light steps, and the sum."""
    return (
        sc.parallelize(range(size), PARTS)
        .map(lambda x: x * 3 + 1)
        .filter(lambda x: x % 2 == 0)
        .map(lambda x: (x, x % 1000))
        .filter(lambda pair: pair[1] < 900)
        .map(lambda pair: pair[0] - pair[1])
        .map(lambda x: x // 7)
        .sum()
    )


# -- keys ------------------------------------------------------------------------------------------


def join(sc: Any, size: int, source: str) -> Any:
    """Orders of a tenth as many users, each order with its user's name. The sum of all amounts and
    all names' lengths."""
    users = size // 10
    orders = sc.parallelize(range(size), PARTS).map(lambda i: (i * FACTOR % users, i % 1000))
    names = sc.parallelize(range(users), PARTS).map(lambda i: (i, f"user{i}"))
    joined = orders.join(names, PARTS)
    return joined.map(lambda pair: pair[1][0] + len(pair[1][1])).sum()


def cogroup(sc: Any, size: int, source: str) -> Any:
    """Two datasets with ``size`` records each, and a fifth as many keys, of which half in both."""
    keys = size // 5
    left = sc.parallelize(range(size), PARTS).map(lambda i: (i * FACTOR % keys, i % 1000))
    right = sc.parallelize(range(size), PARTS).map(
        lambda i: (i * FACTOR % keys + keys // 2, i % 777)
    )
    grouped = left.cogroup(right, PARTS)
    return summed(
        grouped.mapValues(lambda both: sum(both[0]) * len(both[1]) + sum(both[1])).values()
    )


def group(sc: Any, size: int, source: str) -> Any:
    """One key has half of the records; the others come in tens. The values' ranges, summed."""
    keys = size // 20
    grouped = (
        sc.parallelize(range(size), PARTS)
        .map(lambda i: (0 if i % 2 else i * FACTOR % keys, i))
        .groupByKey(PARTS)
    )
    return summed(grouped.mapValues(lambda values: max(values) - min(values)).values())


def distinct(sc: Any, size: int, source: str) -> Any:
    """Each number comes twice. The sum of those that there are."""
    half = size // 2
    numbers = sc.parallelize(range(size), PARTS).map(lambda i: i * FACTOR % half)
    return numbers.distinct(PARTS).sum()


# -- order -----------------------------------------------------------------------------------------


def sort_numbers(sc: Any, size: int, source: str) -> Any:
    numbers = sc.parallelize(range(size), PARTS).map(lambda i: i * i * MIXER % PRIME)
    return in_order(numbers.sortBy(lambda number: number, numPartitions=PARTS))


def sort_strings(sc: Any, size: int, source: str) -> Any:
    """Hexadecimal numbers without leading zeros, in the order of text."""
    texts = sc.parallelize(range(size), PARTS).map(lambda i: f"{i * i * MIXER % PRIME:x}")
    return in_order(texts.sortBy(lambda text: text, numPartitions=PARTS))


def terasort(sc: Any, megabytes: int, source: str) -> Any:
    """Lines of 99 characters by their first ten, into files. The answer is read from these."""
    records = sc.textFile(source, SPLITS).map(lambda line: (line[:10], line[10:]))
    ordered = records.sortByKey(numPartitions=PARTS)
    ordered.map(lambda record: record[0] + record[1]).saveAsTextFile(OUTPUT)


# -- small work ------------------------------------------------------------------------------------


def tasks(sc: Any, number: int, source: str) -> Any:
    """One job of so many tasks. Tells whether each was done, as not all engines do as many."""
    total = sum(sc.parallelize(range(number), number).map(lambda x: x + 1).collect())
    return total == number * (number + 1) // 2


def tiny_jobs(sc: Any, number: int, source: str) -> Any:
    """So many jobs of two tasks, one after the other."""
    return all(tasks(sc, 2, source) for _ in range(number))


# -- answers ---------------------------------------------------------------------------------------


def summed(numbers: Any) -> tuple[int, int]:
    """How many there are, and their sum."""
    parts = numbers.mapPartitions(count_and_sum).collect()
    return sum(count for count, _ in parts), sum(total for _, total in parts)


def count_and_sum(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    count = total = 0
    for number in numbers:
        count += 1
        total += number
    yield count, total


def ranked(pairs: Any) -> tuple[int, int, list[tuple[Any, int]]]:
    """Of pairs (key, number): how many, the sum of the numbers, the five pairs with the largest."""
    parts = pairs.mapPartitions(rank).collect()
    count, total = sum(part[0] for part in parts), sum(part[1] for part in parts)
    return count, total, nsmallest(5, (pair for part in parts for pair in part[2]), key=order)


def rank(pairs: Iterable[tuple[Any, int]]) -> Iterator[tuple[int, int, list[tuple[Any, int]]]]:
    part = list(pairs)
    yield len(part), sum(number for _, number in part), nsmallest(5, part, key=order)


def order(pair: tuple[Any, int]) -> tuple[int, Any]:
    """The largest number first; keys of one number in their own order."""
    return -pair[1], pair[0]


def in_order(ordered: Any) -> tuple[int, Any, Any, int]:
    """How many there are, the first and the last, and how many are less than the one before."""
    parts = ordered.mapPartitions(looked_through).collect()
    disorder = sum(part[3] for part in parts)
    disorder += sum(later[1] < earlier[2] for earlier, later in pairwise(parts))
    return sum(part[0] for part in parts), parts[0][1], parts[-1][2], disorder


def looked_through(records: Iterable[Any]) -> Iterator[tuple[int, Any, Any, int]]:
    """How many there are, the first, the last, and how many are less than the one before."""
    records = iter(records)
    for first in records:
        last, count, disorder = first, 1, 0
        for record in records:
            count += 1
            disorder += record < last
            last = record
        yield count, first, last, disorder
