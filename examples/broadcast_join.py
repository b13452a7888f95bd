"""A join without a shuffle: every worker is given the small table, and the large one stays put.

    python examples/broadcast_join.py [INPUT]

INPUT is the log of a web server (the usual format: the status follows the quoted request); without
it, one is made up. The small table, what each status means, is broadcast: it goes to each worker
once, not with each task. An accumulator counts the lines for which it has nothing.
"""

import random
import re
import sys
from http import HTTPStatus
from operator import add

from pyrite import SparkContext

STATUS = re.compile(r'" (\d{3}) ')


def made_up_line(number: int) -> str:
    chance = random.Random(number)
    status = chance.choices([200, 304, 404, 500, 299], weights=[80, 10, 7, 2, 1])[0]
    return f'10.0.0.{chance.randrange(256)} - - [05/Jan/2026] "GET /{number} HTTP/1.1" {status} 512'


with SparkContext(appName="broadcast join") as sc:
    phrases = sc.broadcast({status.value: status.phrase for status in HTTPStatus})
    unknown = sc.accumulator(0)

    def phrase(line: str) -> list[tuple[str, int]]:
        """(what the line's status means, 1), or nothing."""
        found = STATUS.search(line)
        if found and (status := int(found[1])) in phrases.value:
            return [(phrases.value[status], 1)]
        unknown.add(1)
        return []

    lines = sc.textFile(sys.argv[1]) if sys.argv[1:] else sc.range(20_000).map(made_up_line)
    counts = lines.flatMap(phrase).reduceByKey(add).collect()
    for name, count in sorted(counts, key=lambda pair: -pair[1]):
        print(f"{count:>8,}  {name}")
    print(f"{unknown.value:>8,}  lines without a status that is known")
