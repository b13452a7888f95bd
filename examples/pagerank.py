"""PageRank: which pages matter, from the links between them alone.

    python examples/pagerank.py [INPUT [ROUNDS [OUTPUT]]]

INPUT holds a link in each line, the names of two pages; lines that begin with # are passed over.
Without it, a small web is made up. The best pages are printed; all are saved under OUTPUT, a folder
that must not exist yet. The links of each page are kept in memory, and the ranks are divided among
partitions in the same way, so that a join of the two moves nothing.

A page without links gives nothing. Dividing by the sum at the end comes to the same as to have it
give to all pages alike (Del Corso, Gulli, Romani: "Fast PageRank Computation via a Sparse Linear
System", 2005); PageRank itself is of Brin and Page, 1998.
"""

import random
import sys
from collections.abc import Iterator
from operator import add

from pyrite import SparkContext

DAMPING = 0.85


def made_up_web(pages: int) -> list[str]:
    """Each page links to some of those before it: the older, the more."""
    chance = random.Random(7)
    links = [(page, int(page * chance.random() ** 3)) for page in range(1, pages) for _ in range(5)]
    return [f"page{page} page{other}" for page, other in links]


def ends(link: str) -> list[tuple[str, str | None]]:
    """The link, and a mention of the page that it leads to, which may have no links of its own."""
    page, other = link.split()[:2]
    return [(page, other), (other, None)]


def shares(page: tuple[str, tuple[set[str], float]]) -> Iterator[tuple[str, float]]:
    """What a page gives to those it links to; and nothing to itself, lest it be forgotten."""
    name, (others, rank) = page
    yield name, 0.0
    for other in others:
        yield other, rank / len(others)


source, rounds, output, *_ = [*sys.argv[1:], "", "", ""]
with SparkContext(appName="PageRank") as sc:
    lines = sc.textFile(source) if source else sc.parallelize(made_up_web(2_000))
    parts = sc.defaultParallelism
    links = (
        lines.filter(lambda line: not line.startswith("#"))
        .flatMap(ends)
        .groupByKey(parts)
        .mapValues(lambda others: set(others) - {None})
        .cache()
    )
    pages = links.count()
    ranks = links.mapValues(lambda others: 1 / pages)
    for _ in range(int(rounds or 30)):
        given = links.join(ranks, parts).flatMap(shares).reduceByKey(add, parts)
        ranks = given.mapValues(lambda rank: (1 - DAMPING) / pages + DAMPING * rank)
    total = ranks.cache().values().sum()
    ranks = ranks.mapValues(lambda rank: rank / total)
    for name, rank in ranks.takeOrdered(10, key=lambda page: (-page[1], page[0])):
        print(f"{rank:.12f}  {name}")
    if output:
        ranks.map(lambda page: f"{page[0]}\t{page[1]}").saveAsTextFile(output)
