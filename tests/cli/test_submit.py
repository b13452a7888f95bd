"""``pyrite submit`` runs a program as python would, with settings from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner
from tests.conftest import wait_until

from pyrite.cli import main

Run = Callable[..., subprocess.CompletedProcess[str]]

WORD_COUNT = """
from operator import add
from pyrite import SparkContext

sc = SparkContext()
words = sc.parallelize(["a b", "b c b"], 2).flatMap(str.split).map(lambda word: (word, 1))
print(sc.master, sc.appName, sorted(words.reduceByKey(add).collect()))
sc.stop()
"""
COUNTED = "[('a', 1), ('b', 3), ('c', 1)]"


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(dedent(text))
    return name


def test_program_sees_itself_as_python_runs_it(pyrite: Run, tmp_path: Path) -> None:
    app = write(
        tmp_path,
        "app.py",
        """
        import json, sys
        print(json.dumps([__name__, __file__, sys.argv, sys.path[0]]))
        """,
    )
    result = pyrite("submit", app, "--help", "-x", "a b")
    assert json.loads(result.stdout) == [
        "__main__",
        "app.py",
        ["app.py", "--help", "-x", "a b"],
        str(tmp_path.resolve()),
    ]
    assert result.returncode == 0


def test_settings_reach_the_context(pyrite: Run, tmp_path: Path) -> None:
    app = write(
        tmp_path,
        "app.py",
        """
        from pyrite import SparkContext
        with SparkContext() as sc:
            conf = sc.getConf()
            print(sc.master, sc.appName, conf.get("my.x"), conf.get("my.y"))
        """,
    )
    options = ["--master", "local[2]", "--name", "n", "--conf", "my.x=1", "--conf"]
    result = pyrite("submit", *options, "my.y=a=b", app)
    assert result.stdout == "local[2] n 1 a=b\n", result.stderr


def test_what_the_program_sets_itself_goes_first(pyrite: Run, tmp_path: Path) -> None:
    app = write(
        tmp_path,
        "app.py",
        """
        from pyrite import SparkConf, SparkContext
        conf = SparkConf().set("my.x", "mine").setAppName("mine")
        with SparkContext(master="local", conf=conf) as sc:
            print(sc.master, sc.appName, sc.getConf().get("my.x"))
        """,
    )
    result = pyrite("submit", "--master", "local[2]", "--name", "n", "--conf", "my.x=1", app)
    assert result.stdout == "local mine mine\n", result.stderr


@pytest.mark.parametrize("master", ["local", "local[2]"])
def test_no_main_guard_is_needed(pyrite: Run, tmp_path: Path, master: str) -> None:
    app = write(tmp_path, "app.py", WORD_COUNT)
    result = pyrite("submit", "--master", master, "--name", "wc", app)
    assert result.stdout == f"{master} wc {COUNTED}\n", result.stderr


def test_plain_python_needs_no_guard_either(environment: dict[str, str], tmp_path: Path) -> None:
    app = write(tmp_path, "app.py", WORD_COUNT.replace("()", "('local[2]', 'wc')", 1))
    result = subprocess.run(
        [sys.executable, app],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.stdout == f"local[2] wc {COUNTED}\n", result.stderr


def test_program_from_standard_input(pyrite: Run) -> None:
    result = pyrite("submit", "--master", "local[2]", "--name", "wc", "-", input=WORD_COUNT)
    assert result.stdout == f"local[2] wc {COUNTED}\n", result.stderr


def test_heredoc(environment: dict[str, str], tmp_path: Path) -> None:
    script = f"{sys.executable} -m pyrite submit --master 'local[2]' - x <<'EOF'\n"
    script += f"import sys; print(sys.argv)\n{WORD_COUNT}\nEOF\n"
    result = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.stdout.startswith("['-', 'x']\n"), result.stderr
    assert COUNTED in result.stdout


def test_py_files_are_importable_here_and_in_workers(pyrite: Run, tmp_path: Path) -> None:
    (tmp_path / "given").mkdir()
    write(tmp_path / "given", "one.py", "def add_one(x): return x + 1\n")
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        archive.writestr("two/__init__.py", "def double(x): return 2 * x\n")
    write(tmp_path, "beside.py", "def negate(x): return -x\n")
    app = write(
        tmp_path,
        "app.py",
        """
        from one import add_one
        from two import double
        from beside import negate
        from pyrite import SparkContext
        with SparkContext("local[2]") as sc:
            print(sc.parallelize([1, 2], 2).map(add_one).map(double).map(negate).collect())
        """,
    )
    result = pyrite("submit", "--py-files", "given/one.py, archive.zip", app)
    assert result.stdout == "[-4, -6]\n", result.stderr


def test_error_in_the_program_shows_its_frames_alone(pyrite: Run, tmp_path: Path) -> None:
    app = write(tmp_path, "app.py", "def f():\n    return 1 / 0\n\nf()\n")
    result = pyrite("submit", app)
    assert result.returncode == 1
    first, frame, *_, last = result.stderr.splitlines()
    assert first == "Traceback (most recent call last):"
    assert frame == '  File "app.py", line 4, in <module>'
    assert last == "ZeroDivisionError: division by zero"
    assert "cli" not in result.stderr


def test_error_in_a_program_from_standard_input_shows_its_lines(pyrite: Run) -> None:
    result = pyrite("submit", "-", input="def f():\n    return {}['lost']\nf()\n")
    assert result.returncode == 1
    assert "    return {}['lost']" in result.stderr
    assert result.stderr.endswith("KeyError: 'lost'\n")


def test_error_in_a_task_is_the_users_own(pyrite: Run, tmp_path: Path) -> None:
    app = write(
        tmp_path,
        "app.py",
        """
        from pyrite import SparkContext
        def invert(x):
            return 1 / x
        with SparkContext("local[2]") as sc:
            sc.parallelize([1, 0]).map(invert).collect()
        """,
    )
    result = pyrite("submit", app)
    assert result.returncode == 1
    assert "in invert" in result.stderr
    assert "ZeroDivisionError: division by zero" in result.stderr
    assert "pyrite/cli" not in result.stderr


def test_syntax_error(pyrite: Run, tmp_path: Path) -> None:
    result = pyrite("submit", write(tmp_path, "app.py", "x = = 1\n"))
    assert result.returncode == 1
    assert result.stderr.startswith('  File "app.py", line 1\n')
    assert result.stderr.endswith("SyntaxError: invalid syntax\n")


@pytest.mark.parametrize(
    ("leave", "code", "said"),
    [
        ("sys.exit()", 0, ""),
        ("sys.exit(7)", 7, ""),
        ("sys.exit('no input')", 1, "no input\n"),
        ("raise KeyboardInterrupt", 130, "interrupted at app.py:2\n"),
    ],
)
def test_exit_codes(pyrite: Run, tmp_path: Path, leave: str, code: int, said: str) -> None:
    result = pyrite("submit", write(tmp_path, "app.py", f"import sys\n{leave}\n"))
    assert (result.returncode, result.stderr) == (code, said)


def test_ctrl_c_during_a_job_is_quiet_and_leaves_nothing(
    environment: dict[str, str], tmp_path: Path
) -> None:
    app = write(
        tmp_path,
        "app.py",
        """
        import os, time
        from pyrite import SparkContext

        def wait(x):
            open(f"pid-{os.getpid()}", "w").close()
            time.sleep(600)

        with SparkContext("local[2]") as sc:
            sc.parallelize([1, 2], 2).foreach(wait)
        """,
    )
    with subprocess.Popen(
        [sys.executable, "-m", "pyrite", "submit", app],
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            wait_until(
                lambda: len(list(tmp_path.glob("pid-*"))) == 2 or process.poll() is not None,
                seconds=30,
                what="the tasks did not start",
            )
            assert process.poll() is None, "the program ended"
            os.killpg(process.pid, signal.SIGINT)
            _, said = process.communicate(timeout=30)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 130, said
    assert said.splitlines()[-1] == "interrupted at app.py:10"
    assert "Traceback" not in said
    workers = [int(path.name.removeprefix("pid-")) for path in tmp_path.glob("pid-*")]
    wait_until(
        lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers),
        what="a worker outlived its driver",
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lost.py"], "'lost.py' does not exist"),
        (["."], "is a directory"),
        ([], "Missing argument 'APP'"),
        (["--conf", "key", "-"], "'key' is not of the form KEY=VALUE"),
        (["--conf", "=value", "-"], "is not of the form KEY=VALUE"),
        (["--py-files", "lost.zip", "-"], "lost.zip does not exist"),
        (["--py-files", __file__.replace(".py", ".md"), "-"], "does not exist"),
        (["--colour", "-"], "No such option"),
    ],
)
def test_bad_arguments_are_refused_before_anything_runs(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(main, ["submit", *arguments])
    assert result.exit_code == 2
    assert said in result.output
