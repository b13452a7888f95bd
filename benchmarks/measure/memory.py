"""Watch the memory of a process and of all that come from it, until it ends."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

MEMORY = "PSS" if sys.platform == "linux" else "RSS"
"""How memory is counted: PSS divides a page that processes share among them."""

_SAMPLE_SECONDS = 0.1
_SAMPLING_SHARE = 0.03
"""The share of one core that may go into looking at processes."""


@dataclass
class Peaks:
    """The most memory seen, in bytes.

    Attributes:
        tree: of all processes together (see `MEMORY`).
        worker: resident memory of the largest Python process but the driver.
    """

    tree: int = 0
    worker: int = 0
    seen: dict[int, psutil.Process] = field(default_factory=dict)

    def look(self, root: psutil.Process) -> None:
        """Look at a process and its descendants, now."""
        total = 0
        for process in descendants(root):
            self.seen.setdefault(process.pid, process)
            try:
                memory = process.memory_full_info()
                python = process.name().startswith("python")
            except psutil.Error:  # it has ended
                continue
            total += getattr(memory, "pss", memory.rss)
            if python and process != root:
                self.worker = max(self.worker, memory.rss)
        self.tree = max(self.tree, total)

    def kill(self) -> None:
        """End what is left of the processes that were seen."""
        for process in self.seen.values():
            try:
                process.kill()
            except psutil.Error:
                pass


def descendants(root: psutil.Process) -> list[psutil.Process]:
    try:
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


def watched(process: subprocess.Popen[bytes], limit: float, begun: Path) -> tuple[Peaks, bool]:
    """Wait for a process's end, and see to it that none of its descendants stays.

    Parameters:
        limit: seconds for its start, and once more for what it does afterwards.
        begun: a file that it makes in between.

    Returns:
        What memory was seen, and whether the process ended in time.
    """
    peaks, root = Peaks(), psutil.Process(process.pid)
    pause, deadline, starting = _SAMPLE_SECONDS, time.monotonic() + limit, True
    try:
        while process.poll() is None and time.monotonic() < deadline:
            try:
                process.wait(pause)
            except subprocess.TimeoutExpired:
                looking = time.thread_time()
                peaks.look(root)
                pause = max(_SAMPLE_SECONDS, (time.thread_time() - looking) / _SAMPLING_SHARE)
                if starting and begun.exists():
                    starting, deadline = False, time.monotonic() + limit
        return peaks, process.poll() is not None
    finally:
        if process.poll() is None:
            peaks.look(root)
        peaks.kill()
        process.kill()
        process.wait()
