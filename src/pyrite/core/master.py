"""Masters: where a program runs, from text such as ``local[4]``."""

from __future__ import annotations

import re

from pyrite.core.lean import value
from pyrite.core.machine import available_cores

_LOCAL_CLUSTER = r"local-cluster\[\s*([1-9]\d*)\s*,\s*([1-9]\d*)\s*,\s*\d+\s*\]"


@value
class Master:
    """Where a program runs.

    Parameters:
        workers: worker processes on this machine; 0: tasks run in the calling thread.
        max_failures: failures of one task that fail its job, if the master says so.

    Example:
        >>> Master.parse("local[2,3]")
        Master(workers=2, max_failures=3)
    """

    workers: int
    max_failures: int | None = None

    @classmethod
    def parse(cls, text: str) -> Master:
        """Read ``local``, ``local[N]``, ``local[*]``, ``local[N,F]`` or
        ``local-cluster[N,C,M]``: N times C workers.

        Raises:
            ValueError: it is none of these.
        """
        if cluster := re.fullmatch(_LOCAL_CLUSTER, text.strip()):
            return cls(int(cluster[1]) * int(cluster[2]))
        match = re.fullmatch(r"local(?:\[\s*(\d+|\*)\s*(?:,\s*(\d+)\s*)?\])?", text.strip())
        if match is None or match[1] == "0" or match[2] == "0":
            elsewhere = text.partition(":")[0] in ("yarn", "spark", "k8s", "mesos", "sc")
            place = ": Pyrite runs on the cores of one machine" if elsewhere else ""
            raise ValueError(
                f"cannot run on master {text!r}{place}; there are local (in this process), "
                f"local[N] (N worker processes), local[*] (one per core) and local[N,F] (F "
                f"failures allowed per task)"
            )
        if match[1] is None:
            return cls(0)
        workers = available_cores() if match[1] == "*" else int(match[1])
        return cls(workers, int(match[2]) if match[2] else None)
