"""Whole programs, as people run them: classes of the script, no guard, standard input."""

import pytest

CLASSES = """
import enum
from collections import namedtuple
from dataclasses import dataclass
from pyrite import SparkContext

class Colour(enum.Enum):
    RED = 1
    BLUE = 2

@dataclass(frozen=True)
class Point:
    x: int
    y: int

    def flipped(self):
        return Point(self.y, self.x)

class Plain:
    def __init__(self, x):
        self.x = x

class Refused(Exception):
    pass

City = namedtuple("City", "name size")

def refuse(x):
    raise Refused(x)

sc = SparkContext("MASTER")
points = sc.parallelize([Point(1, 2), Point(2, 1), Point(1, 2)], 3)

keys = points.map(lambda p: (p, 1)).reduceByKey(lambda a, b: a + b).collectAsMap()
print("keys", keys == {Point(1, 2): 2, Point(2, 1): 1})
print("values", points.map(Point.flipped).keyBy(lambda p: p.x).groupByKey().count())
print("results", all(isinstance(p, Point) for p in points.distinct().collect()))
print("plain", [type(p) is Plain for p in sc.range(2).map(Plain).collect()])
print("enum", points.map(lambda p: Colour(p.x)).distinct().count(),
      sc.parallelize([1]).map(Colour).first() is Colour.RED)
print("named", sc.parallelize([City("Ulm", 1)]).map(lambda c: c._replace(size=2)).first())
print("inside", points.filter(lambda p: isinstance(p.flipped(), Point)).count())
print("sorted", points.sortBy(lambda p: (p.y, p.x), numPartitions=2).first())
try:
    sc.range(1).map(refuse).collect()
except Refused:
    print("refused")
"""


@pytest.mark.parametrize("master", ["local", "local[2]"])
@pytest.mark.parametrize("stdin", [False, True], ids=["app.py", "stdin"])
def test_classes_of_the_script_are_keys_values_and_results(run_script, master, stdin):
    assert run_script(CLASSES.replace("MASTER", master), stdin=stdin) == [
        "keys True",
        "values 2",
        "results True",
        "plain [True, True]",
        "enum 2 True",
        "named City(name='Ulm', size=2)",
        "inside 3",
        "sorted Point(x=2, y=1)",
        "refused",
    ]


def test_script_without_a_guard_runs_once(run_script):
    program = """
from pyrite import SparkContext
print("start")
sc = SparkContext("local[2]")
print(sc.parallelize(range(4), 4).map(lambda x: x * x).sum())
"""
    assert run_script(program) == ["start", "14"]


def test_functions_of_the_script_see_its_globals(run_script):
    program = """
import math
from pyrite import SparkContext
scale = 2
def area(r):
    return scale * helper(r)
def helper(r):
    return math.floor(r)
with SparkContext("local[2]") as sc:
    print(sc.parallelize([1.5, 2.5], 2).map(area).collect())
"""
    assert run_script(program) == ["[2, 4]"]


def test_modules_beside_the_script_are_found_by_tasks(run_script, tmp_path):
    (tmp_path / "helper.py").write_text("class Pair(tuple): pass\ndef pair(x): return Pair((x, x))")
    program = """
import helper
from pyrite import SparkContext
with SparkContext("local[2]") as sc:
    made = sc.range(2, numSlices=2).map(helper.pair).collect()
    print(made, all(type(each) is helper.Pair for each in made))
"""
    assert run_script(program) == ["[(0, 0), (1, 1)] True"]


def test_context_that_nobody_holds_is_found_again_and_stopped_at_the_end(run_script, tmp_path):
    (tmp_path / "local").mkdir()
    program = """
from pyrite import SparkConf, SparkContext
def start():
    SparkContext("local[2]", conf=SparkConf().set("pyrite.local.dir", "local"))
start()
print(SparkContext.getOrCreate().master)
print(SparkContext.getOrCreate().range(3).sum())
"""
    assert run_script(program) == ["local[2]", "3"]
    assert list((tmp_path / "local").iterdir()) == []
