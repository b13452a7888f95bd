"""A program in cells: shows itself, fails with the cell's line, is interrupted, and redefined."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.notebooks.conftest import Cell, RunNotebook

ROOT = Path(__file__).parents[2]

CELLS = {
    "context": """
import os, signal, threading, time
from pyrite import SparkConf, SparkContext
sc = SparkContext.getOrCreate(SparkConf().setMaster("local[2]").setAppName("<nb>"))
sc
""",
    "again": """
SparkContext.getOrCreate() is sc
""",
    "functions": """
numbers = sc.range(10, numSlices=2)

class Point:
    def __init__(self, x): self.x = x
    def __eq__(self, other): return self.x == other.x
    def __hash__(self): return hash(self.x)

def shifted(x):
    return Point(x % 2 + 1)

counts = numbers.map(shifted).map(lambda p: (p, 1)).reduceByKey(lambda a, b: a + b)
sorted((point.x, count) for point, count in counts.collect())
""",
    "dataset": """
numbers.map(shifted).setName("a <name>")
""",
    "redefined": """
class Point:
    def __init__(self, x): self.x = 100 * x

def shifted(x):
    return Point(x)

numbers.map(shifted).map(lambda p: p.x).collect()[-1]
""",
    "printing": """
numbers.foreach(lambda x: print("at", x))
""",
    "helper": """
def divide(a, b):
    # the line after the next fails

    return a // b
""",
    "error": """
def inverse(x):
    y = 1
    return divide(y, x - 3)

numbers.map(inverse).collect()
""",
    "odd error": """
class Odd(Exception):
    def __init__(self, a, b):
        super().__init__("odd")

def odd(x):
    try:
        divide(x, 0)
    except ZeroDivisionError as error:
        raise Odd(1, 2) from error

numbers.map(odd).count()
""",
    "interrupt": """
def interrupt():
    while not os.path.exists("begun"):
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)

def wait(x):
    open("begun", "w").close()
    time.sleep(600)

threading.Thread(target=interrupt).start()
numbers.foreach(wait)
""",
    "after it": """
numbers.sum()
""",
    "slow": """
sc.range(6, numSlices=6).map(lambda x: (time.sleep(0.3), (x % 2, x))[1]).reduceByKey(max).count()
sc.range(2, numSlices=2).foreach(lambda x: time.sleep(0.7))
""",
    "quick": """
sum(sc.range(10).count() for _ in range(20))
""",
    "accumulator": """
bad = sc.accumulator(0, name="bad <lines>")
numbers.foreach(lambda x: bad.add(x % 2))
bad
""",
    "stopped": """
sc.stop()
sc
""",
}


@pytest.fixture(scope="module")
def cells(run_notebook: RunNotebook) -> dict[str, Cell]:
    sources = [source.strip("\n") for source in CELLS.values()]
    return dict(zip(CELLS, run_notebook(sources), strict=True))


def test_context_shows_itself_briefly(cells: dict[str, Cell]) -> None:
    assert cells["context"].result == "<SparkContext master=local[2] appName=<nb>>"
    [html] = cells["context"].html
    assert html.startswith("<b>&lt;nb&gt;</b>: SparkContext of Pyrite")
    assert "<code>local[2]</code>" in html
    assert cells["stopped"].html[0].endswith(", stopped")


def test_cell_that_runs_again_gets_the_context_it_had(cells: dict[str, Cell]) -> None:
    assert cells["again"].result == "True"


def test_dataset_shows_where_it_comes_from(cells: dict[str, Cell]) -> None:
    [html] = cells["dataset"].html
    assert re.fullmatch(
        r"<b>a &lt;name&gt;</b>: <code>\w+RDD\[\d+\] at map at In\[4\]:1</code>, 2 partitions", html
    )
    assert "at map at In[4]:1" in cells["dataset"].result


def test_functions_and_classes_of_cells_work_in_workers(cells: dict[str, Cell]) -> None:
    assert cells["functions"].result == "[(1, 5), (2, 5)]"


def test_function_that_is_defined_again_takes_effect(cells: dict[str, Cell]) -> None:
    assert cells["redefined"].result == "900"


def test_what_tasks_print_is_below_the_cell_that_ran_them(cells: dict[str, Cell]) -> None:
    lines = cells["printing"].printed.splitlines()
    assert sorted(line.partition("] ")[2] for line in lines) == [f"at {x}" for x in range(10)]
    assert set(cells["printing"].kinds) == {"stream"}


def test_traceback_names_the_cells_and_shows_their_lines(cells: dict[str, Cell]) -> None:
    error = cells["error"].error
    assert "Cell In[8], line 5\n" in error
    assert "Cell In[8], line 3, in inverse" in error
    assert "----> 3     return divide(y, x - 3)" in error
    assert "Cell In[7], line 4, in divide" in error
    assert "----> 4     return a // b" in error
    assert "(collect at In[8]:5), attempt 4" in error
    assert "record: 3" in error


def test_exception_that_cannot_travel_names_the_cells_too(cells: dict[str, Cell]) -> None:
    error = cells["odd error"].error
    assert "JobFailed: a task raised Odd: odd" in error
    assert "----> 9         raise Odd(1, 2) from error" in error
    assert "The above exception was the direct cause" in error
    assert "ZeroDivisionError" in error
    assert "----> 4     return a // b" in error


def test_interrupted_cell_leaves_a_usable_context(cells: dict[str, Cell]) -> None:
    assert "KeyboardInterrupt" in cells["interrupt"].error
    assert cells["after it"].result == "45"


def test_slow_cell_has_one_line_of_progress_which_goes(cells: dict[str, Cell]) -> None:
    assert cells["slow"].kinds == ["display_data"]
    assert cells["slow"].html == [""]
    assert cells["quick"].kinds == ["execute_result"]


def test_named_accumulator_is_told_below_the_cell(cells: dict[str, Cell]) -> None:
    [html] = cells["accumulator"].html
    assert re.fullmatch(
        r"<small>foreach at In\[14\]:2: done in [\d.]+ s; bad &lt;lines&gt; 5</small>", html
    )
    assert cells["accumulator"].result == "Accumulator<id=0, value=5>"


def test_page_on_notebooks(run_notebook: RunNotebook) -> None:
    page = (ROOT / "docs" / "notebooks.md").read_text(encoding="utf-8")
    sources = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    for cell in run_notebook(sources):
        assert "error" not in cell.kinds, cell.error
