"""Pyrite has PySpark's names with PySpark's parameters, or says what to use instead."""

import inspect
from collections.abc import Iterator

import pytest

import pyrite

pytestmark = pytest.mark.oracle

NO_USE = {"PACKAGE_EXTENSIONS"}  # a constant of PySpark's own


def public(owner: type) -> list[str]:
    return sorted(name for name in vars(owner) if name[0] != "_" and name not in NO_USE)


@pytest.fixture(scope="module", params=["RDD", "SparkContext", "SparkConf"])
def classes(request, pyspark, tmp_path_factory) -> Iterator[tuple[type, object]]:
    """A class of PySpark's, and an instance of Pyrite's class of that name."""
    conf = pyrite.SparkConf(loadDefaults=False)
    conf.set("pyrite.local.dir", tmp_path_factory.mktemp("local"))
    with pyrite.SparkContext("local", conf=conf) as sc:
        instances = {"RDD": sc.range(1), "SparkContext": sc, "SparkConf": conf}
        yield getattr(pyspark, request.param), instances[request.param]


def test_every_name_is_there_or_says_what_to_use_instead(classes):
    theirs, ours = classes
    for name in public(theirs):
        if inspect.getattr_static(ours, name, None) is None:
            with pytest.raises(pyrite.UnsupportedError, match=f"{theirs.__name__}.{name}: "):
                getattr(ours, name)


def test_methods_take_the_same_parameters_and_then_perhaps_keywords(classes):
    theirs, ours = classes
    for name in public(theirs):
        method = inspect.getattr_static(theirs, name)
        mine = inspect.getattr_static(ours, name, None)
        if inspect.isfunction(method) and mine is not None:
            expected = list(inspect.signature(method).parameters)
            found = inspect.signature(mine).parameters.values()
            keywords = [each for each in found if each.kind is each.KEYWORD_ONLY]
            positional = [each.name for each in found if each not in keywords]
            assert positional == expected, name


def test_optional_parameters_are_optional(classes):
    theirs, ours = classes
    for name in public(theirs):
        method = inspect.getattr_static(theirs, name)
        mine = inspect.getattr_static(ours, name, None)
        if inspect.isfunction(method) and mine is not None:
            found = inspect.signature(mine).parameters
            for parameter in inspect.signature(method).parameters.values():
                if parameter.default is not parameter.empty:
                    assert found[parameter.name].default is not parameter.empty, name
