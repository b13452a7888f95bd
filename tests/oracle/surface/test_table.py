"""docs/api-table.md and the count of gaps in the README are what the code is."""

from __future__ import annotations

import pytest
from tests.oracle.surface import table

pytestmark = [pytest.mark.oracle, pytest.mark.slow, pytest.mark.timeout(400)]

ADVICE = "it is out of date: run `make api-table`"


def test_the_table_is_up_to_date(examples):
    written = table.PAGE.read_text(encoding="utf-8")
    assert table.page(examples, written) == written, ADVICE


def test_the_readme_has_the_count(pyspark):
    text = table.README.read_text(encoding="utf-8")
    assert table.readme(text, table.PAGE.read_text(encoding="utf-8")) == text, ADVICE


def test_what_is_there_is_shown_to_work():
    rows = table.PAGE.read_text(encoding="utf-8").splitlines()
    assert not [row for row in rows if row.endswith("|  |") and "not there" not in row]
