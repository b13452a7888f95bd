"""Random formulas of integers, in kernels and called: ``python -m tests.batch.formulas SEED NUMBER``.

Each is a module of its own, written to a file, whose functions have a source.
"""

from __future__ import annotations

import importlib.util
import operator
import random
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from pyrite.batch import numbers as kernels
from pyrite.batch.find_numbers import number_steps
from pyrite.batch.numbers import Unfit, run
from pyrite.compile.ends import end_of_result, functions_of
from pyrite.compile.source import Sources
from pyrite.lineage.ops import Filter, Map, apply_ops
from pyrite.lineage.terminals import Collect, Count, Draw, Fold, Reduce

INTEGERS = [
    0,
    1,
    -1,
    2,
    3,
    5,
    7,
    10,
    62,
    63,
    64,
    2**31,
    2**32 + 1,
    2**53,
    2**53 + 1,
    2**62,
    -(2**63),
]
FLOATS = ["0.0", "-0.0", "1.0", "0.5", "-1.5", "1e-3", "1e308", "3.0", "9007199254740992.0"]
STARTS = [0, 0, 0, -50, 1, 3, 2**31 - 20, 2**32, 2**53 - 20, -(2**53) - 20, 2**61 - 99, -(2**61)]
HEAD = "import operator\nK = 3\nH = 2.5\nT = True\n"


def expression(source: random.Random, depth: int) -> str:
    if depth <= 0 or source.random() < 0.2:
        constant = str(source.choice(INTEGERS[: source.choice([8, 8, 11, 17])]))
        return source.choice(
            ["x", "x", "x", "x", constant, constant, source.choice(FLOATS), "K", "H", "c", "T"]
        )

    def more() -> str:
        return expression(source, depth - 1)

    binary = source.choice(
        ["+", "-", "*", "+", "-", "*", "/", "//", "%", "%", "**", "&", "|", "^", "<<", ">>"]
    )
    compare = source.choice(["<", "<=", ">", ">=", "==", "!="])
    return source.choice([
        f"({more()} {binary} {more()})", f"({more()} {binary} {more()})", f"({more()} {binary} {more()})",
        f"({more()} {binary} {source.choice([2, 3, 7, 10])})", f"(x {binary} {source.choice([1, 2, 3, 7, 10])})",
        f"({more()} {compare} {more()})", f"({more()} {compare} {more()} {compare} {more()})",
        f"(-{more()})", f"(~{more()})", f"(not {more()})", f"({more()} and {more()})",
        f"({more()} or {more()})", f"({more()} if {more()} else {more()})",
    ])  # fmt: skip


def pairs(source: random.Random) -> tuple[list[type], str]:
    """Steps over tuples."""
    kinds: list[type] = [Map, source.choice([Filter, Map]), Map]
    text = HEAD + "def made(c):\n    return [\n"
    text += f"        lambda x: ({expression(source, 1)}, {expression(source, 1)}),\n"
    first, second = source.choice(["p[0]", "p[1]", "p[0]", "p[1]", "p[2]", "p"]), "p[1]"
    middle = expression(source, 1).replace("x", first)
    text += (
        f"        lambda p: {middle if kinds[1] is Filter else f'({second}, {middle}, p[0])'},\n"
    )
    last = expression(source, 2).replace("x", source.choice(["p[0]", "p[1]"]))
    text += f"        lambda p: {source.choice([last, 'p', f'(p[1], {last})'])},\n"
    return kinds, text + "    ]\nadd = lambda a, b: a + b\n"


def pipeline(source: random.Random) -> tuple[list[type], str]:
    kinds: list[type] = [source.choice([Map, Map, Filter]) for _ in range(source.randint(1, 3))]
    text = HEAD + "def made(c):\n    return [\n"
    for kind in kinds:
        formula = expression(source, source.choice([1, 2, 2, 3]))
        if kind is Filter and source.random() < 0.7:
            formula = f"{formula} % {source.choice([2, 3])} == {source.choice([0, 1])}"
        text += f"        lambda x: {formula},\n"
    return kinds, text + "    ]\nadd = lambda a, b: a + b\n"


def ends(module: Any) -> list[Any]:
    zeros = [0, 5, -(2**70), 1.5, -0.0, True, "text"]
    return [
        Collect(), Count(), Draw(sum), Reduce(module.add), Reduce(operator.add), Reduce(max), Reduce(min),
        *(Fold(module.add, zero) for zero in zeros),
    ]  # fmt: skip


def numbers(source: random.Random) -> range:
    start = source.choice(STARTS)
    step = source.choice([1, 1, 1, 2, -1, -3, 1000, 2**33, 2**40])
    return range(start, start + step * source.choice([1, 2, 100, 100, 300]), step)


def told(function: Any) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return repr(function())
        except Exception as error:
            return f"{type(error).__name__}: {error}"


def load(folder: Path, name: str, text: str) -> Any:
    path = folder / f"{name}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of `1 is 1` and the like
        spec.loader.exec_module(module)
    return module


def check(seed: int, folder: Path) -> dict[str, int]:
    """Run one pipeline with each end in both ways.

    Returns:
        How often there was a kernel, and how often it did it.
    """
    source = random.Random(seed)
    kernels._BATCH = source.choice([64, 1 << 15])
    kinds, text = (pairs if source.random() < 0.3 else pipeline)(source)
    module = load(folder, f"formulas{seed}", text)
    functions = module.made(source.choice([0, 1, 3, 2**40, 0.5, None]))
    ops = [kind(function) for kind, function in zip(kinds, functions, strict=True)]
    records = numbers(source)
    sources = Sources()
    said = {"kernels": 0, "done": 0}
    for end in ends(module):
        kernel = number_steps(sources, ops, end)
        if kernel is None:
            continue
        said["kernels"] += 1
        zero = end.zero if isinstance(end, Fold) else None
        try:
            found = told_or_unfit(
                kernel, [*functions, *functions_of(end_of_result(end))], records, zero
            )
        except Unfit:
            continue
        said["done"] += 1
        expected = told(lambda end=end: end(apply_ops(ops, 0, iter(records)), None))
        assert found == expected, f"seed {seed}, {end}, {records}:\n{text}"
    return said


def told_or_unfit(kernel: Any, functions: list[Any], records: range, zero: Any) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return repr(run(kernel, functions, records, zero, np))


def main(first: int, number: int) -> None:
    total = {"kernels": 0, "done": 0}
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + number):
            for key, value in check(seed, Path(folder)).items():
                total[key] += value
    print(total)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
