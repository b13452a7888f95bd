"""The memory budget: when a spill is asked for, and that real data keeps within it."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import pytest

from pyrite.executor import memory as memory_module
from pyrite.executor.memory import Memory, resident_memory
from pyrite.shuffle.portions import Portions

ROOT = Path(__file__).parents[2]
MEGABYTE = 1 << 20


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="resident memory is told in other units")
@pytest.mark.parametrize("what", ["aggregate", "group", "giant", "order", "cogroup"])
def test_four_times_the_budget_passes_through(what: str) -> None:
    budget = 64 * MEGABYTE
    run = subprocess.run(
        [sys.executable, "-m", "tests.shuffle.hungry", what, str(budget), "240000"],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    peak, spills = map(int, run.stdout.split())
    assert spills > 0
    assert peak < 1.5 * budget


class Process:
    """Stands for the resident memory of this process, at which it is looked once a second."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.resident = 0
        self.looks = 0
        self.seconds = itertools.count()
        monkeypatch.setattr(memory_module, "resident_memory", self.look)
        monkeypatch.setattr(memory_module, "monotonic", lambda: next(self.seconds))

    def look(self) -> int:
        self.looks += 1
        return self.resident


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Process:
    return Process(monkeypatch)


def test_nothing_is_asked_within_the_budget(process: Process) -> None:
    watch = Memory(1000).watch()
    process.resident = 1000
    assert not watch.exceeded(10**9)


def test_above_the_budget_a_spill_is_asked_of_who_holds_something(process: Process) -> None:
    memory = Memory(1000)
    watch = memory.watch()
    assert not watch.exceeded(1)
    process.resident = 1001
    assert not watch.exceeded(0)
    assert watch.exceeded(1)
    assert memory.peak == 1001


def test_freed_memory_that_stays_resident_is_used_again(process: Process) -> None:
    watch = Memory(1000).watch()
    watch.exceeded(1)
    process.resident = 1100
    assert watch.exceeded(50_000)
    watch.released(50_000)
    # All is still resident, and free to be used.
    assert not watch.exceeded(24_000)
    assert watch.exceeded(25_000)
    # More memory for few records: these must be larger.
    process.resident = 1301
    assert watch.exceeded(100)


def test_what_others_hold_is_not_asked_of_a_new_collection(process: Process) -> None:
    memory = Memory(1000)
    process.resident = 1500
    watch = memory.watch()
    assert not watch.exceeded(16)
    process.resident = 1700
    assert not watch.exceeded(4000)
    process.resident = 1701
    assert watch.exceeded(4001)


def test_a_new_task_has_its_own_peak(process: Process) -> None:
    memory = Memory(1000)
    process.resident = 1500
    memory.watch().exceeded(1)
    memory.restart()
    assert memory.peak == 0


def test_the_system_is_not_asked_again_within_a_moment(process: Process) -> None:
    process.seconds = itertools.repeat(0)
    memory = Memory(1000)
    watch = memory.watch()
    process.resident = 1001
    watch.exceeded(0)
    process.resident = 1300
    assert not watch.exceeded(50)
    assert process.looks == 1
    watch.released(50)
    assert process.looks == 2  # what it was before says nothing now
    memory.restart()
    memory.watch().exceeded(1)
    assert process.looks == 3


def test_resident_memory_grows_with_what_is_held() -> None:
    before = resident_memory()
    held = b"x" * (64 * MEGABYTE)
    assert resident_memory() - before > 50 * MEGABYTE
    del held


def test_portions_grow_and_start_anew_after_a_spill() -> None:
    portions = Portions(range(10_000), 500)
    sizes = []
    for portion in portions:
        sizes.append(sum(1 for _ in portion))
        if sum(sizes) == 10_000:
            break
        if len(sizes) == 60:
            portions.spilled()
    assert sum(sizes) == 10_000
    assert sizes[0] == 16
    assert all(later <= earlier * 9 / 8 + 1 for earlier, later in itertools.pairwise(sizes))
    assert max(sizes) <= 500
