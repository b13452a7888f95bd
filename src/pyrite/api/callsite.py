"""Where in the user's program a dataset or an action was asked for."""

from __future__ import annotations

import os
import sys

_ENGINE_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


def call_site(name: str) -> str:
    """``"map at app.py:7"``: ``name``, and the nearest line outside Pyrite.

    In a notebook, ``"map at In[4]:7"``: line 7 of the cell that ran as number 4.
    """
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_ENGINE_FOLDER):
        frame = frame.f_back
    return f"{name} at {_shown(frame.f_code.co_filename)}:{frame.f_lineno}"


def _shown(file: str) -> str:
    """A file's name, or what IPython calls the notebook's cell: ``"In[4]"``."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    cell = shell.compile.format_code_name(file) if shell is not None else None
    return str(cell[1]) if cell else os.path.basename(file)


def public_call() -> str:
    """`call_site` of the method of Pyrite's that the user's program called."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        if not frame.f_back.f_code.co_filename.startswith(_ENGINE_FOLDER):
            break
        frame = frame.f_back
    return call_site(frame.f_code.co_name)


def stack_level() -> int:
    """What our caller gives to `warnings.warn` to blame the nearest line outside Pyrite."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_ENGINE_FOLDER):
        frame, level = frame.f_back, level + 1
    return level
