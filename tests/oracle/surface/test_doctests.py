"""The examples in PySpark's docstrings pass on Pyrite, but for those that are listed."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.oracle.surface import known

pytestmark = [pytest.mark.oracle, pytest.mark.slow, pytest.mark.timeout(400)]


def test_what_passes_and_what_does_not_is_what_the_list_says(examples):
    assert len(examples) > 600
    wrong = [
        f"{each['docstring']}#{each['number']}: {each['report'] or 'passes, and is listed'}"
        for each in examples
        if (each["verdict"] == "failed") != bool(each["reason"]) and each["verdict"] != "outside"
    ]
    assert not wrong, "\n".join(wrong)


def test_all_that_is_listed_is_there(examples):
    numbers = {(each["docstring"], each["number"]) for each in examples}
    totals = Counter(docstring for docstring, _ in numbers)
    for table in (known.OUTSIDE, known.FAILURES):
        for key in table:
            docstring = key.partition("#")[0]
            listed = known.examples({key: ""}, docstring, totals[docstring])
            assert listed, key
            assert {(docstring, number) for number in listed} <= numbers, key


def test_98_percent_of_the_examples_about_rdds_pass(examples):
    inside = [each for each in examples if each["verdict"] != "outside"]
    assert len(inside) > 540
    assert sum(each["verdict"] == "passed" for each in inside) >= 0.98 * len(inside)
