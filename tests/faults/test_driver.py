"""The driver's own end, and Ctrl-C: nothing stays behind, and what can go on goes on."""

import os
import pty
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest
from tests.conftest import wait_until

pytestmark = pytest.mark.chaos


def start(program, tmp_path, **options):
    """Run a program in a process of its own, its local files under ``tmp_path / "local"``."""
    (tmp_path / "local").mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        env={**os.environ, "TMPDIR": str(tmp_path / "local")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


BUSY = """
    import os, signal, time
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # also where the tests run under nohup
    from pyrite import SparkContext
    sc = SparkContext("local[2]")
    def linger(x):
        open("{started}", "a").write(f"{{os.getpid()}}\\n")
        time.sleep(600)
    sc.parallelize(range(2), 2).map(lambda x: (x, x)).groupByKey().count()
    sc.parallelize(range(2), 2).foreach(linger)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGHUP])
def test_nothing_outlives_a_driver_killed_in_the_middle_of_a_job(tmp_path, number):
    started = tmp_path / "started"
    driver = start(BUSY.format(started=started), tmp_path)
    wait_until(lambda: started.exists() and len(started.read_text().splitlines()) == 2)
    family = psutil.Process(driver.pid).children(recursive=True)
    assert len(family) == 3  # the zygote and two workers
    driver.send_signal(number)
    driver.communicate(timeout=20)
    wait_until(lambda: not any(_lives(each) for each in family), what="the end of the workers")
    wait_until(lambda: os.listdir(tmp_path / "local") == [], what="the removal of their files")


def test_no_file_outlives_an_inline_driver(tmp_path):
    started = tmp_path / "started"
    program = BUSY.format(started=started).replace("local[2]", "local")
    driver = start(program, tmp_path)
    wait_until(started.exists)
    assert os.listdir(tmp_path / "local") != []
    driver.kill()
    driver.communicate(timeout=20)
    wait_until(lambda: os.listdir(tmp_path / "local") == [], what="the removal of its files")


def test_workers_end_even_if_driver_and_zygote_are_killed_together(tmp_path):
    started = tmp_path / "started"
    driver = start(BUSY.format(started=started), tmp_path)
    wait_until(lambda: started.exists() and len(started.read_text().splitlines()) == 2)
    zygote, *workers = psutil.Process(driver.pid).children(recursive=True)
    zygote.kill()
    driver.kill()
    driver.communicate(timeout=20)
    wait_until(lambda: not any(_lives(each) for each in workers), what="the end of the workers")


def _lives(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_module_added_while_the_program_runs_reaches_the_workers(make_context, tmp_path):
    sc = make_context("local[2]")
    assert sc.range(4).count() == 4
    (tmp_path / "late.py").write_text("def triple(x):\n    return 3 * x\n")
    sc.addPyFile(str(tmp_path / "late.py"))
    import late

    assert sc.range(4, numSlices=4).map(late.triple).collect() == [0, 3, 6, 9]


INTERRUPTED = """
    import os, signal, sys, time
    from pyrite import SparkContext
    sc = SparkContext("{master}")
    def linger(x):
        open("{started}", "a").write("here\\n")
        time.sleep(600)
    try:
        sc.parallelize(range(2), 2).foreach(linger)
    except KeyboardInterrupt:
        print("interrupted", sc.range(100).map(lambda x: x + 1).sum())
    sc.stop()
    print("stopped")
"""


@pytest.mark.parametrize("master", ["local", "local[2]"])
def test_interrupt_cancels_the_job_and_leaves_a_usable_context(tmp_path, master):
    started = tmp_path / "started"
    driver = start(INTERRUPTED.format(master=master, started=started), tmp_path)
    wait_until(started.exists)
    driver.send_signal(signal.SIGINT)
    out, err = driver.communicate(timeout=20)
    assert out == "interrupted 5050\nstopped\n"
    assert err == ""
    assert os.listdir(tmp_path / "local") == []


def test_ctrl_c_in_a_terminal_reaches_the_driver_alone(tmp_path):
    """The terminal signals the whole foreground group; workers are in groups of their own."""
    started = tmp_path / "started"
    program = textwrap.dedent(INTERRUPTED.format(master="local[2]", started=started))
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TMPDIR"] = str(tmp_path)
        os.execv(sys.executable, [sys.executable, "-c", program])
    wait_until(started.exists)
    os.write(terminal, b"\x03")
    text = _read_all(terminal)
    os.waitpid(pid, 0)
    assert "interrupted 5050" in text
    assert "stopped" in text
    assert "Traceback" not in text


def _read_all(terminal):
    parts = []
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # how a pseudo-terminal says that nobody writes any more
            part = b""
        if not part:
            os.close(terminal)
            return b"".join(parts).decode()
        parts.append(part)


def test_program_that_forgets_to_stop_ends_cleanly(tmp_path):
    driver = start(
        """
        from pyrite import SparkContext
        sc = SparkContext("local[2]")
        print(sc.range(10).count())
        """,
        tmp_path,
    )
    out, err = driver.communicate(timeout=20)
    assert (out, err, driver.returncode) == ("10\n", "", 0)
    assert os.listdir(tmp_path / "local") == []


def test_program_without_a_main_guard_and_classes_of_its_own(tmp_path):
    app = tmp_path / "app.py"
    app.write_text(
        textwrap.dedent(
            """
            from dataclasses import dataclass
            from pyrite import SparkContext
            import helper
            print("once")
            @dataclass(frozen=True)
            class Point:
                x: int
            sc = SparkContext("local[2]")
            points = sc.range(6, numSlices=3).map(lambda i: (Point(i % 2), helper.double(i)))
            totals = points.reduceByKey(lambda a, b: a + b).collectAsMap()
            print(totals[Point(0)], totals[Point(1)], all(type(p) is Point for p in totals))
            """
        )
    )
    (tmp_path / "helper.py").write_text("def double(x):\n    return 2 * x\n")
    done = subprocess.run(
        [sys.executable, str(app)], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == "once\n12 18 True\n"


class TestOutput:
    """``saveAsTextFile``: complete or absent."""

    def test_failed_job_leaves_nothing(self, make_context, tmp_path):
        def fail_late(x):
            if x == 9:
                raise ValueError("bad record")
            return x

        target = tmp_path / "out"
        with pytest.raises(ValueError, match="bad record"):
            make_context().parallelize(range(10), 2).map(fail_late).saveAsTextFile(str(target))
        assert [p.name for p in tmp_path.iterdir() if "out" in p.name] == []

    def test_killed_attempt_leaves_one_part_per_partition(self, make_context, tmp_path, journal):
        def die_once(x):
            if x == 500 and journal.first_time("died"):
                os.kill(os.getpid(), signal.SIGKILL)
            return x

        target = tmp_path / "out"
        numbers = make_context().parallelize(range(1000), 4)
        numbers.map(die_once).saveAsTextFile(str(target))
        assert sorted(p.name for p in target.iterdir()) == [
            "_SUCCESS",
            "part-00000",
            "part-00001",
            "part-00002",
            "part-00003",
        ]
        lines = [line for p in sorted(target.glob("part-*")) for line in p.read_text().split()]
        assert lines == [str(x) for x in range(1000)]

    def test_existing_folder_is_refused_before_any_work(self, make_context, tmp_path, journal):
        target = tmp_path / "out"
        target.mkdir()
        sc = make_context()
        with pytest.raises(FileExistsError, match="out"):
            sc.parallelize([1]).map(journal.note).saveAsTextFile(str(target))
        assert journal.lines() == []

    def test_interrupt_leaves_nothing(self, tmp_path):
        started, target = tmp_path / "started", tmp_path / "out"
        driver = start(
            f"""
            import time
            from pyrite import SparkContext
            sc = SparkContext("local[2]")
            def slow(x):
                open("{started}", "a").write("here\\n")
                time.sleep(600)
            try:
                sc.parallelize(range(4), 4).map(slow).saveAsTextFile("{target}")
            except KeyboardInterrupt:
                print("interrupted")
            """,
            tmp_path,
        )
        wait_until(started.exists)
        driver.send_signal(signal.SIGINT)
        out, _ = driver.communicate(timeout=20)
        assert out == "interrupted\n"
        assert sorted(p.name for p in tmp_path.iterdir()) == ["local", "started"]

    def test_full_disk_fails_the_task_with_its_reason(self, make_context, tmp_path):
        if not Path("/dev/full").exists():
            pytest.skip("this system has no /dev/full")
        sc = make_context("local[1,1]")

        def write(x):
            with open("/dev/full", "w") as file:
                file.write("x" * 100_000)

        with pytest.raises(OSError, match="No space left on device"):
            sc.parallelize([1]).foreach(write)
