"""The stable hash: the same in every worker, and equal for equal keys."""

import datetime
import enum
import os
import pickle
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyrite.serial.hashing import HASH_SEED, mixing_hash, stable_hash

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.dates(),
    st.decimals(allow_nan=False),
    st.fractions(),
)
keys = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.tuples(inner), st.tuples(inner, inner), st.frozensets(inner, max_size=3)
    ),
    max_leaves=6,
)

HASH_EACH = """
import pickle, sys
from pyrite.serial.hashing import stable_hash
keys = pickle.load(sys.stdin.buffer)
sys.stdout.buffer.write(pickle.dumps([stable_hash(key) for key in keys]))
"""


def hashes_elsewhere(values):
    """The hashes that two other processes give, one after the other."""
    command = [sys.executable, "-c", HASH_EACH]
    env = {**os.environ, "PYTHONHASHSEED": str(HASH_SEED)}
    return [
        pickle.loads(
            subprocess.run(
                command, input=pickle.dumps(values), env=env, stdout=subprocess.PIPE, check=True
            ).stdout
        )
        for _ in range(2)
    ]


def test_processes_agree_on_keys_of_every_kind():
    nan = float("nan")
    values = [
        None, (None,), (1, (None, "a")), nan, (nan, 1), frozenset({None, "x"}), "text", b"bytes",
        -1, 2**80, 1.5, True, Decimal("1.5"), Fraction(1, 3), datetime.date(2026, 1, 2), (),
    ]  # fmt: skip
    first, second = hashes_elsewhere(values)
    assert first == second


@given(keys)
def test_equal_keys_have_equal_hashes(key):
    again = pickle.loads(pickle.dumps(key))
    if again == key:
        assert stable_hash(again) == stable_hash(key)


@given(st.integers(-(2**40), 2**40))
def test_equal_numbers_of_different_types_stay_together(number):
    forms = [number, float(number), Decimal(number), Fraction(number), (number,), (float(number),)]
    assert len({stable_hash(form) for form in forms[:4]}) == 1
    assert stable_hash(forms[4]) == stable_hash(forms[5])


def test_usual_keys_hash_as_python_hashes_them():
    for key in ("a", 7, 2.5, b"b", True):
        assert stable_hash(key) == hash(key)


class Colour(enum.Enum):
    RED = 1


@dataclass(frozen=True)
class Point:
    x: int


class City(NamedTuple):
    name: str
    country: str | None


class Plain:
    pass


def test_classes_that_define_their_hash_are_keys():
    assert stable_hash(Point(3)) == hash(Point(3))
    assert stable_hash(Colour.RED) == hash(Colour.RED)


@pytest.mark.parametrize("key", [Plain(), (1, Plain()), Plain, len, lambda: 0])
def test_hash_by_address_is_refused_with_advice(key):
    with pytest.raises(TypeError, match="cannot be keys: their hash is their address"):
        stable_hash(key)


def test_unhashable_key_is_refused_as_python_does():
    with pytest.raises(TypeError, match="unhashable type: 'list'"):
        stable_hash([1])


# -- as PySpark hashes ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pyspark_hash(monkeypatch_module):
    portable = pytest.importorskip("pyspark.core.rdd").portable_hash
    monkeypatch_module.setenv("PYTHONHASHSEED", "0")  # all that PySpark looks at
    return portable


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


steady = st.recursive(
    st.one_of(
        st.none(),
        st.integers(),
        st.text(max_size=3),
        st.binary(max_size=3),
        st.floats(allow_nan=False),
        st.booleans(),
        st.decimals(allow_nan=False),
        st.frozensets(st.one_of(st.integers(), st.text(max_size=2)), max_size=3),
    ),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=8,
)


@given(steady)
def test_keys_hash_as_on_pyspark(pyspark_hash, key):
    assert stable_hash(key) == pyspark_hash(key)


def test_named_tuples_hash_as_tuples(pyspark_hash):
    key = City("Ulm", None)
    assert stable_hash(key) == stable_hash(("Ulm", None)) == pyspark_hash(key)


@pytest.mark.parametrize("key", [(0,), (-1,), (-2,), (2**63 - 1, -(2**63)), ((((),),),), ()])
def test_tuples_at_the_edges_hash_as_on_pyspark(pyspark_hash, key):
    assert stable_hash(key) == pyspark_hash(key)


@pytest.mark.parametrize(
    "nan",
    [float("nan"), Decimal("nan"), complex("nan"), (float("nan"),), frozenset([Decimal("nan")])],
)
def test_nan_of_any_type_has_one_hash(nan):
    assert stable_hash(nan) == stable_hash(pickle.loads(pickle.dumps(nan)))


PORTABLE = """
import sys
from pyrite import portable_hash
for key in eval(sys.argv[1]):
    try:
        print(portable_hash(key))
    except RuntimeError as error:
        print(error)
"""


def portable_hashes(keys, seed):
    done = subprocess.run(
        [sys.executable, "-c", PORTABLE, keys],
        env={**os.environ, "PYTHONHASHSEED": seed},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return done.stdout.splitlines()


def test_a_driver_with_another_seed_gives_what_workers_give_or_refuses():
    numbers = "[None, 1, 2.5, (1, None, (2.0,)), frozenset([1, (2,)])]"
    assert portable_hashes(numbers, "77") == portable_hashes(numbers, str(HASH_SEED))
    texts = "['a', b'a', (1, 'a'), __import__('datetime').date(2026, 1, 2)]"
    assert all("start Python with PYTHONHASHSEED=0" in each for each in portable_hashes(texts, "7"))
    assert portable_hashes("['a', (1, 'a')]", "0") == portable_hashes("['a', (1, 'a')]", "0")


def test_mixing_hash_tells_pairs_of_numbers_apart():
    pairs = [(a, b) for a in range(50) for b in range(0, 4_000_000, 10_000)]
    assert len({mixing_hash(pair) for pair in pairs}) == len(pairs)
    assert mixing_hash((1, None)) == mixing_hash((1.0, None))
