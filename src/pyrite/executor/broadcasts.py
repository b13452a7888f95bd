"""Where a process finds broadcast values: in files of its node's folder."""

from __future__ import annotations

import os
import threading
from typing import Any

from pyrite.blocks.broadcasts import Broadcasts


def broadcast_path(folder: str, number: int) -> str:
    """The file of a broadcast value in a node's folder."""
    return os.path.join(folder, f"broadcast-{number}")


class NodeBroadcasts:
    """A `pyrite.core.context.BroadcastService` of one process, whatever its threads.

    Parameters:
        folder: the node's folder, into which the driver writes.
        budget: bytes of values to keep open between uses.
    """

    def __init__(self, folder: str, budget: int) -> None:
        self._folder = folder
        self._open = Broadcasts(budget)
        self._lock = threading.RLock()  # loading a value may load another

    def value(self, number: int) -> Any:
        """The value of a broadcast, opened if need be.

        Raises:
            BroadcastGone: its file is gone.
            CorruptBlockError: its file is not what was written.
        """
        with self._lock:
            return self._open.value(number, broadcast_path(self._folder, number))

    def forget(self, number: int) -> None:
        """Close it; it is opened again when it is asked for."""
        with self._lock:
            self._open.forget(number)
