"""Formulas of integers computed with numpy, against the same functions called."""

import operator

import numpy as np
import pytest
from tests.batch.formulas import check

from pyrite.batch import numbers, ranges

FACTOR = 3


@pytest.fixture
def taken(monkeypatch):
    """The ends of stages that kernels did; those that were refused, with a ``not``."""
    log = []
    run = numbers.run

    def noted(steps, *arguments):
        try:
            found = run(steps, *arguments)
        except numbers.Unfit:
            log.append(f"not {steps.end}")
            raise
        log.append(steps.end)
        return found

    monkeypatch.setattr(ranges, "run", noted)
    monkeypatch.setattr(ranges, "LEAST", 0)
    return log


def test_random_formulas(tmp_path):
    done = sum(check(seed, tmp_path)["done"] for seed in range(150))
    assert done > 200


def test_jobs(with_and_without, taken):
    half = 0.5

    def program(sc):
        numbers = sc.range(-700, 700, 3, numSlices=3)
        odd = numbers.filter(lambda x: x % 2).map(lambda x: x * x - FACTOR)
        halves = numbers.map(lambda x: x * half)
        return [
            odd.sum(), odd.count(), odd.reduce(operator.add), odd.reduce(lambda a, b: a + b),
            odd.reduce(max), odd.reduce(min), odd.fold(5, operator.add), odd.collect(), odd.take(3),
            halves.sum(), halves.reduce(operator.add), halves.collect(), halves.fold(0, operator.add),
            numbers.map(lambda x: x > 3).collect(), numbers.map(lambda x: (x > 1) & (x < 5)).collect(),
            numbers.map(lambda x: 1).sum(),
            numbers.map(lambda x: 1).collect(), numbers.filter(lambda x: x > 10**6).sum(),
            numbers.filter(lambda x: x > 690).map(lambda x: x * 0.1).sum(),
            numbers.map(lambda x: (x, x % 10)).filter(lambda p: p[1] < 5).map(lambda p: p[0] - p[1]).sum(),
            numbers.map(lambda x: (x, x % 10, 1)).filter(lambda p: p[-3] > 0).collect(),
            numbers.map(lambda x: x * 0.1).reduce(operator.add), numbers.filter(lambda x: -5 < x < 90).collect(),
            numbers.map(lambda x: (x, 2)).count(), numbers.map(lambda x: (x,)).filter(lambda p: p).collect(),
            sc.parallelize(range(9, 0, -2), 2).map(lambda x: -x // 2).collect(),
        ]  # fmt: skip

    with_and_without(program)
    done = {each for each in taken if not each.startswith("not")}
    assert done == {"sum", "count", "reduce", "max", "min", "fold", "collect"}


def test_the_types_of_python_come_back(make_context, taken):
    sc = make_context("local")
    numbers = sc.range(3, numSlices=1)
    made = [
        numbers.map(f) for f in (lambda x: x + 1, lambda x: x / 2, lambda x: x > 1, lambda x: 2)
    ]
    assert [[type(each) for each in rdd.collect()] for rdd in made] == [
        [int] * 3, [float] * 3, [bool] * 3, [int] * 3
    ]  # fmt: skip
    assert type(made[0].sum()) is int
    assert type(made[1].reduce(operator.add)) is float
    assert {each for each in taken if not each.startswith("not")} == {"collect", "sum", "reduce"}


@pytest.mark.parametrize(
    "formula",
    [
        lambda x: x * 2**61, lambda x: x * 2**62, lambda x: x << 63, lambda x: x << 62, lambda x: x**33,
        lambda x: -(2**63) - x, lambda x: x + 2**62 + 2**62, lambda x: x << (x - 3), lambda x: x >> (x + 60),
        lambda x: 10 // (x - 3), lambda x: 10 // (3 - x), lambda x: 10 % x, lambda x: 1 / x, lambda x: ~x / 0,
        lambda x: 1.0 / (x - 2), lambda x: 1.0 / 0.0, lambda x: 10 // x**2, lambda x: 10 // (x % -3),
        lambda x: 10 // (x % 3), lambda x: 10 // (x * -2), lambda x: 10 // ((x | 4) - 7), lambda x: 10 // (x // 5),
        lambda x: 10 // -x, lambda x: 10 // ~x, lambda x: 10 // (x >> 1), lambda x: 10 // (x > 1), lambda x: 1 / (x * 0.5),
        lambda x: x and 5, lambda x: x or 2.5, lambda x: 1 if x else 2.0, lambda x: x**-1, lambda x: 2.0**x,
        lambda x: (x + 2**53) / 3, lambda x: x + 2**53 == 9007199254740992.0, lambda x: x + 2**60 < 1.5,
        lambda x: x // 2.0, lambda x: x % 2.5, lambda x: ~(x > 1), lambda x: x & 1.5,
    ],
)  # fmt: skip
def test_what_may_leave_64_bits_or_fail_is_left_to_the_loop(formula, with_and_without, taken):
    def program(sc):
        try:
            return sc.range(-4, 4, numSlices=1).map(formula).collect()
        except Exception as error:
            return type(error), str(error), error.__notes__

    with_and_without(program)
    assert set(taken) <= {"not collect"}


@pytest.mark.parametrize(
    "formula",
    [
        lambda x: str(x), lambda x: x.real, lambda x: [x], lambda x: abs(x),
        lambda x: x + True, lambda x: x + 1j, lambda x: +x, lambda x: x @ 1, lambda x: x[True], lambda x: (x, (x, x)), lambda x: (x, *(x, x)), lambda x: (), lambda x: x in (1, 2), lambda x, y=1: x,
    ],
)  # fmt: skip
def test_what_is_no_formula_is_not_taken_for_one(formula, with_and_without, taken):
    def program(sc):
        try:
            return sc.range(3, numSlices=1).map(formula).collect()
        except Exception as error:
            return type(error), str(error), error.__notes__

    with_and_without(program)
    assert taken == []


def test_variables_are_read_when_the_job_runs(make_context, taken):
    global FACTOR
    sc = make_context("local")
    offset = 1
    rdd = sc.range(4, numSlices=1).map(lambda x: x * FACTOR + offset)
    again = sc.range(4, numSlices=1).map(lambda x: x * FACTOR + offset)
    assert rdd.collect() == [1, 4, 7, 10]
    offset, before, FACTOR = 2, FACTOR, 5
    try:
        assert again.collect() == [2, 7, 12, 17]
    finally:
        FACTOR = before
    offset = "no number"
    with pytest.raises(TypeError):
        sc.range(4, numSlices=1).map(lambda x: x + offset).collect()
    assert taken[:3] == ["collect", "collect", "not collect"]


def test_sums_in_two_halves():
    steps = numbers.NumberSteps((), "sum", None)
    records = range(2**60 - 40_000, 2**60)
    assert numbers.run(steps, [], records, None, np) == sum(records)
    assert numbers.run(steps, [], range(-(2**60), 40_000 - 2**60), None, np) == sum(
        range(-(2**60), 40_000 - 2**60)
    )


def test_ranges_that_numpy_does_not_have():
    steps = numbers.NumberSteps((), "sum", None)
    for records in (range(2**63 - 5, 2**63 + 10, 2**62), range(2**70, 2**70 + 9), range(0)):
        with pytest.raises(numbers.Unfit):
            numbers.run(steps, [], records, None, np)


def test_records_are_counted(with_and_without, taken, read):
    def program(sc):
        read.clear()
        sc.range(100, numSlices=3).map(lambda x: x + 1).sum()
        return tuple(read)

    assert [records for records, _ in with_and_without(program)] == [33, 33, 34]
    assert taken == ["sum"] * 3


def test_a_tracer_sees_the_functions_called(make_context, taken):
    import sys

    sc = make_context("local")
    before = sys.gettrace()
    sys.settrace(lambda *_: None)
    try:
        assert sc.range(5).map(lambda x: x + 1).sum() == 15
    finally:
        sys.settrace(before)
    assert taken == []


def test_it_is_shown(capsys, make_context):
    make_context("local").range(5000).map(lambda x: x + 1).explain(codegen=True)
    assert "batch  mapped, ended by collect with numpy, if the bounds" in capsys.readouterr().out


def test_no_proof_is_looked_for_where_no_task_would_use_it(capsys, make_context):
    make_context("local").range(50).map(lambda x: x + 1).explain(codegen=True)
    assert "numpy" not in capsys.readouterr().out
