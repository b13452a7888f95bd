"""Shared by all tests: contexts that are stopped, and proof that they leave nothing behind."""

from __future__ import annotations

import gc
import glob
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

import psutil
import pytest
from hypothesis import settings

from pyrite import SparkConf, SparkContext

settings.register_profile("patient", deadline=None)  # a busy machine is no failure
settings.load_profile("patient")

MakeContext = Callable[..., SparkContext]
T = TypeVar("T")


def pytest_configure() -> None:
    """Have Ctrl-C heard here and in what is started, also if the tests run in the background
    (``make test &``, ``nohup``), where shells have it ignored."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def wait_until(condition: Callable[[], object], seconds: float = 10.0, what: str = "") -> None:
    """Wait for something that other processes bring about.

    Raises:
        TimeoutError: it has not come about in time.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what or "what was waited for did not happen")
        time.sleep(0.01)


def engine_processes() -> list[psutil.Process]:
    """Live zygotes and workers of this process's contexts."""
    found = []
    for each in psutil.Process().children(recursive=True):
        try:
            if "pyrite.cluster.zygote" in each.cmdline():  # empty for one that has ended
                found.append(each)
        except psutil.NoSuchProcess:
            continue
    return found


def zygotes() -> set[psutil.Process]:
    """Those of `engine_processes` that are the parents of workers."""
    return {each for each in engine_processes() if each.ppid() == os.getpid()}


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets that lies beside the checkout, read in place."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real data sets are not here: no folder {folder}")
    return folder


@pytest.fixture
def make_context(tmp_path: Path) -> Iterator[MakeContext]:
    """``make_context(master, {setting: value})``; its files lie under ``tmp_path / "local"``.

    Afterwards no process, thread, descriptor or file of the contexts may be left.
    """
    local = tmp_path / "local"
    local.mkdir()
    before = set(threading.enumerate())
    processes = {each.pid for each in engine_processes()}
    descriptors = len(os.listdir("/proc/self/fd"))
    with ExitStack() as contexts:

        def make(
            master: str = "local[2]", settings: dict[str, object] | None = None
        ) -> SparkContext:
            conf = SparkConf(loadDefaults=False).set("pyrite.local.dir", str(local))
            conf.setAll((settings or {}).items())
            return contexts.enter_context(SparkContext(master, "test", conf=conf))

        yield make
    assert os.listdir(local) == []
    assert {each.pid for each in engine_processes()} <= processes
    assert [
        t.name for t in set(threading.enumerate()) - before if t.name.startswith("pyrite")
    ] == []
    # Other contexts of the process may be replacing a worker at this moment.
    wait_until(
        lambda: gc.collect() >= 0 and len(os.listdir("/proc/self/fd")) <= descriptors,
        what="descriptors are left open",
    )


@pytest.fixture
def shuffle_files(tmp_path: Path) -> Callable[[], list[str]]:
    """Names the map outputs that the test's contexts keep now, in order of map partition."""

    def files() -> list[str]:
        found = glob.glob(str(tmp_path / "local" / "*" / "shuffle-*" / "map-*.data"))
        return sorted(found, key=lambda path: os.path.basename(path).split("-")[1:3])

    return files


class Journal:
    """A file in which tasks, in whatever process, note what they did."""

    def __init__(self, path: str) -> None:
        self.path = path
        Path(path).touch()

    def note(self, line: object) -> None:
        with open(self.path, "a") as file:
            file.write(f"{line}\n")

    def seen(self, record: T) -> T:
        """`note`, for a step that passes each record on."""
        self.note(record)
        return record

    def lines(self) -> list[str]:
        return Path(self.path).read_text().splitlines()

    def first_time(self, line: object) -> bool:
        """Whether ``line`` is not there yet; notes it."""
        try:
            os.close(os.open(f"{self.path}.{line}", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
        return True


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(str(tmp_path / "journal"))
