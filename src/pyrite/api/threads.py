"""Threads whose jobs have the group, tags and other local properties of the thread before."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping
from typing import Any

from pyrite.api.context import SparkContext
from pyrite.api.properties import LocalProperties


class InheritableThread(threading.Thread):
    """A thread that begins with the local properties that its starter has when it starts it.

    Parameters:
        target: what to run.
        args, kwargs: as of `threading.Thread`.
        session: taken for the sake of PySpark programs; the thread inherits from every context.

    Example:
        >>> sc.setLocalProperty("colour", "red")
        >>> thread = InheritableThread(target=lambda: print(sc.getLocalProperty("colour")))
        >>> thread.start(), thread.join()
        red
        (None, None)
        >>> sc.setLocalProperty("colour", None)
    """

    def __init__(
        self, target: Callable[..., Any], *args: Any, session: object = None, **kwargs: Any
    ) -> None:
        super().__init__(None, target, *args, **kwargs)

    def start(self) -> None:
        """Note the caller's properties, and begin."""
        self._inherited = _Inherited()
        super().start()

    def run(self) -> None:
        """Take the properties over, and call the target."""
        self._inherited.take()
        super().run()


def inheritable_thread_target(f: Any) -> Any:
    """``f``, so that a thread that runs it has the local properties of now, when it is decorated.

    Parameters:
        f: a function; or a session, which gives a decorator.
    """
    if not callable(f) or hasattr(f, "sparkContext"):
        return inheritable_thread_target
    inherited = _Inherited()

    @functools.wraps(f)
    def target(*args: Any, **kwargs: Any) -> Any:
        inherited.take()
        return f(*args, **kwargs)

    return target


class _Inherited:
    """The calling thread's properties, of all running contexts."""

    def __init__(self) -> None:
        self._values: list[tuple[LocalProperties, Mapping[str, str]]] = [
            (context._properties, context._properties.snapshot())
            for context in SparkContext._running
        ]

    def take(self) -> None:
        """Give them to the calling thread."""
        for properties, values in self._values:
            properties.restore(values)
