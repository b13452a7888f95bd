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

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyrite.serial.hashing import HASH_SEED, stable_hash

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
