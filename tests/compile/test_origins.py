"""Wherever a function comes from, it is written out if its source is proved, and called if not."""

import doctest
import importlib
import linecache
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.compile.plain import where, where_called

from pyrite.compile.bound import is_watched

ROOT = Path(__file__).resolve().parents[2]
STAGE = "<stage>"

SCRIPT = """
from pyrite import SparkContext
from tests.compile.plain import where
FACTOR = 3
def scaled(x):
    try:
        return x * FACTOR, where(x)
    except TypeError:
        return None
class Parser:
    def parse(self, x):
        return x[0], x[1], where(x)
if __name__ == "__main__":
    with SparkContext("local[2]") as sc:
        print(sc.range(2, numSlices=2).map(scaled).map(Parser().parse).collect())
"""


def test_functions_of_a_script(tmp_path):
    path = tmp_path / "app.py"
    path.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, str(path)],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == f"[(0, '{STAGE}', '{STAGE}'), (3, '{STAGE}', '{STAGE}')]\n"


@pytest.mark.parametrize("master", ["local", "local[1]"])
def test_functions_of_modules_travel_by_name(make_context, master):
    sc = make_context(master)
    assert sc.range(1).map(where_called).collect() == [STAGE]


def test_functions_of_a_notebooks_cell(make_context):
    source = "double = lambda x: (x * 2, where(x))\n"
    linecache.cache["<cell 1>"] = (len(source), None, [source], "<cell 1>")
    names = {"where": where, "__name__": "__main__"}
    try:
        exec(compile(source, "<cell 1>", "exec"), names)
        sc = make_context("local[1]")
        assert sc.range(2).map(names["double"]).collect() == [(0, STAGE), (2, STAGE)]
    finally:
        del linecache.cache["<cell 1>"]


def test_functions_of_a_doctest(make_context):
    sc = make_context("local")
    text = f">>> sc.range(2).map(lambda x: (x + 1, where(x))).collect()\n[(1, '{STAGE}'), (2, '{STAGE}')]\n"
    test = doctest.DocTestParser().get_doctest(text, {"sc": sc, "where": where}, "page", None, 0)
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0


def test_functions_without_a_source(make_context):
    names = {"where": where}
    exec("function = lambda x: (x, where(x))", names)
    sc = make_context("local")
    assert sc.range(1).map(names["function"]).collect() == [(0, "<lambda>")]


def test_a_module_that_is_edited_after_its_import(make_context, tmp_path, monkeypatch):
    path = tmp_path / "edited_later.py"
    text = "from tests.compile.plain import where\ndef function(x):\n    return x + {}, where(x)\n"
    path.write_text(text.format(1))
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module("edited_later")
    monkeypatch.setitem(sys.modules, "edited_later", module)
    sc = make_context("local")
    assert sc.range(1).map(module.function).collect() == [(1, STAGE)]
    path.write_text(text.format("1000"))
    assert sc.range(1).map(module.function).collect() == [(1, STAGE)]  # as it was proved
    linecache.checkcache()
    again = make_context("local")
    assert again.range(1).map(module.function).collect() == [(1, "function")]


def watched_by(tool):
    """Have something watch Python while `is_watched` is asked."""
    if tool == "sys.monitoring":
        monitoring = getattr(sys, "monitoring", None)
        if monitoring is None:
            pytest.skip("from Python 3.12 on")
        monitoring.use_tool_id(3, "test")
        try:
            return is_watched()
        finally:
            monitoring.free_tool_id(3)
    found = []

    def watch(*_):
        return None

    def run():
        getattr(sys, tool)(watch)
        found.append(is_watched())
        getattr(sys, tool)(None)

    thread = threading.Thread(target=run)  # so that whoever watches the test goes on
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.parametrize("tool", ["settrace", "setprofile", "sys.monitoring"])
def test_whoever_watches_sees_functions_called(tool):
    assert watched_by(tool)
