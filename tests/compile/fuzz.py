"""Random pipelines, run as they are and compiled: ``python -m tests.compile.fuzz SEED NUMBER``.

With ``--pyspark`` they are run as jobs, and on PySpark as well.
Each is a module of its own, written to a file, whose functions have a source.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from tests.compile.both import Again, Both, goes_on
from tests.compile.pipelines import DATA, Pipeline
from tests.oracle.outcomes import Raised, Value, agree, outcome

from pyrite.compile.ends import Combine, Scatter
from pyrite.lineage.ops import Filter, FlatMap, FlatMapValues, KeyBy, Map, MapValues
from pyrite.lineage.terminals import Collect, Count, Draw, Fold, ForEach, Reduce

KINDS = (Map, Map, Map, Filter, FlatMap, MapValues, KeyBy, FlatMapValues)
METHODS = {
    Map: "map",
    Filter: "filter",
    FlatMap: "flatMap",
    MapValues: "mapValues",
    KeyBy: "keyBy",
    FlatMapValues: "flatMapValues",
}
OPS = {method: op for op, method in METHODS.items()}
HEAD = """from tests.compile.notes import note
th = 5
N = 7
cnt = [0]
def bump(v):
    global N
    N += 1
    cnt[0] += 1
    return v
"""


class Writer:
    """Writes random functions."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def expression(self, depth: int, names: list[str]) -> str:
        if depth <= 0 or self.random.random() < 0.3:
            return self.random.choice([*names, *names, "1", "2", "0", '"ab"', "th", "None", "N"])

        def more() -> str:
            return self.expression(depth - 1, names)

        name = self.random.choice(names)
        forms = [
            lambda: f"(str({more()}) + str({more()}))",
            lambda: f"({more()} + {more()})",
            lambda: f"[{name} for {name} in ({name}, th, {name})]",
            lambda: f"{{{name}: ({name}, N) for {name} in (1, 2)}}",
            lambda: f"({more()}, {more()}, 2)",
            lambda: f"({more()}, {more()})",
            lambda: f"({more()}, {more()})",
            lambda: f"{name}[{self.random.choice(['0', '1', '-1', '2', '-2', 'True'])}]",
            lambda: f"{name}[{self.random.choice(['0', '1'])}]",
            lambda: f"bump({more()})",
            lambda: f"note('n', {more()})",
            lambda: "cnt[0]",
            lambda: f"({more()} if {more()} else {more()})",
            lambda: f"[({name}, z) for z in (1, 2)]",
            lambda: f"str({more()})",
            lambda: f"len(str({more()}))",
            lambda: f"({more()} == {more()})",
            lambda: f"({more()} and {more()})",
            lambda: f"({name} is {self.random.choice(names)})",
            lambda: f'f"{{{name}}}-x"',
            lambda: f"(lambda q: q)({more()})",
            lambda: f"sum(q for q in {name})",
            lambda: f"next(iter({more()}))",
            lambda: f"(y := {name})",
        ]
        return self.random.choice(forms)()

    def function(self, number: int, kind: type) -> str:
        v = self.random.choice(["x", "kv", "a", "_t"])
        body = self.expression(3, [v])
        if kind in (FlatMap, FlatMapValues):
            body = self.random.choice([f"[{body}, {v}]", f"({body},)", f"[({v}, 1)]", body])
        if kind is Map and self.random.random() < 0.5:
            body = f"({body}, {self.expression(2, [v])})"
        some = self.random.random()
        more = self.expression(2, [v, "y"])
        if kind is FlatMap and some > 0.9:
            test = self.expression(2, [v])
            return (
                f"def F{number}({v}):\n    if {test}:\n        yield {v}, {body}\n"
                f"    for y in ({v}, 1):\n        yield y, {more}\n"
            )
        if kind is FlatMap and some < 0.5:
            ends = self.random.choice(["", "return", f"{v} = {more}", "next(iter(()))"])
            return (
                f"def F{number}({v}):\n    for y in ({v}, {body}, 1):\n        if {more}:\n"
                f"            {ends or 'continue'}\n"
                f"        {'return' if some < 0.1 else 'pass'}\n        yield {more}, y\n"
                if some < 0.35
                else f"def F{number}({v}):\n    for y in {v}:\n        yield {body}\n"
                f"        if {more}:\n            return\n"
            )
        if some < 0.55:
            return f"F{number} = lambda {v}: {body}\n"
        if some < 0.7:
            return (
                f"def F{number}({v}):\n    y = {body}\n    if {more}:\n        return y\n"
                f"    {v} = {more}\n    return {v}, y\n"
            )
        if some < 0.8:
            return (
                f"def F{number}({v}):\n    try:\n        y = {body}\n"
                f"    except (TypeError, IndexError) as e:\n        return str(e)\n    return y\n"
            )
        if some < 0.87:
            return (
                f"def F{number}({v}):\n    for w in [{v}, {body}]:\n        y = w\n"
                f"        if {self.expression(1, [v, 'w'])}:\n            break\n"
                f"    else:\n        y = {v}\n    return {self.random.choice(['y', 'w', v])}\n"
            )
        return (
            f"def mk{number}(c):\n    return lambda {v}, d=3: ({body}, c, d)\n"
            f"F{number} = mk{number}({number})\n"
        )

    def pipeline(self) -> tuple[list[type], str, str]:
        """Kinds of ops, of the end, and the source of their functions."""
        kinds = [self.random.choice(KINDS) for _ in range(self.random.randint(1, 5))]
        text = HEAD + "".join(self.function(i, kind) for i, kind in enumerate(kinds))
        merge = self.random.choice(["a + [v]", "a", "(a.append(v), a)[1]"])
        reduce = self.random.choice(["a + b", "(a, b)", "a if note('r', 1) else b", "b"])
        if kinds[-1] is Map and len(kinds) > 1 and self.random.random() < 0.2:
            kinds[-2] = FlatMap
            text += f"F{len(kinds) - 1} = lambda w: (w, {self.random.choice('112')})\n"
            return kinds, "counts", text + "T1 = lambda v: v\nT2 = lambda a, v: a + v\n"
        text += f"T1 = lambda v: [v]\nT2 = lambda a, v: {merge}\nTR = lambda a, b: {reduce}\n"
        ends = ["collect", "count", "draw", "reduce", "fold", "foreach", "combine", "scatter", "on"]
        return kinds, self.random.choice(ends), text


def made(module: Any, pipeline: Pipeline) -> tuple[list[Any], Any]:
    """The ops and the end of a pipeline, from its module."""
    ops = [OPS[method](getattr(module, f"F{i}")) for i, method in enumerate(pipeline.methods)]
    match pipeline.end:
        case "combine" | "counts":
            return ops, Combine(module.T1, module.T2)
        case "reduce":
            return ops, Reduce(module.TR)
        case "fold":
            return ops, Fold(module.TR, (0,))
        case "foreach":
            return ops, ForEach(lambda x: None)
    ends = {
        "collect": Collect(),
        "count": Count(),
        "draw": Draw(list),
        "on": Again(goes_on),
        "scatter": Scatter(True),
    }
    return ops, ends[pipeline.end]


def written(seed: int, number: int, folder: str) -> Iterator[Pipeline]:
    """Random pipelines; the source of each is there while it is at hand."""
    writer = Writer(seed)
    for case in range(number):
        kinds, end, text = writer.pipeline()
        path = os.path.join(folder, f"fuzz{seed}_{case}.py")
        with open(path, "w") as file:
            file.write(text)
        yield Pipeline(path, tuple(METHODS[kind] for kind in kinds), end)
        os.remove(path)


def failures(seed: int, number: int, folder: str) -> Iterator[tuple[str, str]]:
    """Pipelines that differ, with what the compiler made of them."""
    for pipeline in written(seed, number, folder):
        both = Both()
        stories = []
        for way in (both.called, both.compiled):
            module = pipeline.module()
            steps = made(module, pipeline)
            stories.append((both.told_with_log(way, *steps, DATA), module.N))
        if stories[1][0][0] is not None and stories[0] != stories[1]:
            told = f"{pipeline}\n{stories[0]}\n{stories[1]}\n{both.text}"
            yield Path(pipeline.path).read_text(), told


def apart(
    seed: int, number: int, folder: str, engines: Sequence[Callable[[Pipeline], Any]]
) -> Iterator[tuple[str, str]]:
    """Pipelines that do not come to the same on all engines, the last of which is PySpark."""
    for pipeline in written(seed, number, folder):
        *ours, theirs = [engine(pipeline) for engine in engines]
        if not all(is_as_on_pyspark(each, theirs) for each in ours):
            yield Path(pipeline.path).read_text(), f"{pipeline}\n{[*ours, theirs]}"


def is_as_on_pyspark(ours: Value | Raised, theirs: Value | Raised) -> bool:
    """Whether two outcomes are the same, but for errors that Pyrite says more clearly."""
    if isinstance(ours, Raised) and isinstance(theirs, Raised):
        for clearer in ("expected (key, value) pairs", "keys must be hashable", "StopIteration"):
            if clearer in ours.text:
                return True
    return agree(ours, theirs)


def main() -> bool:
    """Whether all pipelines came to the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("number", type=int)
    parser.add_argument("--pyspark", action="store_true", help="on PySpark as well")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as contexts:
        if given.pyspark:
            found = apart(given.seed, given.number, folder, engines(contexts))
        else:
            found = failures(given.seed, given.number, folder)
        differ = 0
        for text, story in found:
            differ += 1
            if differ <= 3:
                print(text, story, "", sep="\n")
    print(f"{differ} of {given.number} differ")
    return not differ


def engines(contexts: ExitStack) -> list[Callable[[Pipeline], Any]]:
    """Pyrite, compiling and not, and PySpark."""
    import pyspark

    import pyrite

    found: list[Callable[[Pipeline], Any]] = []
    for codegen in ("true", "false"):
        conf = pyrite.SparkConf(loadDefaults=False).set("pyrite.codegen", codegen)
        sc = contexts.enter_context(pyrite.SparkContext("local", "fuzz", conf=conf))
        found.append(partial(outcome, context=sc))
    theirs = pyspark.SparkConf().set("spark.ui.enabled", "false").set("spark.log.level", "OFF")
    theirs.set("spark.ui.showConsoleProgress", "false")
    spark = contexts.enter_context(pyspark.SparkContext("local[1]", "fuzz", conf=theirs))
    return [*found, partial(outcome, context=spark)]


if __name__ == "__main__":
    sys.exit(not main())
