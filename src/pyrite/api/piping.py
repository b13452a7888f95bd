"""Run a partition through a command: records in as lines, lines out as records."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from typing import Any


def through_command(
    command: str, env: dict[str, str] | None, check: bool
) -> Callable[[int, Iterator[Any]], Iterator[str]]:
    """A function of (partition number, records) that gives the command's output lines."""
    import shlex

    arguments = shlex.split(command)
    if not arguments:
        raise ValueError("pipe() needs a command")
    return lambda partition, records: _piped(arguments, command, env, check, records)


def _piped(
    arguments: list[str],
    command: str,
    env: dict[str, str] | None,
    check: bool,
    records: Iterator[Any],
) -> Iterator[str]:
    import subprocess

    process = subprocess.Popen(
        arguments,
        env={**os.environ, **(env or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    failures: list[BaseException] = []
    writer = threading.Thread(
        target=_write_lines, args=(process.stdin, records, failures), daemon=True
    )
    writer.start()  # beside the reading: a command may answer before it has read all
    try:
        with process.stdout as lines:
            for line in lines:
                yield line.rstrip(b"\n").decode()
        status = process.wait()
        writer.join()
        if failures:
            raise failures[0]
        if check and status:
            raise RuntimeError(f"the command {command!r} ended with status {status}")
    finally:
        process.kill()
        process.wait()


def _write_lines(stdin: Any, records: Iterator[Any], failures: list[BaseException]) -> None:
    try:
        with stdin:
            for record in records:
                stdin.write(f"{str(record).rstrip(chr(10))}\n".encode())
    except BrokenPipeError:  # the command has read what it wanted
        pass
    except BaseException as error:
        failures.append(error)
