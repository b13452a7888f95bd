"""Room for lineages that nest: a thousand joins in one stage are iterators a thousand deep.

On Python 3.12 some hundred is all: it has a fixed limit for calls in C.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_FRAMES = 20_000
"""They were seen to fit into 8 MB of stack, which is what threads have."""
_STACK_BYTES = 64 << 20


def deepen_process() -> None:
    """Let this process nest deeper, for good.

    The stack of a main thread grows as it is used, up to a limit that is looked at only then.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    if soft != resource.RLIM_INFINITY and soft < _STACK_BYTES:
        enough = _STACK_BYTES if hard == resource.RLIM_INFINITY else min(_STACK_BYTES, hard)
        resource.setrlimit(resource.RLIMIT_STACK, (enough, hard))
    sys.setrecursionlimit(max(_FRAMES, sys.getrecursionlimit()))


@contextmanager
def deepened() -> Iterator[None]:
    """Let Python nest deeper for a while."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(_FRAMES, before))
    try:
        yield
    finally:
        try:
            sys.setrecursionlimit(before)
        except RecursionError:  # the user's own frames are deeper by now
            pass
