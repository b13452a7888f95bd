"""``pyspark.util``: what programs use of it."""

from pyrite.api.threads import InheritableThread, inheritable_thread_target

__all__ = ["InheritableThread", "inheritable_thread_target"]
