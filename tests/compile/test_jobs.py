"""Compiled stages in real jobs: what travels, what switches them off, what is shown of them."""

import re
import sys
import traceback
import warnings

import pytest
from tests.compile import plain

from pyrite.compile.bound import is_watched

ON = {"pyrite.codegen": "true"}
OFF = {"pyrite.codegen": "false"}


@pytest.fixture(params=["local", "local[2]"])
def both_contexts(request, make_context):
    """A context at a time: one that compiles, and one that does not."""

    def run(program):
        stories = []
        for settings in (ON, OFF):
            sc = make_context(request.param, settings)
            stories.append(program(sc))
            sc.stop()
        assert stories[0] == stories[1]
        return stories[0]

    return run


def test_words_are_counted(both_contexts):
    lines = ["to be or not to be", "that is the question"]
    counts = both_contexts(
        lambda sc: sorted(
            sc.parallelize(lines, 2)
            .flatMap(lambda line: line.split())
            .map(lambda word: (word, 1))
            .reduceByKey(lambda a, b: a + b)
            .collect()
        )
    )
    assert counts[:2] == [("be", 2), ("is", 1)]


def test_functions_that_travel_by_name_and_by_value(both_contexts):
    factor = 3
    program = lambda sc: (
        sc.range(10, numSlices=3)
        .map(plain.squared)
        .map(lambda x: x * factor + len(str(x)))
        .filter(plain.is_odd)
        .keyBy(lambda x: x % 3)
        .mapValues(plain.squared)
        .aggregateByKey(0, lambda a, b: a + b, lambda a, b: a + b)
    )
    assert both_contexts(lambda sc: sorted(program(sc).collect()))


def test_actions(both_contexts):
    def program(sc):
        rdd = sc.range(20, numSlices=3).map(lambda x: x * 2).filter(lambda x: x % 3)
        seen = sc.accumulator(0)
        rdd.foreach(lambda x: seen.add(x))
        return [
            rdd.sum(), rdd.count(), rdd.reduce(lambda a, b: a + b), rdd.fold(0, lambda a, b: a + b),
            rdd.aggregate((0, 0), lambda a, x: (a[0] + x, a[1] + 1), lambda a, b: (a[0] + b[0], b)),
            rdd.take(4), rdd.first(), rdd.max(), rdd.top(2), rdd.stats().count(), seen.value,
            rdd.countByValue(), rdd.map(lambda x: (x % 2, x)).groupByKey().mapValues(sorted).collect(),
            rdd.sortBy(lambda x: -x).collect(), rdd.map(lambda x: (x, x)).partitionBy(3).glom().collect(),
        ]  # fmt: skip

    both_contexts(program)


def test_every_run_of_ops_is_compiled(both_contexts):
    """Below a function of partitions, in unions, below what is kept, above a shuffle, in zips."""

    def program(sc):
        rdd = sc.range(24, numSlices=4).map(lambda x: x * 3).filter(lambda x: x % 2)
        sums = rdd.mapPartitions(lambda it: [sum(it)])
        pairs = rdd.map(lambda x: (x % 3, x))
        kept = rdd.map(lambda x: x + 1).cache()
        reduced = pairs.reduceByKey(lambda a, b: a + b).mapValues(lambda v: v + 1)
        return [
            sums.map(lambda x: x + 1).collect(),
            rdd.map(lambda x: -x).union(rdd.flatMap(lambda x: [x, x])).collect(),
            [kept.map(lambda x: x * 2).sum(), kept.map(lambda x: x * 2).sum()],
            sorted(reduced.collect()),
            sorted(reduced.join(pairs.mapValues(lambda v: v * 2)).map(lambda kv: kv[1]).collect()),
            rdd.map(lambda x: x + 1).zip(rdd.map(lambda x: x - 1)).map(lambda p: p[0]).collect(),
            rdd.map(lambda x: x + 1).coalesce(2).map(lambda x: x * 2).glom().collect(),
            rdd.map(lambda x: x + 1).cartesian(rdd.map(lambda x: x - 1)).take(3),
        ]

    both_contexts(program)


@pytest.mark.parametrize("slices", [2, 16])
def test_what_is_made_of_each_partition_first(both_contexts, slices):
    """Before a tree of tasks joins it; some partitions are empty."""
    add, longer = lambda a, b: a + b, lambda a, b: a if len(a) >= len(b) else b

    def program(sc):
        rdd = sc.range(200, numSlices=slices)
        odd = rdd.map(lambda x: x * 3).filter(lambda x: 90 < x < 300 and x % 2)
        texts = odd.flatMap(lambda x: [str(x), str(x) * 2])
        count = lambda pair, x: (pair[0] + x, pair[1] + 1)
        both = lambda one, other: (one[0] + other[0], one[1] + other[1])
        found = [
            rdd.treeReduce(add),
            odd.treeReduce(add),
            rdd.treeAggregate((0, 0), count, both),
            odd.treeAggregate((0, 0), count, both),
            texts.treeReduce(longer, depth=3),
            texts.treeAggregate([], lambda kept, x: [*kept, x], lambda a, b: sorted(a + b)),
        ]
        for wrong in (lambda a, x: a + x / (x - 95), lambda a, x: next(iter(()))):
            with pytest.raises((ZeroDivisionError, RuntimeError)) as caught:
                rdd.treeAggregate(0, wrong, add)
            shown = traceback.extract_tb(caught.value.__traceback__)
            lines = [frame.lineno for frame in shown if frame.filename == __file__]
            found.append((str(caught.value), caught.value.__notes__[-1:], lines))
        return found

    assert both_contexts(program)[0] == 19900


def test_long_runs_are_compiled_in_parts(both_contexts, capsys):
    def program(sc):
        rdd = sc.range(5)
        for i in range(250):
            rdd = rdd.map(lambda x, i=i: x + i) if i % 50 else rdd.filter(lambda x: x != 51)
        rdd.explain(codegen=True)
        return rdd.collect()

    both_contexts(program)
    assert capsys.readouterr().out.count("def stage(") == 2 * 3


def test_reading_takes_no_more_than_is_asked_for(both_contexts):
    def program(sc):
        seen = sc.accumulator(0)

        def counted(x):
            seen.add(1)
            return [x, x]

        rdd = sc.range(100, numSlices=1).map(lambda x: x + 1).flatMap(counted).map(lambda x: x * 2)
        few = rdd.mapPartitions(lambda it: [next(it), next(it), next(it)]).collect()
        return few, rdd.take(3), rdd.first(), seen.value

    both_contexts(program)


def test_stop_iteration_never_ends_the_records(both_contexts):
    """PySpark, too, makes it a RuntimeError in all of these."""
    stop = lambda *_: next(iter(()))

    def program(sc):
        rdd = sc.range(6, numSlices=1).map(lambda x: x + 1)
        pairs = rdd.map(lambda x: (x % 2, x))
        told = []
        for action in (
            lambda: rdd.foreach(stop), lambda: rdd.foreach(lambda x: stop(x)),
            lambda: rdd.reduce(lambda a, b: stop(a)), lambda: rdd.fold(0, lambda a, b: stop(a)),
            lambda: rdd.aggregate(0, lambda a, b: stop(a), lambda a, b: a),
            lambda: pairs.reduceByKey(lambda a, b: stop(a)).collect(),
            lambda: pairs.combineByKey(lambda v: stop(v), stop, stop).collect(),
            lambda: pairs.mapValues(lambda v: stop(v)).mapPartitions(list).count(),
            lambda: rdd.treeAggregate(0, lambda a, b: stop(a), lambda a, b: a),
        ):  # fmt: skip
            with pytest.raises(RuntimeError, match="StopIteration") as caught:
                action()
            told.append(str(caught.value))
        return told

    both_contexts(program)


def test_the_same_traceback_and_notes(both_contexts):
    def program(sc):
        stories = []
        for rdd in (
            sc.range(5, numSlices=1).map(lambda x: (x, 1)).map(lambda kv: 1 / (kv[0] - 3)),
            sc.range(5, numSlices=1).map(lambda x: x).map(plain.squared).map(lambda x: x + None),
            sc.range(5, numSlices=1)
            .map(lambda x: 6 // (x - 3))
            .mapPartitions(lambda it: [sum(it)]),
            sc.range(5, numSlices=5).map(lambda x: (1, x)).reduceByKey(lambda a, b: a + None),
            sc.range(5, numSlices=5)
            .map(lambda x: (1, x))
            .reduceByKey(lambda a, b: a + b)
            .map(lambda kv: kv[1] / 0),
            sc.range(5, numSlices=1).map(lambda x: [x]).map(lambda x: (x, 1)).reduceByKey(max),
        ):
            with pytest.raises(Exception) as caught:
                rdd.collect()
            error = caught.value
            shown = re.sub(r"shuffle \d+|0x\w+", "", "".join(traceback.format_exception(error)))
            stories.append(shown.splitlines()[-5:])
        return stories

    both_contexts(program)


def test_what_was_captured_counts_as_it_was(make_context):
    sc = make_context("local[1]", ON)
    factor = [2]
    rdd = sc.range(3).map(lambda x: x * factor[0])
    assert rdd.sum() == 6
    factor[0] = 5
    assert rdd.sum() == 6


def test_a_tracer_switches_it_off(make_context):
    sc = make_context("local", ON)
    called = []

    def tracer(frame, event, argument):
        if event == "call" and frame.f_code.co_name == "<lambda>":
            called.append(frame.f_lineno)

    rdd = sc.range(5).map(lambda x: x + 1)
    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        assert is_watched()
        rdd.collect()
    finally:
        sys.settrace(before)
    assert len(called) >= 5


def test_warnings_tell_the_users_line(both_contexts):
    numpy = pytest.importorskip("numpy")
    roots = lambda x: numpy.sqrt(numpy.float64(-x))

    def program(sc):
        if sc.master != "local":  # those of workers are not the driver's to see
            return None
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            sc.range(1, 2).map(lambda x: x).map(roots).count()
        return [(each.filename, each.lineno, str(each.message)) for each in told]

    told = both_contexts(program)
    line = roots.__code__.co_firstlineno
    assert told is None or [each[:2] for each in told] == [(__file__, line)]


def test_it_is_shown(make_context, capsys):
    sc = make_context("local", ON)
    sc.range(3).map(lambda x: x + 1).map(str).explain(codegen=True)
    shown = capsys.readouterr().out
    assert "_pyr_record + 1" in shown
    assert "call   str: it is no Python function" in shown
    sc.range(3).map(str).explain(codegen=True)
    assert "# not used" in capsys.readouterr().out
