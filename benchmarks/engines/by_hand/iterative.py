"""Data that is read once and used often, by hand."""

from __future__ import annotations

from collections import defaultdict
from multiprocessing.pool import Pool
from typing import Any

from benchmarks.engines.by_hand.pieces import CORES, Piece, lines, pieces, ranges
from benchmarks.engines.by_hand.together import Member, together
from benchmarks.jobs.agreed import CENTRES, PARTS
from benchmarks.jobs.iterative import nearest, point

# -- log mining ------------------------------------------------------------------------------------


def log_mining(pool: Pool, megabytes: int, source: str) -> Any:
    return together(mining, source)


def mining(me: Member, source: str) -> Any:
    errors = [line for line in lines(pieces(source)[me.number]) if " ERROR " in line]
    count = sum(me.all(len(errors)))
    allocator = sum(me.all(sum("Allocator" in line for line in errors)))
    times = [line.split()[1] for line in errors if "xception" in line]
    return count, allocator, sorted(time for part in me.all(times) for time in part)[::1000]


def log_mining_cold(pool: Pool, megabytes: int, source: str) -> Any:
    parts = pieces(source)
    count = sum(pool.map(errors_in, parts))
    allocator = sum(pool.map(allocator_in, parts))
    times = [time for part in pool.map(times_in, parts) for time in part]
    return count, allocator, sorted(times)[::1000]


def errors_in(piece: Piece) -> int:
    return sum(" ERROR " in line for line in lines(piece))


def allocator_in(piece: Piece) -> int:
    return sum(" ERROR " in line and "Allocator" in line for line in lines(piece))


def times_in(piece: Piece) -> list[str]:
    return [line.split()[1] for line in lines(piece) if " ERROR " in line and "xception" in line]


# -- PageRank: a process has the pages of its own hash ---------------------------------------------


def pagerank(pool: Pool, copies: int, source: str) -> Any:
    return together(ranking, source)


def ranking(me: Member, source: str) -> Any:
    links = linked(me, source)
    pages = sum(me.all(len(links)))
    ranks = dict.fromkeys(links, 1 / pages)
    for _ in range(10):
        given: list[defaultdict[str, float]] = [defaultdict(float) for _ in range(CORES)]
        for page, others in links.items():
            if others:
                share = ranks[page] / len(others)
                for other in others:
                    given[hash(other) % CORES][other] += share
        sums = dict.fromkeys(links, 0.0)
        for part in me.exchange(given):
            for page, share in part.items():
                sums[page] += share
        ranks = {page: 0.15 / pages + 0.85 * share for page, share in sums.items()}
    best = sorted(ranks.items(), key=order)[:5]
    best = sorted((pair for part in me.all(best) for pair in part), key=order)[:5]
    return pages, [(name, round(rank, 12)) for name, rank in best]


def linked(me: Member, source: str) -> dict[str, list[str]]:
    """Every page of this process, and the pages to which it has links."""
    shares: list[defaultdict[str, list[str]]] = [defaultdict(list) for _ in range(CORES)]
    for line in lines(pieces(source)[me.number]):
        page, other = line.split()
        shares[hash(page) % CORES][page].append(other)
        shares[hash(other) % CORES][other]  # it is there, with links or not
    links: defaultdict[str, list[str]] = defaultdict(list)
    for part in me.exchange(shares):
        for page, others in part.items():
            links[page] += others
    return links


def order(page: tuple[str, float]) -> tuple[float, str]:
    return -round(page[1], 12), page[0]


# -- k-means and logistic regression ---------------------------------------------------------------


def kmeans(pool: Pool, size: int, source: str) -> Any:
    return together(moving, size)


def moving(me: Member, size: int) -> Any:
    points = [point(number) for number in ranges(size)[me.number]]
    centres = CENTRES
    for _ in range(10):
        sums = [[0.0, 0.0, 0] for _ in centres]
        for x, y in points:
            total = sums[nearest((x, y), centres)]
            total[0] += x
            total[1] += y
            total[2] += 1
        parts = me.all(sums)
        totals = [[sum(numbers) for numbers in zip(*each)] for each in zip(*parts)]  # noqa: B905
        centres = [(x / count, y / count) for x, y, count in totals]
    return [[round(number, 6) for number in centre] for centre in centres]


def kmeans_arrays(pool: Pool, size: int, source: str) -> Any:
    return together(moving_arrays, size)


def moving_arrays(me: Member, size: int) -> Any:
    from benchmarks.jobs.kernels import means, normal, sums

    blocks = [normal(seed, size // PARTS) for seed in range(me.number, PARTS, CORES)]
    centres = me.all(blocks[0][:4])[0]
    for _ in range(10):
        centres = means(sum(me.all(sum(sums(points, centres) for points in blocks))))
    return centres.round(6).tolist()


def logistic_regression(pool: Pool, size: int, source: str) -> Any:
    return together(sloping, size)


def sloping(me: Member, size: int) -> Any:
    import numpy as np

    from benchmarks.jobs.kernels import WIDTH, gradient, observed

    blocks = [observed(seed, size // PARTS) for seed in range(me.number, PARTS, CORES)]
    weights = np.zeros(WIDTH)
    for _ in range(20):
        weights = weights + sum(me.all(sum(gradient(each, weights) for each in blocks))) / size
    return weights.round(6).tolist()
