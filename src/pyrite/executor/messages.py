"""What driver and worker say to each other, and the channel it goes through.

Messages travel together: a header with lengths and a checksum, a pickled tuple, and the large
buffers in it, which go from memory to the channel, and from there to memory, without a copy.
"""

from __future__ import annotations

import pickle
import select
import socket
import struct
import threading
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from pyrite.core.barrier import BarrierAnswer, BarrierCall
from pyrite.core.errors import CorruptBlockError
from pyrite.core.ids import AttemptId, NodeId, StageId
from pyrite.core.lean import fresh, value
from pyrite.serial.records import Apart, Parcel

HEADER = struct.Struct("<QII")
"""Length of the pickle, number of buffers, and CRC-32 of all that follows: the buffers' lengths,
the pickle, the buffers."""

_READ = 1 << 18
_LARGE = 1 << 16
"""Bytes of a piece that is worth being read to its place."""


@value
class RunTask:
    """Driver to worker: run this attempt. Its stage's program and inputs came before."""

    attempt: AttemptId
    split: Parcel
    properties: Mapping[str, str] = fresh(factory=dict)

    def __reduce__(self) -> tuple[Any, ...]:
        # Flat, as a `TaskReport`: these two travel with every task.
        return _run_task, (*self.attempt, self.split, self.properties)


def _run_task(
    stage: StageId, partition: int, number: int, split: Parcel, properties: Mapping[str, str]
) -> RunTask:
    return RunTask(AttemptId(stage, partition, number), split, properties)


@value
class ForgetStage:
    """Driver to worker: no more tasks of this stage."""

    stage: StageId


@value
class ImportFrom:
    """Driver to worker: modules may be in this folder or archive, too."""

    path: str


@value
class ForgetBroadcast:
    """Driver to worker: drop the value, and read it again if a later task wants it."""

    number: int


@value
class ForgetDataset:
    """Driver to worker: nobody will read this dataset's cached blocks again."""

    dataset: NodeId


@value
class Hello:
    """Worker to driver: ready for tasks."""

    pid: int


@value
class Heartbeat:
    """Worker to driver, now and then while a task runs.

    ``progress`` grows when the task has moved data since the last one; ``memory`` is in bytes.
    """

    attempt: AttemptId
    progress: int
    memory: int


@value
class Dying:
    """Worker to driver: the last words of a worker that ends itself for lack of memory."""

    message: str


def encode(*messages: Any) -> list[memoryview]:
    """Messages as they go over the wire, in pieces."""
    apart = Apart()
    body = pickle.dumps(messages, protocol=5, buffer_callback=apart)
    buffers = [buffer.raw() for buffer in apart.buffers]
    if not buffers:
        return [memoryview(HEADER.pack(len(body), 0, zlib.crc32(body)) + body)]
    lengths = b"".join(buffer.nbytes.to_bytes(8, "little") for buffer in buffers)
    checksum = zlib.crc32(body, zlib.crc32(lengths))
    for buffer in buffers:
        checksum = zlib.crc32(buffer, checksum)
    header = HEADER.pack(len(body), len(buffers), checksum)
    return [memoryview(header + lengths + body), *buffers]


class Decoder:
    """Takes bytes as they come, gives whole messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._arriving: _Arriving | None = None

    def feed(self, data: bytes) -> list[Any]:
        """The messages completed by ``data``.

        Raises:
            CorruptBlockError: a message's checksum is wrong.
        """
        messages: list[Any] = []
        if not self._buffer and self._arriving is None and len(data) >= HEADER.size:
            # As a rule, it is one whole message.
            length, buffers, checksum = HEADER.unpack_from(data)
            if not buffers and len(data) == HEADER.size + length:
                return list(_checked(memoryview(data)[HEADER.size :], (), checksum))
        self._buffer += data
        while arriving := self._arriving or self._begun():
            self._arriving = arriving
            del self._buffer[: arriving.take(self._buffer)]
            if not arriving.complete:
                break
            messages += arriving.messages()
            self._arriving = None
        return messages

    @property
    def room(self) -> memoryview | None:
        """Where the next bytes belong, if they are many: to be read into. Then call `filled`."""
        arriving = self._arriving
        if arriving is None or len(arriving.room) < _LARGE:
            return None
        return arriving.room

    def filled(self, size: int) -> list[Any]:
        """The messages completed by the first bytes of `room`. Raises as `feed` does."""
        arriving = self._arriving
        assert arriving is not None
        arriving.filled(size)
        if not arriving.complete:
            return []
        self._arriving = None
        return list(arriving.messages())

    def _begun(self) -> _Arriving | None:
        if len(self._buffer) < HEADER.size:
            return None
        length, buffers, checksum = HEADER.unpack_from(self._buffer)
        start = HEADER.size + 8 * buffers
        if len(self._buffer) < start:
            return None
        lengths = bytes(self._buffer[HEADER.size : start])
        del self._buffer[:start]
        return _Arriving(length, lengths, checksum)


class _Arriving:
    """Messages of which some bytes are there.

    Attributes:
        room: where the next bytes belong.
        complete: all bytes are there.
    """

    def __init__(self, length: int, lengths: bytes, checksum: int) -> None:
        self._lengths = lengths
        self._checksum = checksum
        sizes = [length, *(each for (each,) in struct.iter_unpack("<Q", lengths))]
        self._pieces = [bytearray(size) for size in sizes]
        self._waiting = [memoryview(piece) for piece in reversed(self._pieces)]
        self.complete = False
        self.filled(0)

    def filled(self, size: int) -> None:
        """The first bytes of the room are there."""
        self.room = self._waiting[-1] = self._waiting[-1][size:]
        while not self.room:
            self._waiting.pop()
            if not self._waiting:
                self.complete = True
                return
            self.room = self._waiting[-1]

    def take(self, data: bytearray) -> int:
        """Take what belongs here; how many bytes that was."""
        taken = 0
        while taken < len(data) and not self.complete:
            size = min(len(self.room), len(data) - taken)
            self.room[:size] = data[taken : taken + size]
            taken += size
            self.filled(size)
        return taken

    def messages(self) -> tuple[Any, ...]:
        """The messages, once they are complete.

        Raises:
            CorruptBlockError: the checksum is wrong.
        """
        body, *buffers = self._pieces
        return _checked(body, buffers, self._checksum, zlib.crc32(self._lengths))


def _checked(
    body: bytearray | memoryview, buffers: Sequence[bytearray], checksum: int, check: int = 0
) -> tuple[Any, ...]:
    for piece in (body, *buffers):
        check = zlib.crc32(piece, check)
    if check != checksum:
        raise CorruptBlockError("a message between driver and worker was damaged")
    messages: tuple[Any, ...] = pickle.loads(body, buffers=buffers)
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
        pieces = encode(message)
        with self._sending:
            for piece in pieces:
                self._socket.sendall(piece)

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
        messages = received(self._socket, self._decoder)
        if messages is None:
            raise EOFError
        self._inbox += messages


def received(sock: socket.socket, decoder: Decoder) -> list[Any] | None:
    """Read from a socket once; the messages that this completes, None if it was closed.

    Raises:
        OSError: as `socket.recv`.
        CorruptBlockError: a message's checksum is wrong.
    """
    room = decoder.room
    if room is None:
        data = sock.recv(_READ)
        return decoder.feed(data) if data else None
    size = sock.recv_into(room)
    return decoder.filled(size) if size else None
