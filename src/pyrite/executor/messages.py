"""What driver and worker say to each other, and the channel it goes through.

Messages travel together, as a pickled tuple behind its length and checksum.
"""

from __future__ import annotations

import pickle
import select
import socket
import struct
import threading
import zlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from pyrite.core.barrier import BarrierAnswer, BarrierCall
from pyrite.core.errors import CorruptBlockError
from pyrite.core.ids import AttemptId, NodeId, StageId
from pyrite.core.lean import lean_pickle

HEADER = struct.Struct("<QI")
"""Length and CRC-32 of the messages that follow."""


@lean_pickle
@dataclass(frozen=True, slots=True)
class RunTask:
    """Driver to worker: run this attempt. Its stage's program and inputs came before."""

    attempt: AttemptId
    split: bytes
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ForgetStage:
    """Driver to worker: no more tasks of this stage."""

    stage: StageId


@dataclass(frozen=True, slots=True)
class ImportFrom:
    """Driver to worker: modules may be in this folder or archive, too."""

    path: str


@dataclass(frozen=True, slots=True)
class ForgetBroadcast:
    """Driver to worker: drop the value, and read it again if a later task wants it."""

    number: int


@dataclass(frozen=True, slots=True)
class ForgetDataset:
    """Driver to worker: nobody will read this dataset's cached blocks again."""

    dataset: NodeId


@dataclass(frozen=True, slots=True)
class Hello:
    """Worker to driver: ready for tasks."""

    pid: int


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Worker to driver, now and then while a task runs.

    ``progress`` grows when the task has moved data since the last one; ``memory`` is in bytes.
    """

    attempt: AttemptId
    progress: int
    memory: int


@dataclass(frozen=True, slots=True)
class Dying:
    """Worker to driver: the last words of a worker that ends itself for lack of memory."""

    message: str


def encode(*messages: Any) -> bytes:
    """Messages as they go over the wire."""
    body = pickle.dumps(messages, protocol=5)
    return HEADER.pack(len(body), zlib.crc32(body)) + body


class Decoder:
    """Takes bytes as they come, gives whole messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Any]:
        """The messages completed by ``data``.

        Raises:
            CorruptBlockError: a message's checksum is wrong.
        """
        messages: list[Any] = []
        if not self._buffer and len(data) >= HEADER.size:  # as a rule, it is one whole message
            length, checksum = HEADER.unpack_from(data)
            if len(data) == HEADER.size + length:
                return list(_checked(memoryview(data)[HEADER.size :], checksum))
        self._buffer += data
        while len(self._buffer) >= HEADER.size:
            length, checksum = HEADER.unpack_from(self._buffer)
            end = HEADER.size + length
            if len(self._buffer) < end:
                break
            body = bytes(memoryview(self._buffer)[HEADER.size : end])
            del self._buffer[:end]
            messages += _checked(body, checksum)
        return messages


def _checked(body: bytes | memoryview, checksum: int) -> tuple[Any, ...]:
    if zlib.crc32(body) != checksum:
        raise CorruptBlockError("a message between driver and worker was damaged")
    messages: tuple[Any, ...] = pickle.loads(body)
    return messages


class Channel:
    """The worker's end: whole messages in, and out from more than one thread."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._decoder = Decoder()
        self._inbox: list[Any] = []
        self._sending = threading.Lock()

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, message: Any) -> None:
        data = encode(message)
        with self._sending:
            self._socket.sendall(data)

    def receive(self) -> Any:
        """The next message; waits for it.

        Raises:
            EOFError: the driver is gone.
        """
        while not self._inbox:
            self._read()
        return self._inbox.pop(0)

    def ask(self, call: BarrierCall, shielded: Callable[[], AbstractContextManager[None]]) -> Any:
        """Send ``call`` and wait for its answer; other messages are kept for `receive`.

        Parameters:
            shielded: keeps exceptions of signal handlers from breaking a message in two.

        Raises:
            EOFError: the driver is gone.
        """
        with shielded():
            self.send(call)
        while True:
            for place, message in enumerate(self._inbox):
                if isinstance(message, BarrierAnswer) and message.to(call):
                    return self._inbox.pop(place)
            select.select([self], [], [])
            with shielded():
                self._read()

    def _read(self) -> None:
        """Wait for something, and take it in."""
        data = self._socket.recv(1 << 18)
        if not data:
            raise EOFError
        self._inbox += self._decoder.feed(data)
