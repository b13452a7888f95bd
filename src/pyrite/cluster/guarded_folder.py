"""A temporary folder that goes when its process does, however that ends."""

from __future__ import annotations

import subprocess
import tempfile

_SECONDS = 10.0


class GuardedFolder:
    """A new folder, watched by a shell that removes it when our end of a pipe closes.

    A signal such as SIGKILL lets a process do nothing more, but the system closes its pipes.

    Parameters:
        parent: where to make it.

    Attributes:
        path: the folder.
    """

    def __init__(self, parent: str) -> None:
        self.path = tempfile.mkdtemp(prefix="pyrite-", dir=parent)
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", 'read -r _; rm -rf "$0"', self.path],
            stdin=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is not meant for it
        )

    def remove(self) -> None:
        """Remove the folder now."""
        assert self._guard.stdin is not None
        self._guard.stdin.close()
        self._guard.wait(_SECONDS)
