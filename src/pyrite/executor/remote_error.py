"""An exception on its way from the task that raised it to the user who waits for the job.

It arrives as itself, with the user's frames in its traceback and a note that says which
partition, attempt, record and place in the input it was.
"""

from __future__ import annotations

import errno
import os
import pickle
import reprlib
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any

from pyrite.compile.bound import seen
from pyrite.core.context import TaskContext
from pyrite.core.errors import JobFailed
from pyrite.core.lean import replace, value
from pyrite.core.outcome import Cause, Failure
from pyrite.executor.frames import Place, places, traceback_of
from pyrite.serial.records import dumps_by_value

_ENGINE_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_PICKLER_FOLDER = f"{os.sep}cloudpickle{os.sep}"
_DEPTH = 10
"""Exceptions raised while others were handled that travel with the last one."""
_LIBRARY_FOLDER = os.path.dirname(os.path.abspath(os.__file__)) + os.sep


@value
class RemoteError:
    """What travels.

    Parameters:
        error: the pickled exception, or None where it cannot be pickled.
        said: its type and text in a line.
        places: its traceback, from the user's first frame on.
        notes: lines to show with it.
        before: the user's exception that was being handled when this one was raised.
        is_cause: whether this one was raised from that one.
    """

    error: bytes | None
    said: str
    places: tuple[Place, ...]
    notes: tuple[str, ...]
    before: RemoteError | None
    is_cause: bool


def failure_of(error: BaseException, task: TaskContext) -> Failure:
    """Describe an exception that a task raised."""
    # An error of the engine's own making, such as an undecodable line, needs no frames.
    frames = _user_frames(error.__traceback__)
    remote = replace(_described(error, frames), notes=tuple(_details(error, frames, task)))
    cause = Cause.OUT_OF_MEMORY if isinstance(error, MemoryError) else Cause.ERROR
    return Failure(cause, remote.said, pickle.dumps(remote))


def _described(
    error: BaseException, frames: TracebackType | None, depth: int = _DEPTH
) -> RemoteError:
    is_cause = error.__suppress_context__
    before = error.__cause__ if is_cause else error.__context__
    text = _text(error)
    return RemoteError(
        error=_pickled_error(error),
        said=f"{type(error).__name__}: {text}" if text else type(error).__name__,
        places=places(frames),
        notes=tuple(getattr(error, "__notes__", ())),
        before=_before(before, depth),
        is_cause=is_cause,
    )


def _before(error: BaseException | None, depth: int) -> RemoteError | None:
    """What came before, if it is the user's: it has frames of theirs, or was never raised."""
    if error is None or not depth:
        return None
    frames = _user_frames(error.__traceback__)
    if frames is None and error.__traceback__ is not None:
        return None
    return _described(error, frames, depth - 1)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as trouble:
        return f"<its text cannot be had: {type(trouble).__name__}>"


def _user_frames(tb: TracebackType | None) -> TracebackType | None:
    """The traceback from the user's first frame on.

    The user may have given a function of the standard library (``map(json.loads)``), and the
    engine uses that library too: its frames are the user's if none of the engine's follow, but for
    those of heaps that draw records, since what makes the records may be all in C but for them.
    """
    candidate = None
    while tb is not None:
        file = tb.tb_frame.f_code.co_filename
        compiled = seen(tb)
        # What is smallest is found by functions of that module, which draw records themselves.
        in_heap = tb.tb_frame.f_globals.get("__name__") == "heapq"
        is_engine = file.startswith(_ENGINE_FOLDER) or _PICKLER_FOLDER in file or in_heap
        if is_engine or (compiled is not None and compiled.function is None):
            candidate = None
        elif not file.startswith(_LIBRARY_FOLDER) or "site-packages" in file:
            return candidate or tb
        else:
            candidate = candidate or tb
        tb = tb.tb_next
    return candidate


def _details(error: BaseException, frames: TracebackType | None, task: TaskContext) -> list[str]:
    details: list[str] = list(getattr(error, "__notes__", ()))
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        details.append(f"shuffle and spill files lie under {os.path.dirname(task.scratch)}")
    if frames is None and str(error) == "'NoneType' object is not iterable":
        details.append("perhaps a function given to flatMap returned None: does it lack a return?")
    if task.position is not None:
        details.append(f"input: {task.position()}")
    if frames is not None and (record := _record(frames)) is not None:
        details.append(f"record: {record}")
    return details


def _record(tb: TracebackType) -> str | None:
    """The first argument of the user's outermost function: the record it was given."""
    values = _arguments(tb)
    shown = reprlib.Repr()
    shown.maxstring = shown.maxother = 200
    try:
        return ", ".join(shown.repr(value) for value in values) or None
    except Exception:
        return None


def _arguments(tb: TracebackType) -> Sequence[Any]:
    if (compiled := seen(tb)) is not None:
        return compiled.arguments
    code, variables = tb.tb_frame.f_code, tb.tb_frame.f_locals
    names = code.co_varnames[: code.co_argcount]
    return [variables[name] for name in names if name in variables]


def _pickled_error(error: BaseException) -> bytes | None:
    """The exception as bytes, if it survives the trip: many with their own __init__ do not."""
    try:
        data = dumps_by_value(error)
        return data if type(pickle.loads(data)) is type(error) else None
    except Exception:
        return None


def restored(remote: RemoteError) -> BaseException:
    """The exception in the driver, or one that tells of it if it could not travel."""
    frames = traceback_of(remote.places)
    error: BaseException | None = None
    if remote.error is not None:
        with suppress(Exception):  # its class can be imported by the workers alone, say
            error = pickle.loads(remote.error)
    if error is None:
        import traceback

        lines = ["Traceback (most recent call last):\n", *traceback.format_tb(frames)]
        shown = "".join(lines) if frames is not None else ""
        error = JobFailed(f"a task raised {remote.said}\n\n{shown}{remote.said}\n")
    error.__notes__ = list(remote.notes)
    if remote.before is not None:
        error.__context__ = restored(remote.before)
        if remote.is_cause:
            error.__cause__ = error.__context__
    return error.with_traceback(frames)
