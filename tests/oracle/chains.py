"""Programs made by chance: a source, some transformations, an action."""

from __future__ import annotations

import datetime
import operator
import os
import signal
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from tests.oracle.outcomes import Bag
from tests.oracle.programs import NAN, Colour, Point, Town

Step = tuple[str, Callable[[Any], Any]]
"""A transformation, and its name for people."""


def _key(record: Any) -> Any:
    """A key of any record: itself if nothing in it is unhashable."""
    return record[0] if isinstance(record, tuple) and record else record


def _weight(record: Any) -> int:
    """A number of any record, the same in every process."""
    return len(repr(record)) % 7


def _paired(dataset: Any) -> Any:
    return dataset.map(lambda record: (_key(record), _weight(record)))


def _kept(dataset: Any) -> Any:
    """Cached, and used for the first time."""
    kept = dataset.cache()
    kept.count()
    return kept


# -- sources ----------------------------------------------------------------------------------

_PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from(["", "a", "b", "ä", b"", b"a", 0.5, -2.5, -0.0, 1e300, float("-inf")]),
    st.sampled_from([10**20, -(10**20), 2**61 - 1, 2**31, -(2**63), 1j]),
    st.sampled_from([Decimal("1.5"), Decimal(2), datetime.date(2026, 1, 2)]),
    st.sampled_from([datetime.datetime(2026, 1, 2, 3, 4), datetime.timedelta(1)]),
    st.sampled_from([*Colour, Point(1, 2), Town("Ulm", None), Town("Ulm", 9)]),
)
_PLACED = st.one_of(
    _PLAIN,
    st.tuples(_PLAIN),
    st.tuples(_PLAIN, _PLAIN),
    st.tuples(_PLAIN, st.tuples(_PLAIN, st.none())),
    st.frozensets(st.one_of(st.integers(0, 3), st.sampled_from("ab")), max_size=2),
)
"""Keys of every kind that PySpark places by a rule."""
_KEYS = st.one_of(_PLACED, st.just(NAN))


def _sources(keys: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[list[Any], int]]:
    """Records and a number of partitions, some of which may stay empty."""
    even = st.lists(keys, max_size=30)
    skewed = st.builds(
        lambda few, one, times: [*few, *[one] * times, *few],
        st.lists(keys, max_size=8),
        keys,
        st.integers(50, 120),
    )
    return st.tuples(st.one_of(even, even, skewed), st.integers(1, 6))


# -- steps ------------------------------------------------------------------------------------

_BY_RECORD: list[Step] = [
    ("map", lambda d: d.map(lambda x: (_weight(x), x))),
    ("filter", lambda d: d.filter(lambda x: _weight(x) != 3)),
    ("flatMap", lambda d: d.flatMap(lambda x: [x] * (_weight(x) % 3))),
    ("mapValues", lambda d: _paired(d).mapValues(str)),
    ("flatMapValues", lambda d: _paired(d).flatMapValues(range)),
    ("keyBy", lambda d: d.keyBy(_weight)),
    ("union", lambda d: d.union(d.map(_weight))),
    ("coalesce", lambda d: d.coalesce(2)),
    ("cache", _kept),
    ("empty partitions", lambda d: d.union(d.context.parallelize([], 2))),
]
"""Steps that do the same to a record wherever it lies."""

_BY_PLACE: list[Step] = [
    ("mapPartitions", lambda d: d.mapPartitions(lambda it: list(it)[::-1])),
    ("mapPartitionsWithIndex", lambda d: d.mapPartitionsWithIndex(lambda i, it: it if i else [])),
    ("glom", lambda d: d.glom().map(tuple)),
    ("sample", lambda d: d.sample(False, 0.6, 5)),
    ("sample with replacement", lambda d: d.sample(True, 1.2, 5)),
    ("sampleByKey", lambda d: d.keyBy(_weight).sampleByKey(False, dict.fromkeys(range(7), 0.5), 5)),
    ("randomSplit", lambda d: d.randomSplit([1, 3], 5)[1]),
    ("zip", lambda d: d.zip(d.map(_weight))),
    ("zipWithIndex", lambda d: d.zipWithIndex()),
    ("zipWithUniqueId", lambda d: d.zipWithUniqueId()),
]
"""Steps for which the place of a record matters."""

_WIDE: list[Step] = [
    ("reduceByKey", lambda d: _paired(d).reduceByKey(operator.add)),
    ("foldByKey", lambda d: _paired(d).foldByKey(0, operator.add, 3)),
    ("aggregateByKey", lambda d: _paired(d).aggregateByKey(0, max, max)),
    (
        "combineByKey",
        lambda d: (
            _paired(d)
            .combineByKey(lambda v: [v], lambda c, v: [*c, v], operator.add, 4)
            .mapValues(lambda values: tuple(sorted(values)))
        ),
    ),
    ("groupByKey", lambda d: _paired(d).groupByKey(2).mapValues(lambda v: tuple(sorted(v)))),
    ("groupBy", lambda d: d.groupBy(_weight).mapValues(len)),
    ("partitionBy", lambda d: _paired(d).partitionBy(3)),
    ("distinct", lambda d: d.distinct()),
    ("sortBy", lambda d: d.sortBy(repr, numPartitions=3)),
    ("sortByKey", lambda d: d.keyBy(_weight).sortByKey(False, 2)),
    ("join", lambda d: _paired(d.distinct()).join(_paired(d).mapValues(str).distinct(), 2)),
    (
        "leftOuterJoin",
        lambda d: _paired(d).distinct().leftOuterJoin(d.keyBy(_weight).distinct(), 3),
    ),
    (
        "fullOuterJoin",
        lambda d: _paired(d).distinct().fullOuterJoin(d.keyBy(_weight).distinct(), 3),
    ),
    (
        "cogroup",
        lambda d: (
            _paired(d)
            .cogroup(_paired(d), 3)
            .mapValues(lambda sides: tuple(tuple(sorted(side)) for side in sides))
        ),
    ),
    ("subtractByKey", lambda d: d.keyBy(_weight).subtractByKey(_paired(d), 3)),
    ("subtract", lambda d: d.subtract(d.filter(lambda x: _weight(x) == 3), 4)),
]
_SCATTERING: list[Step] = [
    ("repartition", lambda d: d.repartition(3)),
    ("coalesce with shuffle", lambda d: d.coalesce(5, shuffle=True)),
    ("cartesian", lambda d: d.cartesian(d.context.parallelize("xy", 2))),
    ("intersection", lambda d: d.intersection(d.filter(lambda x: _weight(x) > 1))),
    ("rightOuterJoin", lambda d: _paired(d).rightOuterJoin(d.keyBy(_weight).distinct())),
]
"""Steps whose layout differs from PySpark's, as `differences` tells, or whose input must not."""

_PLACE_ACTIONS: list[Step] = [
    ("glom", lambda d: d.glom().collect()),
    ("take", lambda d: (d.take(3), d.count(), d.isEmpty())),
    ("fold", lambda d: d.map(repr).fold("", operator.add)),
    ("toLocalIterator", lambda d: list(d.toLocalIterator())),
]
_ACTIONS: list[Step] = [
    ("collect", lambda d: Bag(d.collect())),
    ("collect and count", lambda d: (Bag(d.collect()), d.count())),
    ("countByValue", lambda d: Bag(d.countByValue().items())),
    ("sum", lambda d: d.map(_weight).sum()),
    ("takeOrdered", lambda d: list(map(repr, d.takeOrdered(5, key=repr)))),
    ("treeReduce", lambda d: d.map(_weight).treeReduce(operator.add, 3)),
    ("histogram", lambda d: d.map(_weight).histogram([0, 2, 4, 7])),
]


_RUNNING = {"cache", "sortBy", "sortByKey", "zipWithIndex"}


def _settled(steps: list[Step]) -> list[Step]:
    """The steps, without a coalesce of what an earlier job has shuffled or cached: PySpark then
    goes by where that happens to lie."""
    ran = [name in _RUNNING for name, _ in steps]
    return [step for i, step in enumerate(steps) if step[0] != "coalesce" or not any(ran[:i])]


class Chain:
    """A program that says what it does.

    Parameters:
        source: its records, and in how many partitions.
        steps: transformations, and an action.
    """

    def __init__(self, source: tuple[list[Any], int], steps: list[Step]) -> None:
        self._source = source
        self._steps = steps

    def __call__(self, sc: Any) -> Any:
        result = sc.parallelize(*self._source)
        for _, step in self._steps:
            result = step(result)
        return result

    def with_deaths(self, folder: str) -> Chain:
        """The same program, whose first two steps are each the death of a worker in their first
        and their last partition. A file in ``folder`` tells of each."""
        steps = list(self._steps)
        for number, place in enumerate((1, 0)):
            if place < len(steps):
                steps.insert(place, (f"death {number}", Deaths(f"{folder}/{number}")))
        return Chain(self._source, steps)

    @property
    def has_nan(self) -> bool:
        """Whether a NaN may become a key. As it equals nothing, those are one key that are one
        object, which is a matter of chance where records are written to disk between."""
        return any(record is NAN for record in self._source[0])

    def __repr__(self) -> str:
        records, parts = self._source
        return ".".join([f"parallelize({records}, {parts})", *(name for name, _ in self._steps)])


class Deaths:
    """A step that leaves records as they are, and once in two partitions kills the worker."""

    def __init__(self, mark: str) -> None:
        self._mark = mark

    def __call__(self, dataset: Any) -> Any:
        last = dataset.getNumPartitions() - 1
        return dataset.mapPartitionsWithIndex(
            lambda number, records: (
                self._dying(records, number) if number in (0, last) else records
            ),
            True,
        )

    def _dying(self, records: Iterator[Any], number: int) -> Iterator[Any]:
        yield from records
        try:
            os.close(os.open(f"{self._mark}-{number}", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    """Up to three narrow steps; then, as often as not, some wide and narrow ones."""
    steps = draw(st.lists(st.sampled_from(_BY_RECORD + _BY_PLACE), max_size=3))
    actions = _PLACE_ACTIONS + _ACTIONS
    if draw(st.booleans()):
        steps.append(draw(st.sampled_from(_WIDE + _SCATTERING)))
        # What depends on the order of records is left out from here on.
        steps += draw(st.lists(st.sampled_from(_BY_RECORD + _WIDE + _SCATTERING), max_size=2))
        actions = _ACTIONS
    return Chain(draw(_sources(_KEYS)), [*_settled(steps), draw(st.sampled_from(actions))])


@st.composite
def layouts(draw: st.DrawFn) -> Chain:
    """Steps of all kinds; each record in its place counts."""
    steps = draw(st.lists(st.sampled_from(_BY_RECORD + _BY_PLACE + _WIDE), min_size=1, max_size=4))
    action = draw(st.sampled_from(_PLACE_ACTIONS))
    return Chain(draw(_sources(_PLACED)), [*_settled(steps), action])
