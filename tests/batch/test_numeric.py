"""Numpy, where it is, and where it is not."""

import subprocess
import sys

from pyrite.batch import ranges
from pyrite.batch.numeric import numpy


def test_it_is_imported_if_that_is_worth_it():
    program = (
        "import sys, threading\n"
        "from pyrite.batch.numeric import numpy\n"
        "assert numpy(False) is None and 'numpy' not in sys.modules\n"
        "assert numpy(True) is sys.modules['numpy'] is numpy(False)\n"
        "assert threading.active_count() == 1\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_the_loop_runs_where_there_is_none(monkeypatch, make_context):
    monkeypatch.setattr(ranges, "LEAST", 1)
    monkeypatch.setattr(ranges, "_LARGE", 1)
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert numpy(True) is None
    assert make_context("local").range(5).map(lambda x: x + 1).sum() == 15


def test_the_engine_does_not_import_it():
    program = (
        "import sys\n"
        "from pyrite import SparkContext\n"
        "import pyrite.executor.worker\n"
        "with SparkContext('local') as sc:\n"
        "    assert sc.range(9_000).map(lambda x: x + 1).sum() == 40_504_500\n"
        "assert 'numpy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
