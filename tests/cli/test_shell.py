"""``pyrite shell`` on a terminal and without one."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.conftest import wait_until

Run = Callable[..., subprocess.CompletedProcess[str]]

JOB = "sc.parallelize(range(100), 4).map(lambda x: x * x).sum() + 1000000\n"
ANSWER = "1328350"
PLAIN = "import sys; sys.modules['IPython'] = None; from pyrite.cli import main; main()"


class Terminal:
    """A process on a terminal of its own; every wait has a deadline."""

    def __init__(self, command: list[str], environment: dict[str, str], folder: Path) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            ["sh", "-c", 'exec "$@" <"$0" >"$0" 2>&1', os.ttyname(slave), *command],
            cwd=folder,
            env={**environment, "TERM": "xterm", "IPY_TEST_SIMPLE_PROMPT": "1"},
            start_new_session=True,
        )
        self.slave = slave  # kept open, lest the terminal be gone before the process has it
        self.seen = ""

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def wait_for(self, text: str, seconds: float = 30) -> None:
        """Wait until ``text`` is shown, and forget what came before its end."""
        deadline = time.monotonic() + seconds
        while text not in self.seen:
            left = deadline - time.monotonic()
            open_still = left > 0 and self.read(left)
            assert open_still, f"{text!r} was not shown in {seconds} s, but:\n{self.seen}"
        self.seen = self.seen.partition(text)[2]

    def interrupt(self, when: Path) -> None:
        """Ctrl-C, once there is a file. What is shown until then is read."""
        wait_until(lambda: self.read(0.05) and when.exists(), 30, f"{when} was not made")
        self.type("\x03")

    def leave(self) -> int:
        """Ctrl-D, then the exit code. What is still shown is read, lest the process wait for us."""
        self.type("\x04")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.read(0.05) and self.process.poll() is None:
            pass
        return self.process.wait(timeout=10)

    def read(self, seconds: float) -> bool:
        """Take what is shown within ``seconds``; False once the other side is closed."""
        try:
            if select.select([self.master], [], [], seconds)[0]:
                self.seen += os.read(self.master, 4096).decode("utf-8", "replace")
        except OSError:
            return False
        return True

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.slave)
        os.close(self.master)


Start = Callable[..., Terminal]


@pytest.fixture
def terminal(environment: dict[str, str], tmp_path: Path):
    opened: list[Terminal] = []

    def start(*command: str) -> Terminal:
        opened.append(Terminal([sys.executable, *command], environment, tmp_path))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


@pytest.mark.skipif(not find_spec("readline"), reason="Python was built without readline")
def test_plain_console(terminal: Start, tmp_path: Path) -> None:
    session = terminal("-c", PLAIN, "shell", "--master", "local[2]")
    session.wait_for("`sc` is a SparkContext on local[2]")
    session.wait_for(">>> ")
    session.type(JOB)
    session.wait_for(ANSWER)
    session.wait_for(">>> ")
    session.type("sc.parall\t")
    session.wait_for("sc.parallelize(")
    session.type("[1]).first() + 41\n")
    session.wait_for("42")
    session.wait_for(">>> ")
    assert session.leave() == 0
    assert "range(100)" in (tmp_path / "state" / "pyrite" / "history").read_text()

    again = terminal("-c", PLAIN, "shell", "--master", "local")
    again.wait_for(">>> ")
    again.type("\x1b[A\x1b[A")  # up, up: the job of the session before
    again.wait_for("range(100)")
    again.type("\n")
    again.wait_for(ANSWER)
    again.wait_for(">>> ")
    assert again.leave() == 0


def test_ctrl_c_cancels_the_job_and_leaves_the_session(terminal: Start, tmp_path: Path) -> None:
    session = terminal("-c", PLAIN, "shell", "--master", "local[2]")
    session.wait_for(">>> ")
    session.type("import pathlib, time\n")
    session.type("def wait(x): pathlib.Path('begun').touch(); time.sleep(600)\n\n")
    session.type("sc.parallelize([1, 2], 2).foreach(wait)\n")
    session.interrupt(when=tmp_path / "begun")
    session.wait_for("KeyboardInterrupt")
    session.wait_for(">>> ")
    session.type(JOB)
    session.wait_for(ANSWER)
    session.wait_for(">>> ")
    assert session.leave() == 0


@pytest.mark.skipif(not find_spec("IPython"), reason="IPython is not installed")
def test_ipython(terminal: Start, tmp_path: Path) -> None:
    session = terminal("-m", "pyrite", "shell", "--master", "local[2]")
    session.wait_for("`sc` is a SparkContext on local[2]")
    session.wait_for("In [1]:")
    session.type("def square(x): return x * x\n\n")
    session.wait_for("In [2]:")
    session.type(JOB.replace("lambda x: x * x", "square"))
    session.wait_for(ANSWER)
    session.wait_for("In [3]:")
    session.type("exit\n")
    assert session.leave() == 0
    assert (tmp_path / "state" / "pyrite" / "history.sqlite").exists()


def test_without_a_terminal(pyrite: Run) -> None:
    lines = f"def square(x):\n    return x * x\n\nprint({JOB.strip()})\nexit(3)\n"
    result = pyrite("shell", "--master", "local[2]", input=lines)
    assert ANSWER in result.stdout
    assert result.returncode == 3, result.stderr


def test_a_block_at_the_end_of_the_input_is_run(pyrite: Run) -> None:
    lines = "if spark.sparkContext is sc:\n    print(sc.range(4).sum())"
    result = pyrite("shell", "--master", "local", input=lines)
    assert "6\n" in result.stdout, result.stderr
    unfinished = pyrite("shell", "--master", "local", input="print(sc.range(4).sum(),")
    assert unfinished.returncode == 0


def test_a_master_that_does_not_exist_is_one_line(pyrite: Run) -> None:
    result = pyrite("shell", "--master", "locl[2]")
    assert result.returncode == 1
    assert result.stderr.startswith("Error: ")
    assert "locl[2]" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.skipif(not find_spec("IPython"), reason="IPython is not installed")
def test_ipython_shows_the_lines_that_failed_and_survives_ctrl_c(
    terminal: Start, tmp_path: Path
) -> None:
    session = terminal("-m", "pyrite", "shell", "--master", "local[2]")
    session.wait_for("In [1]:")
    session.type("%colors nocolor\n")
    session.wait_for("In [2]:")
    session.type("def inverse(x): return 1 // (x - 3)\n\n")
    session.wait_for("In [3]:")
    session.type("sc.range(4).map(inverse).collect()\n")
    session.wait_for("line 1, in inverse")
    session.wait_for("def inverse(x): return 1 // (x - 3)")
    session.wait_for("record: 3")
    session.wait_for("In [4]:")
    session.type("import pathlib, time\n")
    session.wait_for("In [5]:")
    session.type("def wait(x): pathlib.Path('begun').touch(); time.sleep(600)\n\n")
    session.wait_for("In [6]:")
    session.type("sc.range(2).foreach(wait)\n")
    session.interrupt(when=tmp_path / "begun")
    session.wait_for("KeyboardInterrupt")
    session.wait_for("In [7]:")
    session.type(JOB)
    session.wait_for(ANSWER)
    session.wait_for("In [8]:")
    session.type("exit\n")
    assert session.leave() == 0
