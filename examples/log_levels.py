"""How often each level occurs in logs, and the commonest kind of message that is not mere INFO.

    python examples/log_levels.py [INPUT]

INPUT is any log whose lines name a level; without it, one is made up.
"""

import random
import re
import sys
from operator import add

from pyrite import SparkContext

LEVEL = re.compile(r"\b(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|CRITICAL)\b\W*(.*)")


def made_up_log(lines: int) -> list[str]:
    """A service's morning: mostly well."""
    chance = random.Random(7)
    messages = {
        "INFO": "request {} served in {} ms",
        "WARN": "request {} was slow: {} ms",
        "ERROR": "request {} failed after {} ms: connection reset",
    }
    log = []
    for second in range(lines):
        level = chance.choices(list(messages), weights=[90, 8, 2])[0]
        text = messages[level].format(chance.randrange(10**6), chance.randrange(1, 900))
        hour, minute = divmod(second // 60, 60)
        log.append(f"2026-01-05 {6 + hour:02}:{minute:02}:{second % 60:02} {level} {text}")
    return log


def level_and_kind(line: str) -> list[tuple[str, str]]:
    """The line's level, and its message with the numbers taken out: none for a line without one."""
    found = LEVEL.search(line)
    return [(found[1], re.sub(r"\d+", "#", found[2]).strip())] if found else []


with SparkContext(appName="log levels") as sc:
    lines = sc.textFile(sys.argv[1]) if sys.argv[1:] else sc.parallelize(made_up_log(20_000))
    messages = lines.flatMap(level_and_kind)

    for level, count in sorted(messages.keys().countByValue().items()):
        print(f"{level:<9} {count:>8,}")

    kinds = (
        messages.filter(lambda message: message[0] not in {"TRACE", "DEBUG", "INFO"})
        .map(lambda message: (message, 1))
        .reduceByKey(add)
        .takeOrdered(5, key=lambda pair: (-pair[1], pair[0]))
    )
    print("\nCommonest trouble:")
    for (level, kind), count in kinds:
        print(f"{count:>8,}  {level}  {kind}")
