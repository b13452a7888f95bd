"""The plugin in sessions of pytest's own, as users have them."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"
INSTALLED = any(each.value == "pyrite.pytest_plugin" for each in entry_points(group="pytest11"))


def run(pytester: pytest.Pytester, text: str, ini: str = "") -> pytest.RunResult:
    """A session over one file, in a process of its own."""
    pytester.makepyfile(text)
    pytester.makeini(f"[pytest]\n{ini}")
    plugin = () if INSTALLED else ("-p", "pyrite.pytest_plugin")
    result = pytester.runpytest_subprocess(*plugin, "-p", "no:cacheprovider", timeout=100)
    assert result.ret in (0, 1), (result.ret, result.errlines, result.outlines)
    return result


def test_one_context_for_all(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        from pyrite import SparkContext
        from pyrite.sql import SparkSession
        seen = []

        def test_one(spark_context):
            assert (spark_context.master, spark_context.appName) == ("local[2]", "tests")
            assert spark_context.range(4).sum() == 6
            seen.append(spark_context)

        def test_two(spark_context, spark_session):
            assert seen == [spark_context]
            assert SparkContext.getOrCreate() is spark_context
            assert spark_session.sparkContext is spark_context
            assert SparkSession.builder.getOrCreate() is spark_session
        """,
    )
    result.assert_outcomes(passed=2)


def test_tests_leave_nothing_to_each_other(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import threading, time
        import pytest
        from pyrite import JobCancelled
        kept, ends = [], []

        @pytest.fixture(scope="module")
        def module_wide(spark_context):
            return spark_context.range(5)

        def test_before(spark_context, module_wide):
            assert spark_context.getLocalProperty("mine") is None

        def test_one(spark_context, module_wide, tmp_path):
            begun = tmp_path / "begun"
            spark_context.setLocalProperty("mine", "1")
            spark_context.setJobGroup("group", "of test one")
            kept.append(module_wide.map(str).cache())
            assert kept[0].count() == 5

            def wait(x):
                begun.touch()
                time.sleep(100)

            def background():
                try:
                    spark_context.range(1).foreach(wait)
                except JobCancelled as error:
                    ends.append(error)

            thread = threading.Thread(target=background)
            thread.start()
            ends.append(thread)
            deadline = time.monotonic() + 30
            while not begun.exists():
                assert time.monotonic() < deadline
                time.sleep(0.01)

        def test_two(spark_context, module_wide):
            ends[0].join(30)
            assert isinstance(ends[1], JobCancelled)
            assert spark_context.getLocalProperty("mine") is None
            assert not kept[0].is_cached
            assert kept[0].count() == 5
        """,
    )
    result.assert_outcomes(passed=3)


def test_options(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import os

        def test_one(spark_context):
            assert spark_context.master == "local"
            assert spark_context.getConf().get("pyrite.default.parallelism") == "3"
            assert spark_context.defaultParallelism == 3
            assert spark_context.range(1).map(lambda x: os.getpid()).first() == os.getpid()
        """,
        "pyrite_master = local\n"
        "pyrite_settings =\n    my.x = a=b\n    pyrite.default.parallelism=3",
    )
    result.assert_outcomes(passed=1)


def test_a_wrong_option_is_told(pytester: pytest.Pytester) -> None:
    result = run(pytester, "def test(spark_context): pass", "pyrite_settings = lost")
    assert "pyrite_settings: 'lost' is not of the form NAME=VALUE" in result.stdout.str()
    assert result.ret != 0


def test_programs_that_import_pyspark(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import pyspark
        from pyspark.rdd import RDD

        def test_one(spark_context):
            assert isinstance(spark_context.range(1), RDD)
            assert "compat" in pyspark.__file__
        """,
        "pyrite_as_pyspark = true",
    )
    result.assert_outcomes(passed=1)


def test_a_failed_comparison_hides_its_inside(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        from pyrite.pytest_plugin import assert_rdd_equal

        def test_one():
            assert_rdd_equal([1], [2])
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *the datasets differ: 1 record on the left, 1 on the right"])
    assert "compare.py" not in result.stdout.str()


def test_the_page_of_the_guide(pytester: pytest.Pytester) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    result = run(pytester, "\n".join(blocks))
    result.assert_outcomes(passed=len(blocks))


def test_no_engine_is_imported_for_those_who_do_not_ask() -> None:
    text = "import sys, pyrite.pytest_plugin; print('pyrite.api.rdd' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "False\n"
