"""Searches for regular expressions that are spared, and those that cannot be."""

import re

import pytest
from tests.compile.both import Both

from pyrite.compile.bound import bind
from pyrite.compile.emit import Emitter
from pyrite.lineage.ops import Filter, Map
from pyrite.lineage.terminals import Collect

PATTERN = re.compile("err(or)?|warning")


def reset():
    global PATTERN
    PATTERN = re.compile("err(or)?|warning")


@pytest.fixture
def both():
    return Both(reset)


LINES = ["an error", "errata", "all is well", "", "a warning", "WARNING"]


def another_pattern_from_the_third_line_on(line):
    global PATTERN
    if line == "all is well":
        PATTERN = re.compile("[aA]")
    return line


def matched(match):
    return match.group() if match else match


def test_searches(both):
    mine = re.compile("(?P<what>error|WARN).*$")
    ignored = re.compile("error|warn", re.IGNORECASE)
    for make in (
        lambda: [Filter(lambda line: PATTERN.search(line) is not None)],
        lambda: [Map(lambda line: PATTERN.match(line)), Map(matched)],
        lambda: [Filter(lambda line: mine.fullmatch(line[1:]) or mine.search(line))],
        lambda: [Filter(lambda line: ignored.search(line))],
        lambda: [Map(lambda line: [p.search(line) is None for p in (PATTERN, mine)])],
        lambda: [Map(lambda line: PATTERN.search(line, 2) is None)],
    ):
        assert set(both.check(make, data=LINES)) == {""}
    assert "'error' in" not in both.text


def test_search_for_another_pattern_by_then(both):
    both.check(
        lambda: [
            Map(another_pattern_from_the_third_line_on),
            Filter(lambda line: PATTERN.search(line)),
        ],
        data=LINES,
    )
    assert "'warning' in" in both.text


class Shouting(str):
    def __contains__(self, text):
        return str.__contains__(self, text.upper())


@pytest.mark.parametrize("line", [None, b"error", 7, ["error"], Shouting("error")])
def test_search_in_what_is_no_plain_text(both, line):
    both.check(lambda: [Map(lambda line: PATTERN.search(line)), Map(matched)], data=["error", line])
    assert "'warning' in" in both.text


def test_the_pattern_of_a_task_is_not_the_one_that_was_compiled_for(both):
    ops = [Map(lambda line: PATTERN.search(line)), Map(matched)]
    stage = Emitter(both.sources, ops, Collect()).compiled().stage
    globals()["PATTERN"] = re.compile("all")
    try:
        loop = bind(stage, [op.function for op in ops])
        assert loop.run(iter(LINES)) == [None, None, "all", None, None, None]
    finally:
        reset()
