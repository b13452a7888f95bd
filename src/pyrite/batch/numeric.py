"""The door to numpy, which is optional, and takes a tenth of a second to import."""

from __future__ import annotations

import sys
from importlib import import_module
from threading import Thread
from typing import Any


def numpy(is_worth_it: bool) -> Any:
    """Numpy if this process has it already, or if it is worth its import; None if it is not, or if
    it cannot be imported."""
    if "numpy" not in sys.modules:
        if not is_worth_it:
            return None
        # Not in the thread that a cancel stops: numpy could not be imported again, nor by the user.
        loading = Thread(target=_imported)
        loading.start()
        loading.join()
    return _imported()


def _imported() -> Any:
    try:
        return import_module("numpy")  # waits, if another thread is still at it
    except ImportError:
        return None
