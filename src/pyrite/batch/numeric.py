"""The door to numpy, which is optional, and takes a tenth of a second to import."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Any


def numpy(is_worth_it: bool) -> Any:
    """Numpy if this process has it already, or if it is worth its import; None if it is not, or if
    it is not installed."""
    found = sys.modules.get("numpy")
    if found is None and is_worth_it and find_spec("numpy") is not None:
        import numpy as found
    return found
