"""Chains of transformations made by chance come to the same on PySpark and on Pyrite.

In CI the same programs are made every time. ``PYRITE_ORACLE_EXAMPLES=500`` makes so many, others
each time.
"""

import os
import tempfile

import pytest
from hypothesis import HealthCheck, given, settings
from tests.oracle.chains import chains, layouts
from tests.oracle.outcomes import agree, outcome

from pyrite import SparkConf, SparkContext

MORE = int(os.environ.get("PYRITE_ORACLE_EXAMPLES", "0"))

pytestmark = [pytest.mark.oracle, pytest.mark.timeout(300 + 10 * MORE)]

by_chance = settings(
    max_examples=MORE or 30,
    derandomize=not MORE,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """``engine(master, settings)``: a context, as long as this module is tested."""
    contexts = []

    def start(master, settings):
        conf = SparkConf(loadDefaults=False).setAll(settings.items())
        conf.set("pyrite.local.dir", tmp_path_factory.mktemp("local"))
        contexts.append(SparkContext(master, "chains", conf=conf))
        return contexts[-1]

    yield start
    for context in contexts:
        context.stop()


def check(name, found, expected):
    assert agree(found, expected), f"Pyrite, {name}: {found}\nPySpark: {expected}"


@by_chance
@given(chain=layouts())
def test_records_lie_where_they_lie_on_pyspark(spark, pyrite, chain):
    check("local[2]", pyrite(chain), spark(chain))


def test_chains_come_to_what_they_come_to_on_pyspark(spark, pyrite, engine, monkeypatch):
    """Whatever the master, and with workers that die, and where memory is always short."""
    inline = engine("local", {})
    mortal = engine("local[2]", {"pyrite.task.maxFailures": 9})
    narrow = engine("local[2]", {"pyrite.worker.memory": "1m"})
    spills = []
    deaths = []

    @by_chance
    @given(chain=chains())
    def compare(chain):
        expected = spark(chain)
        check("local[2]", pyrite(chain), expected)
        check("local", outcome(chain, inline), expected)
        if not chain.has_nan:
            check("local[2] with a budget of 1 MB", outcome(chain, narrow), expected)
            with monkeypatch.context() as patch:
                patch.setattr(
                    "pyrite.executor.memory.Watch.exceeded",
                    lambda watch, held: bool(held) and not spills.append(held),
                )
                check("local, where memory is always short", outcome(chain, inline), expected)
        with tempfile.TemporaryDirectory() as folder:
            check("local[2] with deaths", outcome(chain.with_deaths(folder), mortal), expected)
            deaths.extend(os.listdir(folder))

    compare()
    assert len(spills) > 30
    assert len(deaths) > 30
