"""The parent of a machine's workers: one clean process, everything imported, that forks them.

Forking a process that is ready costs a few milliseconds, where starting Python costs a hundred.
It is never the user's process that forks (its threads and locks would come along), and the
user's script is never imported again. It speaks with the driver over one socket: worker ids
and their sockets in, ``(worker, pid or None, exit status)`` out. When the socket closes, for
whatever reason, it kills its workers, removes their folder, and ends.

Started as ``python -m pyrite.cluster.zygote FD`` with `pyrite.serial.hashing.HASH_SEED`.
"""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import select
import shutil
import signal
import socket
import sys
from collections.abc import Callable

from pyrite.cluster.forking import NOTICE, SPAWN, STARTED, ZygoteSettings
from pyrite.core.ids import WorkerId

_PRELOADED = ("pyrite.executor.worker", "pyrite.api.rdd", "cloudpickle")
"""What workers are made of, and what tasks' functions are."""


class Zygote:
    """The process's state: its socket, and its children by process id."""

    def __init__(self, sock: socket.socket, settings: ZygoteSettings) -> None:
        self._socket = sock
        self._settings = settings
        self._workers: dict[int, WorkerId] = {}
        self._reaped, self._child_ended = os.pipe()
        os.set_blocking(self._child_ended, False)
        os.set_blocking(self._reaped, False)

    def serve(self) -> None:
        """Fork and reap until the driver is gone."""
        signal.signal(signal.SIGCHLD, lambda signum, frame: None)
        signal.set_wakeup_fd(self._child_ended, warn_on_full_buffer=False)
        while True:
            watched: list[socket.socket | int] = [self._socket, self._reaped]
            ready, _, _ = select.select(watched, [], [])
            if self._reaped in ready:
                os.read(self._reaped, 4096)
                self._reap()
            if self._socket in ready and not self._spawn():
                return

    def _spawn(self) -> bool:
        try:
            data, descriptors, _, _ = socket.recv_fds(self._socket, SPAWN.size, 3)
        except ConnectionError:
            return False
        if not data:
            return False
        (worker,) = SPAWN.unpack(data)
        pid = os.fork()
        if pid == 0:
            self._become_worker(worker, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        self._workers[pid] = worker
        self._tell(worker, pid, STARTED)
        return True

    def _become_worker(self, worker: WorkerId, descriptors: list[int]) -> None:
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.setsid()  # Ctrl-C in the terminal is the driver's affair
            channel, out, err = descriptors
            os.dup2(out, 1)
            os.dup2(err, 2)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            for descriptor in (out, err, self._reaped, self._child_ended):
                os.close(descriptor)
            self._socket.close()
            from pyrite.executor import worker as process

            process.main(worker, socket.socket(fileno=channel), self._settings.worker)
            status = 0
        finally:
            _flush_output()
            os._exit(status)

    def _reap(self) -> None:
        while self._workers:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            worker = self._workers.pop(pid, None)
            if worker is not None:
                _kill(os.killpg, pid)  # what the worker's tasks had started
                self._tell(worker, pid, status)

    def _tell(self, worker: WorkerId, pid: int, status: int) -> None:
        try:
            self._socket.sendall(NOTICE.pack(worker, pid, status))
        except OSError:  # the driver is gone, as `serve` will find
            pass

    def close(self) -> None:
        """Leave nothing behind."""
        for pid in self._workers:
            _kill(os.killpg, pid)
            _kill(os.kill, pid)  # it may not lead its own group yet
        for pid in self._workers:
            os.waitpid(pid, 0)
        shutil.rmtree(self._settings.worker.folder, ignore_errors=True)


def _kill(kill: Callable[[int, int], None], pid: int) -> None:
    try:
        kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def _flush_output() -> None:
    import traceback

    if sys.exc_info()[0] is not None:
        traceback.print_exc()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            pass


def _read_settings(sock: socket.socket) -> ZygoteSettings | None:
    with sock.makefile("rb", buffering=0) as stream:
        header = stream.read(8)
        if not header or len(header) < 8:
            return None
        remaining = int.from_bytes(header, "little")
        parts = []
        while remaining and (part := stream.read(remaining)):
            parts.append(part)
            remaining -= len(part)
    settings: ZygoteSettings = pickle.loads(b"".join(parts))
    return settings


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.setsid()
    sock = socket.socket(fileno=int(sys.argv[1]))
    settings = _read_settings(sock)
    if settings is None:
        return
    sys.path[:] = settings.path
    sys.argv[:] = [""]
    if settings.python_path is None:
        os.environ.pop("PYTHONPATH", None)
    else:
        os.environ["PYTHONPATH"] = settings.python_path
    gc.disable()  # imports make next to no garbage, and looking for it takes a sixth of their time
    for name in _PRELOADED:
        importlib.import_module(name)
    gc.freeze()
    gc.enable()
    zygote = Zygote(sock, settings)
    try:
        zygote.serve()
    finally:
        zygote.close()


if __name__ == "__main__":
    main()
