"""Functions as bytes, and a name for what keeps one from being so."""

from __future__ import annotations

import threading
import types
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from pyrite.core.errors import SerializationError
from pyrite.serial.records import dumps_by_value, loads

T = TypeVar("T")


class Closure(NamedTuple):
    """A pickled function, or structure of functions.

    Parameters:
        code: the pickle.
        held: objects of the driver's that the code only names, and that have to be held for as
            long as it is: see `hold`.
    """

    code: bytes
    held: tuple[object, ...]


class _Thread(threading.local):
    held: list[object] | None = None


_thread = _Thread()


def hold(value: object) -> bool:
    """For an object that is being pickled by its name: whoever has the closure will hold it.

    Gives False if it is no closure that is being pickled, but a record, say.
    """
    if _thread.held is None:
        return False
    _thread.held.append(value)
    return True


def dumps_closure(value: Any, purpose: str) -> Closure:
    """Pickle a function, or a structure that holds functions, by value.

    Parameters:
        value: what to pickle.
        purpose: what it is for, for the error message: ``"map at app.py:7"``.

    Raises:
        SerializationError: it cannot be pickled; the message names the captured variable.
    """
    held: list[object] = []
    around, _thread.held = _thread.held, held
    try:
        return Closure(dumps_by_value(value), tuple(held))
    except Exception as error:
        if isinstance(error, SerializationError) and error.explained:
            raise
        raise explained(error, value, purpose) from None  # whose frames are the pickler's
    finally:
        _thread.held = around


class Frozen(Generic[T]):
    """A value that holds functions, which stay as they are when they are first pickled.

    What a function captures may change in the driver. A dataset does not change with it: what is
    made again of a lost part has to fit the rest.

    Parameters:
        value: the value.
        purpose: what it is for, as for `dumps_closure`.

    Example:
        >>> import pickle
        >>> sizes = Frozen([1, 2], "sizes")
        >>> pickle.loads(pickle.dumps(sizes)).value
        [1, 2]
        >>> sizes.value.append(3)
        >>> pickle.loads(pickle.dumps(sizes)).value
        [1, 2]
    """

    def __init__(self, value: T, purpose: str) -> None:
        self.value = value
        self._purpose = purpose
        self._closure: Closure | None = None

    def freeze(self) -> Closure:
        """Pickle it, if that is not done yet."""
        if self._closure is None:
            self._closure = dumps_closure(self.value, self._purpose)
        return self._closure

    def __reduce__(self) -> tuple[Callable[[bytes], object], tuple[bytes]]:
        closure = self.freeze()
        for each in closure.held:
            each.__reduce__()  # it has itself held again, or says that it is there no more
        return _Thawed, (closure.code,)


class _Thawed(Frozen[Any]):
    """One that has come to a worker; read when it is used."""

    def __init__(self, code: bytes) -> None:
        self._code = code

    @cached_property
    def value(self) -> Any:
        return loads(self._code)


def explained(error: Exception, value: Any, purpose: str) -> SerializationError:
    """What to raise when pickling ``value`` failed with ``error``: it names what is at fault."""
    path, culprit = _find_culprit(value)
    if isinstance(error, SerializationError):  # it says itself what to do
        where = f": {path}" if path else ""
        return SerializationError(f"{purpose} cannot run{where}: {error}", explained=True)
    where = f"{path}, a {type(culprit).__name__}," if path else "something it uses"
    reason = str(error).strip() or type(error).__name__
    return SerializationError(
        f"{purpose or 'a function'} cannot be sent to the workers: {where} cannot be "
        f"pickled ({reason}). Make it inside the function (or once per partition, with "
        f"mapPartitions), or send a plain value that it can be made from.",
        explained=True,
    )


def _find_culprit(value: Any) -> tuple[str, Any]:
    """The innermost part of ``value`` that cannot be pickled, and the way to it."""
    path, culprit = "", value
    while not _explains_itself(culprit):
        for name, part in _parts(culprit):
            if not _picklable(part):
                path, culprit = _joined(path, name), part
                break
        else:
            break
    return path, culprit


def _explains_itself(value: Any) -> bool:
    if isinstance(value, Frozen):  # what it says is said by something inside
        return False
    try:
        value.__reduce__()
    except SerializationError:
        return True
    except Exception:
        return False
    return False


def _joined(path: str, name: str) -> str:
    if not name:
        return path
    return f"{name} of {path}" if path else name


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """What ``value`` carries along, with names a reader of the user's program knows."""
    if isinstance(value, types.FunctionType):
        yield from _captures(value)
    elif isinstance(value, types.MethodType):
        yield "", value.__func__
        yield "the object the method belongs to", value.__self__
    elif isinstance(value, dict):
        yield from ((f"the item {key!r}", item) for key, item in value.items())
    elif isinstance(value, list | tuple | set | frozenset):
        engine = any(type(item).__module__.startswith("pyrite.") for item in value)
        yield from (("" if engine else f"item {i}", item) for i, item in enumerate(value))
    elif isinstance(value, type):
        return
    else:
        engine = type(value).__module__.startswith("pyrite.")
        for name, item in getattr(value, "__dict__", {}).items():
            yield ("" if engine else f"the attribute {name!r}"), item


def _captures(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    name = function.__name__
    in_function = "in the lambda" if name == "<lambda>" else f"in {name!r}"
    engine = str(function.__module__).startswith("pyrite.")
    for variable, cell in zip(
        function.__code__.co_freevars, function.__closure__ or (), strict=True
    ):
        try:
            yield ("" if engine else f"the variable {variable!r} {in_function}"), cell.cell_contents
        except ValueError:  # the variable has no value yet
            continue
    if engine:
        return
    for name in _global_names(function.__code__):
        if name in function.__globals__:
            yield f"the global variable {name!r} {in_function}", function.__globals__[name]
    for default in function.__defaults__ or ():
        yield f"a default argument {in_function}", default


def _global_names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _global_names(constant)


def _picklable(value: Any) -> bool:
    try:
        dumps_by_value(value)
    except Exception:
        return False
    return True
