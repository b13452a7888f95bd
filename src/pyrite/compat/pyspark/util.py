"""``pyspark.util``: what programs use of it."""

from pyrite.api.threads import InheritableThread, inheritable_thread_target
from pyrite.core.version import VersionUtils

__all__ = ["InheritableThread", "VersionUtils", "inheritable_thread_target"]
