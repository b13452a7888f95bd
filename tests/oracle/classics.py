"""Programs as books, courses and Spark's own examples have them, in short."""

from __future__ import annotations

import csv
import heapq
import math
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import partial, total_ordering
from itertools import combinations, pairwise
from operator import add
from typing import Any, NamedTuple

from tests.oracle.outcomes import Bag, Program

EDGES = [(1, 2), (2, 3), (3, 1), (3, 4), (5, 6), (6, 7), (5, 7), (8, 9), (4, 10)]
DOCUMENTS = {
    "a.txt": "it was the best of times it was the worst of times",
    "b.txt": "the age of wisdom the age of foolishness",
    "c.txt": "Straße und Fluß\nund Straße",
}
PEOPLE = ["id,name,city,age", '1,"Ann, A.",Köln,30', "2,Bob,東京,", "3,Cy,Ulm,41", "4,Di,Ulm,9"]
LOG = [
    '10.0.0.1 - - [01/Aug/1995:00:00:01 -0400] "GET /a HTTP/1.0" 200 1839',
    '10.0.0.2 - - [01/Aug/1995:00:00:07 -0400] "GET /b HTTP/1.0" 404 -',
    "what is this",
    '10.0.0.1 - - [01/Aug/1995:00:10:01 -0400] "GET /b HTTP/1.0" 200 12',
    '10.0.0.1 - - [01/Aug/1995:02:00:00 -0400] "GET /a HTTP/1.0" 500 -',
]
LOG_LINE = re.compile(r'^(\S+) \S+ \S+ \[(.{20}) \S+\] "\S+ (\S+)[^"]*" (\d{3}) (\S+)')


def page_rank(sc: Any) -> Any:
    edges = sc.parallelize(["1 2", "1 3", "1 4", "2 1", "3 1", "4 1", "4 3", "4 3"], 2)
    links = edges.map(lambda line: tuple(line.split())).distinct().groupByKey().cache()
    annotation = type(links.first()[1])[str]  # def shares(urls: ResultIterable[str])
    ranks = links.mapValues(lambda urls: 1.0)

    def shares(urls: Any, rank: float) -> Iterator[tuple[str, float]]:
        for url in urls:
            yield url, rank / len(urls)

    for _ in range(4):
        received = links.join(ranks, 2).flatMap(lambda page: shares(*page[1]))
        ranks = received.reduceByKey(add).mapValues(lambda share: 0.15 + 0.85 * share)
    return annotation.__args__, ranks.sortByKey().collect()


def k_means(sc: Any) -> Any:
    import numpy as np

    def nearest(point: Any, centres: list[Any]) -> int:
        return min(range(len(centres)), key=lambda i: float(np.sum((point - centres[i]) ** 2)))

    points = sc.parallelize([(i % 5, i % 3 + i % 2 * 20) for i in range(40)], 3).map(np.array)
    centres = points.cache().takeSample(False, 2, 1)
    for _ in range(4):
        nearby = points.map(lambda p: (nearest(p, centres), (p, 1)))
        sums = nearby.reduceByKey(lambda a, b: (a[0] + b[0], a[1] + b[1]))
        for i, centre in sums.mapValues(lambda total: total[0] / total[1]).collect():
            centres[i] = centre
    return [centre.tolist() for centre in centres]


def logistic_regression(sc: Any) -> Any:
    import numpy as np

    def batch(lines: Iterable[str]) -> list[Any]:
        return [np.array([[float(x) for x in line.split()] for line in lines])]

    def gradient(batch: Any, weights: Any) -> Any:
        labels, points = batch[:, 0], batch[:, 1:]
        slope = 1 / (1 + np.exp(-labels * points.dot(weights))) - 1
        return (slope * labels * points.T).sum(1)

    def added(x: Any, y: Any) -> Any:
        x += y
        return x

    lines = [f"{1 if i % 3 else -1} {i % 7} {-i % 5} {i % 2}" for i in range(60)]
    batches = sc.parallelize(lines, 3).mapPartitions(batch).cache()
    weights = np.array([0.5, -0.5, 0.25])
    for _ in range(4):
        slopes = batches.map(partial(gradient, weights=weights))
        weights = weights - 0.1 * slopes.reduce(added)
    return weights.tolist()


def statistics_of_arrays(sc: Any) -> Any:
    import numpy as np

    stats = sc.range(12, numSlices=3).map(lambda i: np.array([i, -2.0 * i, i % 5])).stats()
    names = ("mean", "sum", "min", "max", "variance", "sampleStdev")
    return stats.count(), [getattr(stats, name)().tolist() for name in names]


def transitive_closure(sc: Any) -> Any:
    paths = sc.parallelize(EDGES, 2).cache()
    backwards = paths.map(lambda edge: (edge[1], edge[0]))
    count, before = paths.count(), 0
    while count != before:
        longer = paths.join(backwards, 2).map(lambda path: (path[1][1], path[1][0]))
        paths = paths.union(longer).distinct().coalesce(2).cache()
        count, before = paths.count(), count
    return Bag(paths.collect())


def connected_components(sc: Any) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        sc.setCheckpointDir(folder)
        edges = sc.parallelize(EDGES, 2).flatMap(lambda edge: [edge, edge[::-1]]).cache()
        labels = edges.keys().distinct().map(lambda node: (node, node))
        changes = []
        while not changes or changes[-1]:
            heard = edges.join(labels, 2).values().union(labels)
            smaller = heard.reduceByKey(min, 2).cache()
            smaller.checkpoint()
            both = smaller.join(labels, 2).values()
            changes.append(both.filter(lambda pair: pair[0] != pair[1]).count())
            labels.unpersist()
            labels = smaller
        return changes, labels.isCheckpointed(), labels.sortByKey().collect()


def breadth_first(sc: Any) -> Any:
    """Until an accumulator says that nothing is new."""
    neighbours = sc.parallelize(EDGES, 2).flatMap(lambda e: [e, e[::-1]]).groupByKey().cache()
    distances = neighbours.mapValues(lambda _: math.inf)
    distances = distances.map(lambda pair: (pair[0], 0 if pair[0] == 1 else pair[1]))
    nearer = sc.accumulator(0)

    def count(node: Any) -> None:
        if node[1][0] != node[1][1]:
            nearer.add(1)

    rounds = []
    while len(rounds) < 2 or rounds[-1] > rounds[-2]:
        steps = neighbours.join(distances, 2).values()
        reached = steps.flatMap(lambda step: [(node, step[1] + 1) for node in step[0]])
        found = reached.union(distances).reduceByKey(min, 2).cache()
        found.join(distances, 2).foreach(count)
        rounds.append(nearer.value)
        distances = found
    return rounds, distances.sortByKey().collect()


def triangles(sc: Any) -> Any:
    edges = sc.parallelize([*EDGES, (2, 4), (1, 4)], 3).map(lambda e: (min(e), max(e))).distinct()
    wedges = edges.join(edges).filter(lambda wedge: wedge[1][0] < wedge[1][1])
    closed = wedges.map(lambda wedge: (wedge[1], wedge[0])).join(edges.map(lambda e: (e, None)))
    return Bag(closed.map(lambda found: (found[1][0], *found[0])).collect())


def tf_idf(sc: Any) -> Any:
    texts = sc.parallelize(sorted(DOCUMENTS.items()), 2).mapValues(str.split).cache()
    counts = texts.flatMapValues(lambda words: Counter(words).items())
    often = counts.map(lambda entry: (entry[1][0], (entry[0], entry[1][1])))
    rare = often.mapValues(lambda _: 1).reduceByKey(add)
    number = texts.count()
    weights = often.join(rare).mapValues(lambda w: (w[0][0], w[0][1] * math.log(number / w[1])))
    return weights.takeOrdered(6, key=lambda entry: (-entry[1][1], entry[0], entry[1][0]))


def inverted_index(sc: Any) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in DOCUMENTS.items():
            with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
                file.write(text)
        files = sc.wholeTextFiles(f"{folder}/*.txt")
        words = files.flatMap(
            lambda file: [(w, os.path.basename(file[0])) for w in file[1].split()]
        )
        return words.distinct().groupByKey().mapValues(sorted).sortByKey().collect()


class Person(NamedTuple):
    number: int
    name: str
    city: str
    age: int | None


def people(lines: Iterable[str]) -> Iterator[Person]:
    for number, name, city, age in csv.reader(lines):
        yield Person(int(number), name, city, int(age) if age else None)


def csv_without_header(sc: Any) -> Any:
    lines = sc.parallelize(PEOPLE, 2)
    header = lines.first()
    rows = lines.filter(lambda line: line != header).mapPartitions(people).cache()
    by_place = lines.zipWithIndex().filter(lambda line: line[1] > 0).keys().count()
    by_index = lines.mapPartitionsWithIndex(lambda i, it: list(it)[1:] if i == 0 else it).count()
    ages = rows.filter(lambda row: row.age).map(lambda row: (row.city, row.age)).groupByKey()
    means = ages.mapValues(lambda each: sum(each) / len(each))
    return by_place, by_index, rows.map(tuple).collect(), Bag(means.collect())


def log_sessions(sc: Any) -> Any:
    def parsed(line: str) -> tuple[bool, Any]:
        found = LOG_LINE.match(line)
        if found is None:
            return False, line
        host, time, page, code, size = found.groups()
        when = datetime.strptime(time, "%d/%b/%Y:%H:%M:%S")
        return True, (host, when, page, int(code), 0 if size == "-" else int(size))

    def sessions(times: Iterable[datetime]) -> int:
        ordered = sorted(times)
        pauses = [b - a for a, b in pairwise(ordered)]
        return 1 + sum(pause > timedelta(minutes=30) for pause in pauses)

    lines = sc.parallelize(LOG, 2).map(parsed).cache()
    requests = lines.filter(lambda line: line[0]).values()
    visits = requests.map(lambda r: (r[0], r[1])).groupByKey().mapValues(sessions)
    days = requests.map(lambda r: (r[1].date(), r[4])).reduceByKey(add)
    bad = lines.filter(lambda line: not line[0]).values().collect()
    codes = requests.map(lambda r: r[3]).countByValue()
    return bad, visits.sortByKey().collect(), days.collect(), dict(codes)


def secondary_sort(sc: Any) -> Any:
    """The two warmest days of each station, without holding a station's days."""
    days = [((f"ST{i % 4}", i * 37 % 29), date(1800, 1, i + 1)) for i in range(30)]

    def warmest(rows: Iterator[Any]) -> Iterator[Any]:
        last, seen = None, 0
        for (station, degrees), day in rows:
            last, seen = station, seen + 1 if station == last else 1
            if seen <= 2:
                yield station, degrees, day

    placed = sc.parallelize(days, 3).repartitionAndSortWithinPartitions(
        2, lambda key: int(key[0][2:]), keyfunc=lambda key: (key[0], -key[1])
    )
    return placed.mapPartitions(warmest).glom().collect()


def top_of_each_key(sc: Any) -> Any:
    def put(heap: list[int], value: int) -> list[int]:
        heapq.heappush(heap, value)
        if len(heap) > 3:
            heapq.heappop(heap)
        return heap

    def merged(one: list[int], other: list[int]) -> list[int]:
        return heapq.nlargest(3, one + other)

    pairs = sc.parallelize([("abc"[i % 3], i * 7919 % 101) for i in range(60)], 4)
    top = pairs.aggregateByKey([], put, merged).mapValues(lambda heap: sorted(heap, reverse=True))
    return Bag(top.collect())


def moving_average(sc: Any) -> Any:
    start = date(2020, 1, 1)
    prices = sc.parallelize([(start + timedelta(i * 7 % 20), i * 37 % 11) for i in range(20)], 3)
    placed = prices.sortByKey().zipWithIndex().map(lambda row: (row[1], row[0]))
    spread = placed.flatMap(lambda row: [(row[0] + i, row[1][1]) for i in range(3)])
    windows = spread.groupByKey().filter(lambda window: len(window[1]) == 3)
    means = windows.mapValues(lambda window: sum(window) / 3).join(placed)
    return means.map(lambda row: (row[1][1][0], row[1][0])).sortByKey().collect()


def matrix_product(sc: Any) -> Any:
    left = sc.parallelize([((i, j), i + 2 * j) for i in range(4) for j in range(3)], 2)
    right = sc.parallelize([((i, j), i * j - 1) for i in range(3) for j in range(2)], 2)
    by_column = left.map(lambda cell: (cell[0][1], (cell[0][0], cell[1])))
    by_row = right.map(lambda cell: (cell[0][0], (cell[0][1], cell[1])))
    terms = by_column.join(by_row).values()
    cells = terms.map(lambda pair: ((pair[0][0], pair[1][0]), pair[0][1] * pair[1][1]))
    return cells.reduceByKey(add).sortByKey().collect()


def similar_films(sc: Any) -> Any:
    def cosine(ratings: Iterable[tuple[float, float]]) -> tuple[float, int]:
        both = list(ratings)
        sizes = math.sqrt(sum(x * x for x, _ in both)) * math.sqrt(sum(y * y for _, y in both))
        return sum(x * y for x, y in both) / sizes, len(both)

    ratings = sc.parallelize([(i % 6, (i * 5 % 7, float(i % 5 + 1))) for i in range(36)], 3)
    pairs = ratings.partitionBy(5).join(ratings).values()
    once = pairs.filter(lambda pair: pair[0][0] < pair[1][0])
    films = once.map(lambda pair: ((pair[0][0], pair[1][0]), (pair[0][1], pair[1][1])))
    return films.groupByKey().mapValues(lambda r: cosine(sorted(r))).sortByKey().collect()


def baskets(sc: Any) -> Any:
    bought = sc.parallelize([["milk", "bread"], ["milk", "eggs", "bread"], ["eggs", "milk"]], 2)
    pairs = bought.flatMap(lambda basket: combinations(sorted(basket), 2))
    counts = pairs.map(lambda pair: (pair, 1)).reduceByKey(add)
    merged = bought.map(Counter).treeReduce(lambda one, other: one + other)
    return counts.sortBy(lambda pair: (-pair[1], pair[0])).collect(), dict(merged)


class Bayes:
    """Keeps its context out of what travels, as many classes do."""

    def __init__(self, sc: Any) -> None:
        self.sc = sc

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "sc"}

    def fit(self, documents: Any) -> Bayes:
        self.prior = documents.mapValues(lambda _: 1).reduceByKey(add).collectAsMap()
        words = documents.flatMapValues(lambda text: text).map(lambda pair: (pair, 1))
        self.counts = words.reduceByKey(add).collectAsMap()
        return self

    def predict(self, words: list[str]) -> str:
        def likely(kind: str) -> float:
            return self.prior[kind] * math.prod(self.counts.get((kind, w), 0.1) for w in words)

        return max(sorted(self.prior), key=likely)


def naive_bayes(sc: Any) -> Any:
    texts = [("spam", "buy now cheap"), ("ham", "meet me now"), ("spam", "cheap pills")]
    documents = sc.parallelize(texts, 2).mapValues(str.split)
    return documents.values().map(Bayes(sc).fit(documents).predict).collect()


@total_ordering
class Version:
    def __init__(self, text: str) -> None:
        self.parts = tuple(map(int, text.split(".")))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self.parts == other.parts

    def __lt__(self, other: Version) -> bool:
        return self.parts < other.parts

    def __hash__(self) -> int:
        return hash(self.parts)


def ordered_versions(sc: Any) -> Any:
    versions = sc.parallelize(["1.10.0", "1.9", "2.0", "1.9", "1.10.0", "0.1"], 3).map(Version)
    counts = versions.map(lambda version: (version, 1)).reduceByKey(add).sortByKey(False)
    return versions.max().parts, counts.map(lambda pair: (pair[0].parts, pair[1])).collect()


def _named(*programs: Program) -> dict[str, Program]:
    return {program.__name__.replace("_", " "): program for program in programs}


PROGRAMS = _named(
    page_rank,
    transitive_closure,
    connected_components,
    breadth_first,
    triangles,
    tf_idf,
    inverted_index,
    csv_without_header,
    log_sessions,
    secondary_sort,
    top_of_each_key,
    moving_average,
    matrix_product,
    similar_films,
    baskets,
    naive_bayes,
    ordered_versions,
)
WITH_NUMPY = _named(k_means, logistic_regression, statistics_of_arrays)
