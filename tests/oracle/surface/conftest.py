"""One run of PySpark's examples for all tests here."""

from __future__ import annotations

from types import ModuleType

import pytest
from tests.oracle.surface.shown import Results, run_examples


@pytest.fixture(scope="session")
def examples(pyspark: ModuleType) -> Results:
    """What came of each."""
    return run_examples()
