"""The same program on PySpark and on Pyrite: the same result, or the same exception."""

from importlib.util import find_spec

import pytest
from tests.oracle.differences import DIFFERENCES
from tests.oracle.failures import FAILURES
from tests.oracle.layouts import LAYOUTS
from tests.oracle.outcomes import Raised, Value, agree
from tests.oracle.programs import PROGRAMS, STATISTICS

pytestmark = pytest.mark.oracle


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_comes_to_what_it_comes_to_on_pyspark(spark, pyrite, name):
    expected, found = spark(PROGRAMS[name]), pyrite(PROGRAMS[name])
    assert isinstance(expected, Value), f"PySpark itself fails: {expected}"
    assert agree(found, expected), f"Pyrite: {found}\nPySpark: {expected}"


@pytest.mark.parametrize("name", LAYOUTS)
def test_records_lie_where_they_lie_on_pyspark(spark, pyrite, name):
    def program(sc):
        return LAYOUTS[name](sc).glom().collect()

    expected, found = spark(program), pyrite(program)
    assert isinstance(expected, Value), f"PySpark itself fails: {expected}"
    assert agree(found, expected), f"Pyrite: {found}\nPySpark: {expected}"


@pytest.mark.skipif(find_spec("numpy") is None, reason="statistics in PySpark need NumPy")
@pytest.mark.parametrize("name", STATISTICS)
def test_statistics_are_those_of_pyspark(spark, pyrite, name):
    expected, found = spark(STATISTICS[name]), pyrite(STATISTICS[name])
    assert agree(found, expected), f"Pyrite: {found}\nPySpark: {expected}"


@pytest.mark.parametrize("name", FAILURES)
def test_program_ends_with_the_exception_that_it_ends_with_on_pyspark(spark, pyrite, name):
    expected, found = spark(FAILURES[name]), pyrite(FAILURES[name])
    assert isinstance(expected, Raised), f"PySpark does not fail: {expected}"
    assert found == expected


@pytest.mark.parametrize("name", DIFFERENCES)
def test_difference_is_what_it_is_said_to_be(spark, pyrite, name):
    program, expected = DIFFERENCES[name].program, DIFFERENCES[name].outcome
    found = pyrite(program)
    if isinstance(expected, Raised) and isinstance(found, Raised):
        assert found.kind == expected.kind
        assert expected.text in found.text
    else:
        assert agree(found, expected)
    assert not agree(spark(program), found), "no difference any more: make it a program"
