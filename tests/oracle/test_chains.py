"""Chains of transformations made by chance come to the same on PySpark and on Pyrite."""

import pytest
from hypothesis import HealthCheck, given, settings
from tests.oracle.chains import chains
from tests.oracle.outcomes import agree

pytestmark = [pytest.mark.oracle, pytest.mark.timeout(300)]


@settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(chain=chains())
def test_chain_comes_to_what_it_comes_to_on_pyspark(spark, pyrite, chain):
    expected, found = spark(chain), pyrite(chain)
    assert agree(found, expected), f"Pyrite: {found}\nPySpark: {expected}"
