"""Random pipelines come to the same compiled, called and on PySpark: results, exceptions, texts.

More of them: ``python -m tests.compile.fuzz SEED NUMBER --pyspark``.
"""

from functools import partial

import pytest
from tests.compile.fuzz import apart
from tests.oracle.outcomes import outcome

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.timeout(400),
    pytest.mark.filterwarnings("ignore::SyntaxWarning"),
]


def test_random_pipelines(spark, make_context, tmp_path):
    ours = []
    for codegen in ("true", "false"):
        sc = make_context("local", {"pyrite.codegen": codegen})
        ours.append(partial(outcome, context=sc))
    assert list(apart(20260101, 200, str(tmp_path), [*ours, spark])) == []
