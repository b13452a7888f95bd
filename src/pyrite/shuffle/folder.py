"""Where the files of shuffles lie. Light to import: the driver needs no more of them than this."""

from __future__ import annotations

import os

from pyrite.core.ids import ShuffleId


def shuffle_folder(folder: str, shuffle: ShuffleId) -> str:
    """Where, within a node's folder, the map outputs of a shuffle lie."""
    return os.path.join(folder, f"shuffle-{shuffle}")
