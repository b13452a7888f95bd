"""Log mining: a log's errors are kept in memory, and searched as questions come up.

    python examples/log_mining.py [INPUT [WORD ...]]

INPUT is any log whose lines hold a date, a time and a level; without it, one is made up. For each
WORD, the errors that mention it are counted, with the times of the first and the last. Only the
first question reads the log. The program is the first of Zaharia and others, "Resilient Distributed
Datasets", NSDI 2012, section 2.2.1.
"""

import random
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from pyrite import RDD, SparkContext

T = TypeVar("T")
LINES = 300_000
CAUSES = ["disk full", "connection reset", "timeout of the database", "no such user"]


def made_up_line(second: int) -> str:
    """A line of a service's log, about one in fifty of them an error."""
    chance = random.Random(second)
    clock = f"2026-01-05 {second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}"
    if chance.random() < 0.02:
        return f"{clock} ERROR request {second} failed: {chance.choice(CAUSES)}"
    return f"{clock} INFO request {second} served in {chance.randrange(900)} ms"


def timed(question: Callable[[], T]) -> T:
    start = time.perf_counter()
    answer = question()
    print(f"{time.perf_counter() - start:8.3f} s  ", end="")
    return answer


def times(errors: RDD[str], word: str) -> list[str]:
    """The second field of the errors that mention a word."""
    return errors.filter(lambda line: word in line).map(lambda line: line.split()[1]).collect()


source, *words = sys.argv[1:] or [""]
with SparkContext(appName="log mining") as sc:
    lines = sc.textFile(source) if source else sc.range(LINES).map(made_up_line)
    errors = lines.filter(lambda line: " ERROR " in line).cache()
    print(f"{timed(errors.count):,} errors")
    for word in words or ["database", "disk", "timeout"]:
        found = timed(lambda word=word: times(errors, word))
        span = f", from {min(found)} to {max(found)}" if found else ""
        print(f"{len(found):,} errors mention {word}{span}")
