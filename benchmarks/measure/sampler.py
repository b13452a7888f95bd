"""Look every few milliseconds at what a worker is doing, and note it in a file.

A timer's signal interrupts the worker's main thread. Python sees to a signal between two of its
own instructions, so a long call of C is noticed at its end; therefore a sample counts for the
processor time that passed since the one before, not for one. Time that passed without the processor
is waiting: for a message, for a disk, or for a core.
"""

from __future__ import annotations

import os
import signal
import time
from types import FrameType

_PERIOD = 0.003

USER, FRAMEWORK, CODEC, IO, WAITING = "user code", "framework", "codec", "IO", "waiting"

_PYRITE = f"{os.sep}pyrite{os.sep}"
_BENCHMARKS = f"{os.sep}benchmarks{os.sep}"
_IO = (
    "io/", "blocks/disk", "shuffle/fetch", "shuffle/files", "shuffle/runs", "shuffle/scratch",
    "shuffle/service",
)  # fmt: skip


def begin() -> None:
    """In a process that has just been forked."""
    folder = os.environ["BENCHMARK_SAMPLES"]
    file = os.open(f"{folder}/{os.getpid()}", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    wall, busy = time.monotonic(), time.process_time()

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal wall, busy
        now, used = time.monotonic(), time.process_time()
        passed, ran = now - wall, used - busy
        wall, busy = now, used  # at once: the next signal may come before this is done
        kind, place = whose(frame)
        os.write(file, f"{now}\t{passed}\t{ran}\t{kind}\t{place}\n".encode())

    signal.signal(signal.SIGALRM, note)
    signal.setitimer(signal.ITIMER_REAL, _PERIOD, _PERIOD)


def whose(frame: FrameType | None) -> tuple[str, str]:
    """What kind of code runs, and where: the innermost frame of the program or of Pyrite tells.

    A stage's compiled loop counts as user code, whose lines it has, and so does a kernel that does
    the same for many records at once (`pyrite.batch`)."""
    while frame is not None:
        path, name = frame.f_code.co_filename, frame.f_code.co_name
        if path == __file__:  # interrupted itself
            frame = frame.f_back
            continue
        if _BENCHMARKS in path or path == "<stage>":
            return USER, f"{os.path.basename(path)}:{name}"
        if _PYRITE in path:
            module = path.rpartition(_PYRITE)[2].replace(os.sep, "/").removesuffix(".py")
            return _kind(module), f"{module}:{name}"
        frame = frame.f_back
    return FRAMEWORK, "?"


def _kind(module: str) -> str:
    if module.startswith("batch/"):
        return USER
    if module.startswith("serial/"):
        return CODEC
    return IO if module.startswith(_IO) else FRAMEWORK
