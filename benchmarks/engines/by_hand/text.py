"""Text, by hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from multiprocessing.pool import Pool
from typing import Any

from benchmarks.engines.by_hand.pieces import (
    CORES,
    Piece,
    blocks,
    exchanged,
    give,
    lines,
    pieces,
    take,
)
from benchmarks.jobs.agreed import PATTERN
from benchmarks.jobs.programs import order, rank


def word_count(pool: Pool, megabytes: int, source: str) -> Any:
    counts = Counter[str]()
    for part in pool.map(count_words, pieces(source)):
        counts.update(part)
    return next(rank(counts.items()))


def count_words(piece: Piece) -> Counter[str]:
    counts = Counter[str]()
    for block in blocks(piece):
        counts.update(block.split())
    return counts


def grep(pool: Pool, megabytes: int, source: str) -> tuple[int, int]:
    parts = pool.map(found, pieces(source))
    return sum(count for count, _ in parts), sum(length for _, length in parts)


def found(piece: Piece) -> tuple[int, int]:
    search = PATTERN.search
    lengths = [len(line) for line in lines(piece) if search(line)]
    return len(lengths), sum(lengths)


def log_aggregation(pool: Pool, megabytes: int, source: str) -> Any:
    traffic: dict[tuple[str, str], list[int]] = {}
    for part in pool.map(requests, pieces(source)):
        for key, (hits, size) in part.items():
            entry = traffic.setdefault(key, [0, 0])
            entry[0] += hits
            entry[1] += size
    return next(rank(((*key, hits), size) for key, (hits, size) in traffic.items()))


def requests(piece: Piece) -> dict[tuple[str, str], list[int]]:
    traffic: dict[tuple[str, str], list[int]] = {}
    for line in lines(piece):
        client, _, _ = line.partition(" ")
        status, size = line.split('"')[2].split()
        entry = traffic.setdefault((client, status), [0, 0])
        entry[0] += 1
        if size != "-":
            entry[1] += int(size)
    return traffic


def inverted_index(pool: Pool, megabytes: int, source: str) -> Any:
    parts = exchanged(pool, give_places, pieces(source), take_places)
    common = sorted((pair for part in parts for pair in part[2]), key=order)[:5]
    return sum(part[0] for part in parts), sum(part[1] for part in parts), common


def give_places(task: tuple[str, int, Piece]) -> None:
    folder, giver, piece = task
    shares: list[defaultdict[str, list[int]]] = [defaultdict(list) for _ in range(CORES)]
    for line in lines(piece):
        number, text = line.split("\t")
        page = int(number)
        for word in set(text.split()):
            shares[hash(word) % CORES][word].append(page)
    give(folder, giver, shares)


def take_places(task: tuple[str, int]) -> Any:
    folder, taker = task
    index: defaultdict[str, list[int]] = defaultdict(list)
    for share in take(folder, taker):
        for word, places in share.items():
            index[word] += places
    for places in index.values():
        places.sort()
    return next(
        rank(((word, places[0], places[-1]), len(places)) for word, places in index.items())
    )
