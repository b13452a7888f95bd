"""Count words, the first program of every data-parallel engine.

    python examples/wordcount.py [INPUT [OUTPUT]]

INPUT is a file, a folder (with all that is in it) or a glob; without it, the source files of
Python's own standard library are counted: real input that every machine has. The counts are saved
as text files under OUTPUT, a folder that must not exist yet (default: a new temporary one), and the
commonest words are printed.
"""

import os
import re
import sys
import sysconfig
import tempfile
import time
from operator import add
from pathlib import Path

from pyrite import SparkContext

WORD = re.compile(r"[^\W\d_]+")  # a run of letters, of any alphabet


def standard_library() -> str:
    """Its thousands of source files, as a comma list; packages installed later are left out."""
    root = Path(sysconfig.get_path("stdlib"))
    installed = {"site-packages", "dist-packages"}
    return ",".join(str(path) for path in root.rglob("*.py") if installed.isdisjoint(path.parts))


source, output, *_ = [*sys.argv[1:], "", ""]
if not source:
    source = standard_library()
elif os.path.isdir(source):
    source += "/**"
output = output or tempfile.mkdtemp(prefix="wordcount-") + "/counts"

start = time.perf_counter()
with SparkContext(appName="word count") as sc:
    counts = (
        sc.textFile(source, 8 * sc.defaultParallelism)
        .flatMap(lambda line: WORD.findall(line.lower()))
        .map(lambda word: (word, 1))
        .reduceByKey(add, sc.defaultParallelism)
    )
    counts.map(lambda pair: f"{pair[0]}\t{pair[1]}").saveAsTextFile(output)
    top = counts.takeOrdered(20, key=lambda pair: (-pair[1], pair[0]))
    different, total = counts.count(), counts.values().sum()
seconds = time.perf_counter() - start

for word, count in top:
    print(f"{count:>12,}  {word}")
print(f"{total:,} words, {different:,} of them different, counted in {seconds:.1f} s")
print(f"All counts are in {os.path.abspath(output)}")
