"""Pyrite's logger, for what users should know and no exception tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logging import Logger


def log() -> Logger:
    """The logger ``pyrite``. Python's module is imported when there is something to tell."""
    import logging

    return logging.getLogger("pyrite")
