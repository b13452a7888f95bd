"""Pyrite: a data-parallel engine in Python. These are its public names, beside those of PySpark."""

import sys
from typing import TYPE_CHECKING

from pyrite.compat import PYSPARK
from pyrite.core.absent import Absent, lookup
from pyrite.core.errors import (
    BarrierError,
    BlockLost,
    BroadcastGone,
    CorruptBlockError,
    DriverOnlyError,
    JobCancelled,
    JobFailed,
    OutOfMemoryError,
    PyriteError,
    SerializationError,
    SettingsWarning,
    ShuffleLostError,
    StoppedError,
    TaskTimeoutError,
    UnsupportedError,
    UnsupportedImportError,
    WorkerLostError,
)
from pyrite.core.version import __version__

if TYPE_CHECKING:
    from pyrite.compat import pyspark
    from pyrite.compat.pyspark import *

__all__ = [
    "BarrierError",
    "BlockLost",
    "BroadcastGone",
    "CorruptBlockError",
    "DriverOnlyError",
    "JobCancelled",
    "JobFailed",
    "OutOfMemoryError",
    "PyriteError",
    "SerializationError",
    "SettingsWarning",
    "ShuffleLostError",
    "StoppedError",
    "TaskTimeoutError",
    "UnsupportedError",
    "UnsupportedImportError",
    "WorkerLostError",
    "__version__",
]
if TYPE_CHECKING:
    __all__ += pyspark.__all__

# `pyrite.rdd` is found where `pyspark.rdd` is, after Pyrite's own rooms.
__path__.append(PYSPARK)
sys.meta_path.append(Absent())

if not TYPE_CHECKING:
    _own = globals().pop("__all__")

    def __getattr__(name: str) -> object:
        """PySpark's names, each when it is first asked for: so `import pyrite` takes no time."""
        from pyrite.compat import pyspark

        if name == "__all__":
            return [*_own, *(each for each in pyspark.__all__ if each not in _own)]
        if name not in pyspark.__all__:
            return lookup(__name__, name)
        return globals().setdefault(name, getattr(pyspark, name))

    def __dir__() -> list[str]:
        return sorted({*globals(), *__getattr__("__all__")})
