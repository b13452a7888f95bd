"""What the driver and the parent of its workers say to each other. See `pyrite.cluster.zygote`."""

from __future__ import annotations

import struct

from pyrite.core.lean import value
from pyrite.executor.settings import WorkerSettings

SPAWN = struct.Struct("<q")
"""Driver to zygote: a worker id, with three descriptors: its channel, its stdout and stderr."""
NOTICE = struct.Struct("<qqq")
"""Zygote to driver: worker, pid, and its wait status, or -1 when it has just been started."""
STARTED = -1


@value
class ZygoteSettings:
    """What the driver tells first.

    Parameters:
        path: the driver's ``sys.path``, so that workers import what it can import.
        python_path: the driver's PYTHONPATH, or None.
        worker: what each worker is told.
    """

    path: list[str]
    python_path: str | None
    worker: WorkerSettings
