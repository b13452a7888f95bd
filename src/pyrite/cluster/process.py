"""The driver's side of one worker process, and of the zygote that forks it."""

from __future__ import annotations

import os
import pickle
import select
import selectors
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Mapping
from typing import Any

from pyrite.cluster.forking import SPAWN, ZygoteSettings
from pyrite.core.ids import AttemptId, StageId, WorkerId
from pyrite.core.specs import StageInputs, StageProgram
from pyrite.executor.messages import Decoder, encode, received
from pyrite.serial.hashing import HASH_SEED

_TAIL_LINES = 12
_PIPE_BYTES = 1 << 18


def spawn_zygote(
    settings: ZygoteSettings, environment: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start the workers' parent and tell it its settings."""
    ours, theirs = socket.socketpair()
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    paths = [root, os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else [root]
    zygote = subprocess.Popen(
        [sys.executable, "-P", "-m", "pyrite.cluster.zygote", str(theirs.fileno())],
        env={
            "OMP_NUM_THREADS": "1",  # a worker has one core: more threads of NumPy's are in the way
            **os.environ,
            **environment,
            "PYTHONHASHSEED": str(HASH_SEED),
            "PYTHONPATH": os.pathsep.join(paths),
        },
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
    )
    theirs.close()
    body = pickle.dumps(settings)
    try:
        ours.sendall(len(body).to_bytes(8, "little") + body)
    except OSError:  # it has ended already: the closed socket will tell
        pass
    return zygote, ours


class WorkerProcess:
    """One worker: its channel, what it prints, and what the driver knows of it."""

    def __init__(self, worker: WorkerId, sock: socket.socket, out: int, err: int) -> None:
        self.id = worker
        self.socket = sock
        self.pipes = {"stdout": out, "stderr": err}
        self.pid: int | None = None
        self.status: int | None = None
        """Its wait status, once it has ended."""
        self.attempt: AttemptId | None = None
        self.programs: dict[StageId, StageProgram] = {}
        self.inputs: dict[StageId, StageInputs] = {}
        self.memory = 0
        self.interest = selectors.EVENT_READ
        """What the channel is waited for."""
        self.said_hello = False
        self.last_words = ""
        self.tails = {stream: deque[str](maxlen=_TAIL_LINES) for stream in self.pipes}
        """The last lines it printed."""
        self._decoder = Decoder()
        self._unsent: list[Any] = []
        self._outgoing: deque[memoryview] = deque()
        self._partial = {"stdout": b"", "stderr": b""}
        self._output = select.poll()
        for pipe in self.pipes.values():
            self._output.register(pipe, select.POLLIN)

    @classmethod
    def requested(cls, worker: WorkerId, zygote: socket.socket) -> WorkerProcess:
        """Ask the zygote for a worker. It says Hello on the new channel."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        read_out, write_out = os.pipe()
        read_err, write_err = os.pipe()
        passed = [theirs.fileno(), write_out, write_err]
        try:
            socket.send_fds(zygote, [SPAWN.pack(worker)], passed)
        except OSError:  # the zygote has ended: the closed channel will tell
            pass
        theirs.close()
        for descriptor in (write_out, write_err):
            os.close(descriptor)
        for descriptor in (read_out, read_err):
            os.set_blocking(descriptor, False)
        return cls(worker, ours, read_out, read_err)

    @property
    def has_outgoing(self) -> bool:
        """Whether the channel would not take all that was to be flushed."""
        return bool(self._outgoing)

    def send(self, message: Any) -> None:
        """Queue a message; `flush` sends it."""
        self._unsent.append(message)

    def flush(self) -> bool:
        """Send what the channel takes without waiting. True if nothing is left."""
        if self._unsent:  # all at once: to wake a worker takes more time than to tell it something
            self._outgoing += encode(*self._unsent)
            self._unsent.clear()
        while self._outgoing:
            data = self._outgoing[0]
            try:
                sent = self.socket.send(data)
            except BlockingIOError:
                return False
            except OSError:  # it is gone, as reading will find
                self._outgoing.clear()
                return True
            if sent == len(data):
                self._outgoing.popleft()
            else:
                self._outgoing[0] = data[sent:]
        return True

    def receive(self) -> list[Any] | None:
        """Read from the channel once; the messages that this completes, None if it is closed.

        Raises:
            BlockingIOError: there is nothing to read.
            CorruptBlockError: a message was damaged.
        """
        try:
            return received(self.socket, self._decoder)
        except BlockingIOError:
            raise
        except OSError:
            return None

    def has_printed(self) -> bool:
        """Whether there is something for `printed`."""
        return bool(self._output.poll(0))

    def printed(self, stream: str) -> tuple[str, bool]:
        """Whole lines it has printed since the last call, and whether there will be no more.

        Not all at once, if it prints faster than anyone can read.
        """
        data, ended = self._partial[stream], False
        try:
            piece = os.read(self.pipes[stream], _PIPE_BYTES)
            data += piece
            ended = not piece
        except BlockingIOError:
            pass
        whole, newline, rest = data.rpartition(b"\n")
        if ended or len(rest) > _PIPE_BYTES:
            whole, rest = whole + newline + rest, b""
        self._partial[stream] = rest
        text = whole.decode(errors="replace")
        self.tails[stream].extend(text.splitlines()[-_TAIL_LINES:])
        return text, ended

    def signal(self, number: int) -> None:
        if self.pid is not None and self.status is None:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                pass

    def kill(self) -> None:
        self.signal(signal.SIGKILL)

    def close(self) -> None:
        self.socket.close()
        for descriptor in self.pipes.values():
            os.close(descriptor)


def ended_because(process: WorkerProcess) -> str:
    """How a worker ended, for people."""
    name = f"worker {process.id} (process {process.pid})"
    status = process.status
    if process.last_words:
        text = f"{name} ended itself: {process.last_words}"
    elif status is None:
        text = f"{name} was lost"
    elif os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        text = f"{name} was killed by signal {number} ({signal.Signals(number).name})"
        if number == signal.SIGKILL:
            text += ", as the system does when memory runs out"
    else:
        text = f"{name} exited with status {os.WEXITSTATUS(status)}"
    if process.memory:
        text += f"; it last used {process.memory >> 20} MB of memory"
    for stream, tail in process.tails.items():
        if tail:
            lines = "\n".join(f"    {line}" for line in tail)
            text += f"\nthe last lines on its {stream}:\n{lines}"
    return text
