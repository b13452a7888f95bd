"""Random pipelines mean the same, compiled and as they are. On PySpark: see tests/oracle."""

import pytest
from tests.compile.fuzz import failures


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_random_pipelines(tmp_path):
    assert list(failures(20260101, 150, str(tmp_path))) == []
