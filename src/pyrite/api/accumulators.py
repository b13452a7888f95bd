"""Accumulators: tasks add to them, the driver reads the sum.

A task that unpickles an accumulator gets a share of its own, which begins at zero and goes to the
driver with the task's success. The driver adds a share to the accumulator when the scheduler says
that the task counts: once for each partition of an action, and once for each map output, however
often a task was tried, copied, or killed on its way.
"""

from __future__ import annotations

import copy
import itertools
import pickle
import threading
from collections.abc import Callable, Collection, Mapping
from operator import iadd
from threading import get_ident
from typing import Any, Generic, TypeVar, cast
from weakref import WeakValueDictionary

from pyrite.core.context import TaskContext, current_task
from pyrite.core.errors import DriverOnlyError
from pyrite.serial.records import dumps_by_value

T = TypeVar("T")


class AccumulatorParam(Generic[T]):
    """How to accumulate values of some type: to be derived from.

    Example:
        >>> class Longest(AccumulatorParam):
        ...     def zero(self, value):
        ...         return ""
        ...     def addInPlace(self, value1, value2):
        ...         return max(value1, value2, key=len)
        >>> longest = sc.accumulator("", Longest())
        >>> sc.parallelize(["a", "quartz", "pyrite!", "gold"]).foreach(longest.add)
        >>> longest.value
        'pyrite!'
    """

    def zero(self, value: T) -> T:
        """What a task's share begins with: adding it must change nothing.

        Parameters:
            value: the accumulator's value, for its size or shape.
        """
        raise NotImplementedError

    def addInPlace(self, value1: T, value2: T) -> T:
        """The sum of two values. It may change ``value1`` and return it; not ``value2``.

        The order in which tasks' shares are added is not determined.
        """
        raise NotImplementedError


class AddingAccumulatorParam(AccumulatorParam[T]):
    """Adds with ``+=``, from a given zero: for numbers, lists and their like."""

    def __init__(self, zero_value: T) -> None:
        self.zero_value = zero_value

    def zero(self, value: T) -> T:
        return self.zero_value

    def addInPlace(self, value1: T, value2: T) -> T:
        value1 += value2  # type: ignore[operator]
        return value1


class ArrayAccumulatorParam(AccumulatorParam[Any]):
    """Adds NumPy arrays, element by element, in place; their type and shape stay."""

    def zero(self, value: Any) -> Any:
        import numpy as np

        return np.zeros_like(value)

    def addInPlace(self, value1: Any, value2: Any) -> Any:
        value1 += value2
        return value1


_PLAIN = (AddingAccumulatorParam, ArrayAccumulatorParam)


class _Sum(Generic[T]):
    """A value that several threads may add to."""

    __slots__ = ("added", "lock", "value")

    def __init__(self, value: T) -> None:
        self.value = value
        self.added = False
        self.lock = threading.RLock()

    def add(self, term: T, param: AccumulatorParam[T]) -> None:
        with self.lock:
            self.value = param.addInPlace(self.value, term)
            self.added = True


class _Share(Generic[T]):
    """What one task has added. Its own thread, which adds most, need not ask for a lock."""

    __slots__ = ("own", "param", "plus", "thread", "threads")

    def __init__(self, zero: T, param: AccumulatorParam[T], task: TaskContext) -> None:
        self.own = zero
        self.threads = _Sum(copy.deepcopy(zero))
        """What threads that the user's function has started have added."""
        self.param = param
        self.plus: Callable[[T, T], T] = iadd if type(param) in _PLAIN else param.addInPlace
        self.thread = task.thread
        """The task's own; none any more when it is over."""
        task.on_close(self._close)

    def _close(self) -> None:
        self.thread = -1

    @property
    def value(self) -> T:
        """All of it; asked for once, when the task has ended."""
        others = self.threads
        return self.param.addInPlace(self.own, others.value) if others.added else self.own


class Accumulator(Generic[T]):
    """A sum that tasks add to and the driver alone can read. `SparkContext.accumulator` makes it.

    Added to in an action, such as ``foreach``, each partition counts exactly once. Added to in
    a transformation, a partition counts each time that a job needs it and computes it anew:
    once for each action, but once in all before a shuffle whose output is still there.

    Attributes:
        aid: its number in the context.
        accum_param: how it adds.
        name: what people call it, or None.
    """

    def __init__(
        self, aid: int, value: T, accum_param: AccumulatorParam[T], name: str | None = None
    ) -> None:
        self.aid = aid
        self.accum_param = accum_param
        self.name = name
        self._sum = _Sum(value)
        self._task: TaskContext | None = None
        self._share: _Share[T] | None = None

    def __reduce__(self) -> Any:
        with self._sum.lock:
            zero = self.accum_param.zero(self._sum.value)
        return _in_task, (self.aid, zero, self.accum_param, self.name)

    def __copy__(self) -> Accumulator[T]:
        return self

    def __deepcopy__(self, memo: object) -> Accumulator[T]:
        return self

    @property
    def value(self) -> T:
        """The sum so far. In the driver only.

        Raises:
            DriverOnlyError: this is a task, which sees nothing but its own share.
        """
        self._check_driver("read")
        return self._sum.value

    @value.setter
    def value(self, value: T) -> None:
        self._check_driver("set")
        with self._sum.lock:
            self._sum.value = value

    def add(self, term: T) -> None:
        """Add ``term``, in a task or in the driver."""
        share = self._share
        if share is not None and share.thread == get_ident():  # as a rule; no time to lose
            share.own = share.plus(share.own, term)
            return
        task = current_task()
        if task is None:  # in the driver, or with master local in a thread that a task has started
            self._sum.add(term, self.accum_param)
            return
        if share is None or task is not self._task:
            share = self._share_in(task)
        if task.thread == get_ident():
            share.own = share.plus(share.own, term)
        else:
            share.threads.add(term, self.accum_param)

    def __iadd__(self, term: T) -> Accumulator[T]:
        self.add(term)
        return self

    def _share_in(self, task: TaskContext) -> _Share[T]:
        """For an object that outlived its task, and for the driver's own, which a function of an
        imported module sees where tasks run in the driver's process."""
        if self.aid not in task.accumulated:
            pickle.loads(dumps_by_value(self))
        return cast("_Share[T]", task.accumulated[self.aid])

    def _check_driver(self, done: str) -> None:
        if self._task is not None or current_task() is not None:
            raise DriverOnlyError(
                f"the value of an accumulator cannot be {done} in a task, which knows only what "
                f"it added itself: add() to it here, and use its value in the driver after the "
                f"action"
            )

    def __str__(self) -> str:
        return str(self._so_far)

    def __repr__(self) -> str:
        return f"Accumulator<id={self.aid}, value={self._so_far}>"

    @property
    def _so_far(self) -> T:
        return self._sum.value if self._share is None else self._share.own


def _in_task(
    aid: int, zero: Any, param: AccumulatorParam[Any], name: str | None
) -> Accumulator[Any]:
    """An accumulator as the running task has it: all its copies add to one share.

    Raises:
        DriverOnlyError: there is no task.
    """
    task = current_task()
    if task is None:
        raise DriverOnlyError(
            f"{'an accumulator' if name is None else f'the accumulator {name!r}'} came out of a "
            f"task or a file as part of a record: in the driver, use the one that "
            f"sc.accumulator() gave"
        )
    share = task.accumulated.get(aid)
    if not isinstance(share, _Share):
        share = cast("_Share[Any]", task.accumulated.setdefault(aid, _Share(zero, param, task)))
    accumulator = Accumulator(aid, zero, param, name)
    accumulator._task, accumulator._share, accumulator._sum = task, share, share.threads
    return accumulator


class Accumulators:
    """Those of a context, as long as the program holds them."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._known: WeakValueDictionary[int, Accumulator[Any]] = WeakValueDictionary()

    def new(self, value: T, param: AccumulatorParam[T] | None, name: str | None) -> Accumulator[T]:
        """Make one.

        Raises:
            TypeError: ``value`` is of a type that needs an `AccumulatorParam`, and has none.
        """
        if param is None:
            value, param = _with_default_param(value)
        accumulator = Accumulator(next(self._numbers), value, param, name)
        self._known[accumulator.aid] = accumulator
        return accumulator

    def count(self, shares: Mapping[int, Any]) -> None:
        """Add what a task has added, by numbers of accumulators.

        Raises:
            Exception: what a param of the user's raised.
        """
        for aid, share in shares.items():
            if (accumulator := self._known.get(aid)) is not None:
                try:
                    accumulator.add(share)
                except Exception as error:
                    error.add_note(f"while adding what a task had added to {accumulator!r}")
                    raise

    def named(self, numbers: Collection[int] | None = None) -> Mapping[str, Any]:
        """The values, as they are now, of those (of these numbers) that have names."""
        known = [each for ref in self._known.valuerefs() if (each := ref()) is not None]
        return {
            each.name: each._sum.value
            for each in sorted(known, key=lambda each: each.aid)
            if each.name is not None and (numbers is None or each.aid in numbers)
        }


def _with_default_param(value: Any) -> tuple[Any, AccumulatorParam[Any]]:
    for kind, zero in ((int, 0), (float, 0.0), (complex, 0.0j)):
        if isinstance(value, kind):
            return value, AddingAccumulatorParam(zero)
    if type(value).__module__ == "numpy":
        import numpy as np

        if isinstance(value, np.ndarray):
            return value.copy(), ArrayAccumulatorParam()  # adding must not change the caller's
        if isinstance(value, np.number):
            return value, AddingAccumulatorParam(type(value)(0))
    raise TypeError(
        f"there is no default way to accumulate values of {type(value)}: give an AccumulatorParam"
    )
