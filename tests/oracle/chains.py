"""Programs made by chance: a source, some transformations, an action."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from tests.oracle.outcomes import Bag, Program

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


_SCALARS = st.one_of(
    st.none(),
    st.integers(-5, 5),
    st.sampled_from(["", "a", "b", "ä", b"", b"a", 0.5, 2.5, 10**20, -(10**20)]),
)
_KEYS = st.one_of(
    _SCALARS,
    st.tuples(_SCALARS),
    st.tuples(_SCALARS, _SCALARS),
    st.frozensets(st.integers(0, 3), max_size=2),
)
_SOURCES = st.tuples(st.lists(_KEYS, max_size=25), st.integers(1, 6))

_NARROW: list[Step] = [
    ("map", lambda d: d.map(lambda x: (_weight(x), x))),
    ("filter", lambda d: d.filter(lambda x: _weight(x) != 3)),
    ("flatMap", lambda d: d.flatMap(lambda x: [x] * (_weight(x) % 3))),
    ("mapPartitions", lambda d: d.mapPartitions(lambda it: list(it)[::-1])),
    ("mapPartitionsWithIndex", lambda d: d.mapPartitionsWithIndex(lambda i, it: it if i else [])),
    ("mapValues", lambda d: _paired(d).mapValues(str)),
    ("flatMapValues", lambda d: _paired(d).flatMapValues(range)),
    ("keyBy", lambda d: d.keyBy(_weight)),
    ("union", lambda d: d.union(d.map(_weight))),
    ("coalesce", lambda d: d.coalesce(2)),
    ("sample", lambda d: d.sample(False, 0.6, 5)),
    ("zip", lambda d: d.zip(d.map(_weight))),
    ("zipWithIndex", lambda d: d.zipWithIndex()),
    ("zipWithUniqueId", lambda d: d.zipWithUniqueId()),
]
"""Steps after which the place of each record is still known."""

_WIDE: list[Step] = [
    ("reduceByKey", lambda d: _paired(d).reduceByKey(operator.add)),
    ("foldByKey", lambda d: _paired(d).foldByKey(0, operator.add, 3)),
    ("aggregateByKey", lambda d: _paired(d).aggregateByKey(0, max, max)),
    ("groupByKey", lambda d: _paired(d).groupByKey(2).mapValues(lambda v: tuple(sorted(v)))),
    ("groupBy", lambda d: d.groupBy(_weight).mapValues(len)),
    ("partitionBy", lambda d: _paired(d).partitionBy(3)),
    ("repartition", lambda d: d.repartition(3)),
    ("distinct", lambda d: d.distinct()),
    ("sortBy", lambda d: d.sortBy(repr, numPartitions=3)),
    ("sortByKey", lambda d: d.keyBy(_weight).sortByKey(False)),
    ("join", lambda d: _paired(d.distinct()).join(_paired(d).mapValues(str).distinct(), 2)),
    (
        "fullOuterJoin",
        lambda d: _paired(d).distinct().fullOuterJoin(d.keyBy(_weight).distinct(), 3),
    ),
    (
        "cogroup",
        lambda d: (
            _paired(d)
            .cogroup(_paired(d))
            .mapValues(lambda sides: tuple(tuple(sorted(side)) for side in sides))
        ),
    ),
    ("subtract", lambda d: d.subtract(d.filter(lambda x: _weight(x) == 3))),
    ("intersection", lambda d: d.intersection(d.filter(lambda x: _weight(x) > 1))),
]
"""Steps after which records may lie anywhere. They need hashable records, as all here are."""

_ORDERED_ACTIONS: list[Step] = [
    ("glom", lambda d: d.glom().collect()),
    ("take", lambda d: (d.take(3), d.count(), d.isEmpty())),
    ("fold", lambda d: d.map(repr).fold("", operator.add)),
    ("toLocalIterator", lambda d: list(d.toLocalIterator())),
]
_ACTIONS: list[Step] = [
    ("collect", lambda d: Bag(d.collect())),
    ("countByValue", lambda d: d.countByValue()),
    ("sum", lambda d: d.map(_weight).sum()),
    ("takeOrdered", lambda d: d.takeOrdered(5, key=repr)),
    ("treeReduce", lambda d: d.map(_weight).treeReduce(operator.add, 3)),
    ("histogram", lambda d: d.map(_weight).histogram([0, 2, 4, 7])),
]


class Chain:
    """A program that says what it does."""

    def __init__(self, source: tuple[list[Any], int], steps: list[Step]) -> None:
        self._source = source
        self._steps = steps

    def __call__(self, sc: Any) -> Any:
        result = sc.parallelize(*self._source)
        for _, step in self._steps:
            result = step(result)
        return result

    def __repr__(self) -> str:
        records, parts = self._source
        return ".".join([f"parallelize({records}, {parts})", *(name for name, _ in self._steps)])


@st.composite
def chains(draw: st.DrawFn) -> Program:
    """Up to four narrow steps; then, as often as not, some wide and narrow ones."""
    steps = draw(st.lists(st.sampled_from(_NARROW), max_size=4))
    actions = _ORDERED_ACTIONS + _ACTIONS
    if draw(st.booleans()):
        steps.append(draw(st.sampled_from(_WIDE)))
        # What depends on the order of records is left out from here on.
        steady = [*_NARROW[:3], *_NARROW[5:9], *_WIDE]
        steps += draw(st.lists(st.sampled_from(steady), max_size=2))
        actions = _ACTIONS
    return Chain(draw(_SOURCES), [*steps, draw(st.sampled_from(actions))])
