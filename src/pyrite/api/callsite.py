"""Where in the user's program a dataset or an action was asked for."""

from __future__ import annotations

import os
import sys

_ENGINE_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


def call_site(name: str) -> str:
    """``"map at app.py:7"``: ``name``, and the nearest line outside Pyrite."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_ENGINE_FOLDER):
        frame = frame.f_back
    return f"{name} at {os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"


def public_call() -> str:
    """`call_site` of the method of Pyrite's that the user's program called."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        if not frame.f_back.f_code.co_filename.startswith(_ENGINE_FOLDER):
            break
        frame = frame.f_back
    return call_site(frame.f_code.co_name)
