"""What a worker is told when it starts, and the signal that it knows."""

from __future__ import annotations

import signal

from pyrite.core.lean import value

CANCEL_SIGNAL = signal.SIGUSR1


@value
class WorkerSettings:
    """What all workers of a node are told when they start.

    Parameters:
        node: the name of the node.
        folder: the node's folder for shuffle and spill files.
        memory_budget: bytes of resident memory at which tasks spill.
        memory_limit: bytes at which a worker gives up, before the machine does.
        storage_memory: bytes of memory that cached blocks may take.
    """

    node: str
    folder: str
    memory_budget: int
    memory_limit: int
    storage_memory: int
