"""Storage levels are PySpark's, by name, flags and what they print."""

from __future__ import annotations

import pickle

import pyspark.storagelevel
import pytest

from pyrite.blocks.level import StorageLevel

PYSPARKS = {
    name: level
    for name, level in vars(pyspark.storagelevel.StorageLevel).items()
    if isinstance(level, pyspark.storagelevel.StorageLevel)
}
OURS = {
    name: level
    for name in dir(StorageLevel)
    if (level := getattr(StorageLevel, name)) and name.isupper()
}


def test_pyspark_has_levels_to_compare_with() -> None:
    assert len(PYSPARKS) == 10


@pytest.mark.parametrize("name", PYSPARKS)
def test_levels_are_pysparks(name: str) -> None:
    ours, theirs = getattr(StorageLevel, name), PYSPARKS[name]
    assert repr(ours) == repr(theirs)
    assert str(ours) == str(theirs)
    for name in ours.__match_args__:
        assert getattr(ours, name) == getattr(theirs, name)


def test_levels_of_the_guide_are_there_too() -> None:
    serialised = {
        f"MEMORY_{kind}_SER{copies}" for kind in ("ONLY", "AND_DISK") for copies in ("", "_2")
    }
    assert set(OURS) == set(PYSPARKS) | serialised
    for name in serialised:
        plain = OURS[name.replace("_SER", "")]
        assert repr(OURS[name]) == repr(plain)
        assert OURS[name] != plain


@pytest.mark.parametrize("name", OURS)
def test_levels_are_values(name: str) -> None:
    level = OURS[name]
    copy = pickle.loads(pickle.dumps(level))
    assert copy == level
    assert hash(copy) == hash(level)
    assert copy.keeps_objects == level.keeps_objects
    with pytest.raises(AttributeError, match="cannot be changed"):
        level.useDisk = True


def test_a_level_of_ones_own_equals_the_constant_with_its_flags() -> None:
    assert StorageLevel(True, True, False, False) == StorageLevel.MEMORY_AND_DISK
    assert StorageLevel(False, True, False, False, 3).keeps_objects


def test_which_levels_keep_objects() -> None:
    keeping = {name for name, level in OURS.items() if level.keeps_objects}
    assert keeping == {
        "MEMORY_ONLY",
        "MEMORY_ONLY_2",
        "MEMORY_AND_DISK",
        "MEMORY_AND_DISK_2",
        "MEMORY_AND_DISK_DESER",
    }


def test_which_levels_may_have_a_file() -> None:
    without = {name for name, level in OURS.items() if not level.keeps_file}
    assert without == {"NONE", "MEMORY_ONLY", "MEMORY_ONLY_SER"}
