"""Run as a program: shuffle several times more than the budget, print the peak and the spills.

Arguments: what to do, the budget in bytes, the records (of about 1 kB each).
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from tests.shuffle.harness import Sandbox, sandbox, shuffle_of

from pyrite.executor.memory import Memory
from pyrite.lineage.dependency import Aggregator, Arrangement, Grouping, Order
from pyrite.lineage.partitioner import HashPartitioner

MAPS = 4


def records(number: int, count: int, keys: int) -> Iterator[tuple[int, str]]:
    """The part of map task ``number``: keys in a scattered order, each value naming its key and
    unlike all others."""
    for index in range(number, count, MAPS):
        key = index * 7919 % keys
        yield key, f"{key:<9}{index:991}"


def one_partition(
    box: Sandbox, arrangement: Arrangement, count: int, keys: int
) -> Iterator[tuple[int, Any]]:
    shuffle = shuffle_of(MAPS, HashPartitioner(1), arrangement)
    outputs = box.write(shuffle, [records(number, count, keys) for number in range(MAPS)])
    return box.service(shuffle, outputs).read(shuffle, 0, box.task())


def aggregate(box: Sandbox, count: int) -> None:
    largest = Aggregator(str, max, max)
    found = 0
    for key, value in one_partition(box, largest, count, count):
        assert int(value[:9]) == key
        found += 1
    assert found == count


def group(box: Sandbox, count: int, keys: int = 1000) -> None:
    sizes = {}
    for key, values in one_partition(box, Grouping(), count, keys):
        assert key not in sizes
        assert all(int(value[:9]) == key for value in values)
        sizes[key] = len(values)
    assert sorted(sizes) == list(range(keys))
    assert set(sizes.values()) == {count // keys}


def giant(box: Sandbox, count: int) -> None:
    group(box, count, 1)


def order(box: Sandbox, count: int) -> None:
    ordered = one_partition(box, Order(ascending=False), count, count)
    for expected, (key, value) in enumerate(ordered, 1 - count):
        assert key == int(value[:9]) == -expected


def cogroup(box: Sandbox, count: int) -> None:
    count //= 2
    partitioner = HashPartitioner(1)
    shuffle = shuffle_of(MAPS, partitioner)
    outputs = box.write(shuffle, [records(number, count, 1000) for number in range(MAPS)])
    parent = chain.from_iterable(records(number, count, 2000) for number in range(MAPS))
    groups = box.service(shuffle, outputs).read_groups((shuffle, parent), 0, box.task())
    sizes = {key: (len(left), sum(1 for _ in right)) for key, (left, right) in groups}
    right = count // 2000
    assert sizes == {key: (2 * right if key < 1000 else 0, right) for key in range(2000)}


def main(what: str, budget: int, count: int) -> None:
    gc.disable()
    with sandbox(Memory(budget)) as box:
        {
            "aggregate": aggregate,
            "group": group,
            "giant": giant,
            "order": order,
            "cogroup": cogroup,
        }[what](box, count)
        print(peak_memory(), box.spills)


def peak_memory() -> int:
    """Bytes of resident memory at most, but for mapped files, which the budget does not count
    either. Not from getrusage: that counts the process it was forked from, before it became this
    program."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    highest, mapped = (int(status[name].split()[0]) for name in ("VmHWM", "RssFile"))
    return (highest - mapped) * 1024


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
