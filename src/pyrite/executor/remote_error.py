"""An exception on its way from the task that raised it to the user who waits for the job.

It arrives as itself, with the user's frames in its traceback and a note that says which
partition, attempt, record and place in the input it was.
"""

from __future__ import annotations

import errno
import os
import pickle
import reprlib
import traceback
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Any

from pyrite.core.context import TaskContext
from pyrite.core.outcome import Cause, Failure
from pyrite.serial.records import dumps_by_value

_ENGINE_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_LIBRARY_FOLDER = os.path.dirname(os.path.abspath(os.__file__)) + os.sep


@dataclass(frozen=True)
class RemoteError:
    """What travels.

    Parameters:
        error: the pickled exception, or None where it cannot be pickled.
        kind: name of the exception's type.
        text: what ``str`` gave for it.
        frames: the pickled traceback, from the user's first frame on.
        details: lines that say where the task was.
    """

    error: bytes | None
    kind: str
    text: str
    frames: bytes | None
    formatted: str
    details: tuple[str, ...]


def failure_of(error: BaseException, task: TaskContext) -> Failure:
    """Describe an exception that a task raised."""
    # An error of the engine's own making, such as an undecodable line, needs no frames.
    frames = _user_frames(error.__traceback__)
    remote = RemoteError(
        error=_pickled_error(error),
        kind=type(error).__name__,
        text=_text(error),
        frames=_pickled_frames(frames),
        formatted="".join(traceback.format_exception(type(error), error, frames)),
        details=tuple(_details(error, frames, task)),
    )
    cause = Cause.OUT_OF_MEMORY if isinstance(error, MemoryError) else Cause.ERROR
    message = f"{remote.kind}: {remote.text}" if remote.text else remote.kind
    return Failure(cause, message, pickle.dumps(remote))


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as trouble:
        return f"<its text cannot be had: {type(trouble).__name__}>"


def _user_frames(tb: TracebackType | None) -> TracebackType | None:
    """The traceback from the user's first frame on.

    The user may have given a function of the standard library (``map(json.loads)``), and the
    engine uses that library too: its frames are the user's if none of the engine's follow.
    """
    candidate = None
    while tb is not None:
        file = tb.tb_frame.f_code.co_filename
        if file.startswith(_ENGINE_FOLDER):
            candidate = None
        elif not file.startswith(_LIBRARY_FOLDER) or "site-packages" in file:
            return candidate or tb
        else:
            candidate = candidate or tb
        tb = tb.tb_next
    return candidate


def _details(error: BaseException, frames: TracebackType | None, task: TaskContext) -> list[str]:
    details = list(getattr(error, "__notes__", ()))
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        details.append(f"shuffle and spill files lie under {os.path.dirname(task.scratch)}")
    if task.position is not None:
        details.append(f"input: {task.position()}")
    if frames is not None and (record := _record(frames.tb_frame)) is not None:
        details.append(f"record: {record}")
    return details


def _record(frame: FrameType) -> str | None:
    """The first argument of the user's outermost function: the record it was given."""
    code = frame.f_code
    if not code.co_argcount:
        return None
    names = code.co_varnames[: code.co_argcount]
    shown = reprlib.Repr()
    shown.maxstring = shown.maxother = 200
    values = [frame.f_locals[name] for name in names if name in frame.f_locals]
    try:
        return ", ".join(shown.repr(value) for value in values) or None
    except Exception:
        return None


def _pickled_error(error: BaseException) -> bytes | None:
    """The exception as bytes, if it survives the trip: many with their own __init__ do not."""
    try:
        data = dumps_by_value(error)
        return data if type(pickle.loads(data)) is type(error) else None
    except Exception:
        return None


def _pickled_frames(frames: TracebackType | None) -> bytes | None:
    from tblib import Traceback

    return None if frames is None else pickle.dumps(Traceback(frames).to_dict())


def restored(remote: RemoteError) -> tuple[BaseException | None, TracebackType | None]:
    """The exception, or None if it could not travel, and its traceback, in the driver."""
    from tblib import Traceback

    tb: Any = None
    if remote.frames is not None:
        tb = Traceback.from_dict(pickle.loads(remote.frames)).as_traceback()
    if remote.error is None:
        return None, tb
    error: BaseException = pickle.loads(remote.error)
    error.__notes__ = []  # they are among the details
    return error, tb
