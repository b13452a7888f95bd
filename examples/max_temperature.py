"""The highest temperature of each year, from hourly weather records.

    python examples/max_temperature.py [INPUT]

INPUT holds fixed-width records as the US National Climatic Data Center published them, gzipped or
not; without it, some of the same form are made up.
"""

import random
import sys
from collections.abc import Iterator

from pyrite import SparkContext

MISSING = "+9999"
TRUSTED = frozenset("01459")  # quality codes of readings that passed the checks


def made_up_records(count: int) -> Iterator[str]:
    """Records in which only the columns read below mean something; some readings are bad."""
    chance = random.Random(7)
    for _ in range(count):
        year = chance.randrange(1901, 1911)
        tenths = f"{round(chance.gauss(80, 100)):+05}" if chance.random() > 0.02 else MISSING
        quality = chance.choices("12", weights=[97, 3])[0]
        yield f"{'0' * 15}{year}{'0' * 68}{tenths}{quality}"


def reading(record: str) -> list[tuple[str, float]]:
    """(year, degrees Celsius), or nothing where the record has no trusted reading."""
    year, tenths, quality = record[15:19], record[87:92], record[92:93]
    return [(year, int(tenths) / 10)] if tenths != MISSING and quality in TRUSTED else []


with SparkContext(appName="max temperature") as sc:
    records = sc.textFile(sys.argv[1]) if sys.argv[1:] else sc.parallelize(made_up_records(50_000))
    for year, degrees in records.flatMap(reading).reduceByKey(max).sortByKey().collect():
        print(f"{year}  {degrees:5.1f} °C")
