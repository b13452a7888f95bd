"""Whatever programs run side by side, and whichever workers die, results are right and nothing
stays behind.

In CI the same programs are made every time. ``PYRITE_FAULTS_EXAMPLES=500`` makes so many more.
"""

import gc
import os
import random
import signal
import threading
from contextlib import contextmanager

import psutil
import pytest
from tests.conftest import wait_until
from tests.faults.by_chance import Programs

MORE = int(os.environ.get("PYRITE_FAULTS_EXAMPLES", "0"))
THREADS, STEPS = 3, 14

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120)]


@contextmanager
def deadly(sc, chance, often):
    """Workers of this context die meanwhile, ten at most: ``often`` a second."""
    over = threading.Event()
    parent = psutil.Process(sc._driver._cluster._zygote.pid)

    def kill():
        for _ in range(10):
            if not often or over.wait(chance.random() * 2 / often):
                return
            if workers := parent.children():
                try:
                    os.kill(chance.choice(workers).pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def left_behind(sc):
    """What the driver still knows of what is over, and what lies on the disk, by name."""
    driver, loop, planner = sc._driver, sc._driver._loop, sc._driver._planner
    graph, stages = loop._scheduler._graph, loop._stages
    known = {
        "jobs": loop._jobs,
        "successes": loop._successes,
        "tries": loop._rendezvous._tries,
        "stages": stages._stages,
        "properties": stages._properties,
        "inputs": stages._inputs,
        "writers": stages._writers,
        "scheduled": loop._scheduler._jobs,
        "runs": graph.stages,
        "shuffles": graph.shuffles,
        "persisted": driver.persisted._datasets,
        "readers": planner._readers,
        "map stages": planner._map_stages,
        "map stage ids": planner._map_stage_ids,
        "checkpoints": sc._checkpoints._marks,
    }
    names = [name for name, those in known.items() if len(those)]
    return names + [file for _, _, files in os.walk(driver.folder) for file in files]


def run(sc, seed, faults):
    """The programs of one seed, in threads."""
    pool, errors = [], []
    pool.append(Programs(sc, pool, f"{seed}").source())

    def steps(programs):
        try:
            for _ in range(STEPS):
                programs.step()
        except BaseException as error:
            errors.append(error)

    threads = [
        threading.Thread(target=steps, args=[Programs(sc, pool, f"{seed} {number}")], daemon=True)
        for number in range(THREADS)
    ]
    with deadly(sc, random.Random(seed), faults):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(100)
    assert not any(thread.is_alive() for thread in threads), f"seed {seed} hangs"
    for error in errors:
        raise AssertionError(f"seed {seed}: {error}") from error


@pytest.mark.parametrize("faults", [0, 8])
@pytest.mark.parametrize("storage", ["0.00001", "0.5"])
@pytest.mark.parametrize("seeds", [range(n, n + 3) for n in range(0, MORE or 6, 3)])
def test_programs_side_by_side(make_context, tmp_path, seeds, storage, faults):
    conf = {"pyrite.storage.fraction": storage, "pyrite.task.maxFailures": 100}
    sc = make_context("local[3]", conf)
    sc.setCheckpointDir(str(tmp_path / "checkpoints"))
    for seed in seeds:
        run(sc, seed, faults)

        def forgotten():
            gc.collect()
            sc.range(1).count()  # what nobody can reach is looked for when a job starts
            return not left_behind(sc)

        try:
            wait_until(forgotten)
        except TimeoutError:
            raise AssertionError(f"seed {seed} leaves {left_behind(sc)}") from None
        sc._driver._loop._scheduler.check()
