"""Programs made by chance on datasets that threads share, each with what it should come to."""

from __future__ import annotations

import operator
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.conftest import wait_until

from pyrite import RDD, SparkContext, StorageLevel
from pyrite.core.errors import JobCancelled

Record = tuple[int, int]

LEVELS = [
    StorageLevel.MEMORY_ONLY,
    StorageLevel.MEMORY_ONLY_2,
    StorageLevel.MEMORY_ONLY_SER,
    StorageLevel.MEMORY_AND_DISK,
    StorageLevel.MEMORY_AND_DISK_2,
    StorageLevel.DISK_ONLY,
    StorageLevel.OFF_HEAP,
]


@dataclass
class Dataset:
    """A dataset of pairs, and its model.

    Parameters:
        parts: its records, by partition if it is ``ordered``; else all of them in any order.
    """

    rdd: RDD[Record]
    parts: list[list[Record]]
    ordered: bool

    @property
    def records(self) -> list[Record]:
        return [record for part in self.parts for record in part]

    def values(self) -> dict[int, list[int]]:
        """Sorted, by key."""
        found: dict[int, list[int]] = defaultdict(list)
        for key, value in sorted(self.records):
            found[key].append(value)
        return dict(found)

    def each(self, rdd: RDD[Record], change: Callable[[Record], list[Record]]) -> Dataset:
        """What it becomes if each record becomes what ``change`` says."""
        parts = [[new for old in part for new in change(old)] for part in self.parts]
        return Dataset(rdd, parts, self.ordered)


class Programs:
    """What one thread does with the datasets in ``pool``, which others use as well."""

    def __init__(self, sc: SparkContext, pool: list[Dataset], seed: str) -> None:
        self._sc = sc
        self._pool = pool
        self._chance = random.Random(seed)

    def step(self) -> None:
        """Make a dataset of others, keep it or not, and look at one."""
        chance = self._chance
        self._pool.append(made := chance.choice(MAKERS)(self))
        if len(self._pool) > 12:
            self._pool.pop(chance.randrange(4))
        self.keep(made.rdd, 0.5)
        if chance.random() < 0.1:
            made.rdd.checkpoint()
        elif chance.random() < 0.1:
            made.rdd.localCheckpoint()
        if chance.random() < 0.15:
            other = self.pick().rdd
            if not other.isLocallyCheckpointed():  # that would lose it, as on Spark
                other.unpersist()
        if chance.random() < 0.7:
            chance.choice(LOOKS)(self, chance.choice((made, self.pick())))

    def keep(self, rdd: RDD[Record], how_often: float) -> None:
        if self._chance.random() < how_often and not rdd.is_cached:
            rdd.persist(self._chance.choice(LEVELS))

    def pick(self) -> Dataset:
        return self._chance.choice(list(self._pool))

    def parts(self) -> int:
        return self._chance.randint(1, 4)

    # -- makers -------------------------------------------------------------------------

    def source(self) -> Dataset:
        parts = [
            [(self._chance.randint(0, 9), self._chance.randint(0, 99)) for _ in range(size)]
            for size in self._chance.choices(range(15), k=self.parts())
        ]
        numbers = self._sc.parallelize(range(len(parts)), len(parts))
        return Dataset(numbers.flatMap(parts.__getitem__), parts, True)

    def mapped(self) -> Dataset:
        base, add = self.pick(), self._chance.randint(1, 9)
        table = self._sc.broadcast(dict.fromkeys(range(5), add))
        rdd = base.rdd.map(lambda r: (r[0], (r[1] * 3 + table.value.get(r[0], 1)) % 1009))
        return base.each(rdd, lambda r: [(r[0], (r[1] * 3 + (add if r[0] < 5 else 1)) % 1009)])

    def filtered(self) -> Dataset:
        base = self.pick()
        return base.each(base.rdd.filter(lambda r: r[1] % 3), lambda r: [r] * bool(r[1] % 3))

    def slow(self) -> Dataset:
        def dawdle(records: Iterator[Record]) -> Iterator[Record]:
            for record in records:
                time.sleep(0.0005)
                yield record

        base = self.pick()
        return Dataset(base.rdd.mapPartitions(dawdle, True), base.parts, base.ordered)

    def reduced(self) -> Dataset:
        base = self.pick()
        sums = [(key, sum(values)) for key, values in base.values().items()]
        return Dataset(base.rdd.reduceByKey(operator.add, self.parts()), [sums], False)

    def joined(self) -> Dataset:
        """Of two that lie alike, so that they meet without another shuffle."""
        left, right, parts = self.pick(), self.pick(), self.parts()
        sums = [each.rdd.reduceByKey(operator.add, parts) for each in (left, right)]
        for each in sums:
            self.keep(each, 0.6)
        if self._chance.random() < 0.4:
            sums[0].count()
        both = [
            (key, sum(values) + sum(right.values()[key]))
            for key, values in left.values().items()
            if key in right.values()
        ]
        return Dataset(sums[0].join(sums[1], parts).mapValues(sum), [both], False)

    def united(self) -> Dataset:
        left, right = self.pick(), self.pick()
        if len(left.parts) + len(right.parts) > 10:
            return self.source()
        ordered = left.ordered and right.ordered
        return Dataset(left.rdd.union(right.rdd), left.parts + right.parts, ordered)

    def zipped(self) -> Dataset:
        base = self.pick()
        if not base.ordered:
            return self.source()
        more, twice = base.rdd.mapValues(lambda v: v + 1), base.rdd.mapValues(lambda v: v * 2)
        for each in (more, twice):
            self.keep(each, 0.6)
            if self._chance.random() < 0.4:
                each.count()
        rdd = more.zip(twice).map(lambda both: (both[0][0], (both[0][1] + both[1][1]) % 1009))
        return base.each(rdd, lambda r: [(r[0], (r[1] * 3 + 1) % 1009)])

    def sorted(self) -> Dataset:
        base = self.pick()
        rdd = base.rdd.sortBy(lambda r: r, numPartitions=self.parts())
        return Dataset(rdd, [sorted(base.records)], False)

    # -- looks --------------------------------------------------------------------------

    def collect(self, data: Dataset) -> None:
        found = data.rdd.glom().collect()
        if data.ordered:
            assert found == data.parts
        else:
            assert sorted(r for part in found for r in part) == sorted(data.records)

    def take(self, data: Dataset) -> None:
        number = self._chance.randint(1, 5)
        found = data.rdd.take(number)
        assert len(found) == min(number, len(data.records))
        assert set(found) <= set(data.records)

    def count(self, data: Dataset) -> None:
        seen, total = self._sc.accumulator(0), self._sc.accumulator(0)

        def add(record: Record) -> None:
            seen.add(1)
            total.add(record[1])

        data.rdd.foreach(add)
        values = [value for _, value in data.records]
        assert (seen.value, total.value) == (len(values), sum(values))

    def cancel(self, data: Dataset) -> None:
        group = f"{id(self)} {self._chance.random()}"
        found: list[object] = []

        def run() -> None:
            self._sc.setJobGroup(group, "to be cancelled")
            try:
                found.append(sorted(data.rdd.collect()))
            except JobCancelled:
                found.append(sorted(data.records))
            except BaseException as error:
                found.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join(self._chance.random() * 0.05)
        self._sc.cancelJobGroup(group)
        wait_until(lambda: found, 60)
        assert found == [sorted(data.records)]

    def shuffle_anew(self, data: Dataset) -> None:
        data.rdd.cleanShuffleDependencies()
        self.collect(data)


MAKERS = [
    Programs.source,
    Programs.mapped,
    Programs.filtered,
    Programs.slow,
    Programs.reduced,
    Programs.joined,
    Programs.united,
    Programs.zipped,
    Programs.sorted,
]
LOOKS = [
    Programs.collect,
    Programs.take,
    Programs.count,
    Programs.cancel,
    Programs.shuffle_anew,
]
