"""What people see of a run: the event log and the progress lines."""

import io
import json
import os
import re
import signal
import sys

import pytest

from pyrite import AccumulatorParam
from pyrite.core.ids import AttemptId
from pyrite.core.outcome import Metrics
from pyrite.driver import events as e
from pyrite.driver.progress import Progress
from pyrite.driver.status import Status


def logged(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_event_log_tells_of_every_job_stage_attempt_and_loss(make_context, journal, tmp_path):
    def work(x):
        if x == 3 and journal.first_time("raised"):
            raise ValueError("once")
        if x == 5 and journal.first_time("died"):
            os.kill(os.getpid(), signal.SIGKILL)
        return x % 2, x

    log = tmp_path / "events.jsonl"
    sc = make_context("local[2]", {"pyrite.eventLog": str(log)})
    sc.parallelize(range(6), 6).map(work).reduceByKey(lambda a, b: a + b, 2).collect()
    sc.stop()
    events = logged(log)
    names = [event["event"] for event in events]
    assert names[0] == "ApplicationStarted"
    assert names[-1] == "ApplicationEnded"
    assert [x["error"] for x in events if x["event"] == "JobEnded"] == [""]
    started = [tuple(x["attempt"]) for x in events if x["event"] == "TaskStarted"]
    assert len(started) == len(set(started)) == 6 + 2 + 2
    ended = [x for x in events if x["event"] == "TaskEnded"]
    assert [x["error"] for x in ended if x["error"]] == ["error: ValueError: once"]
    [down] = [x for x in events if x["event"] == "WorkerDown"]
    assert "SIGKILL" in down["reason"]
    assert names.count("StageStarted") == names.count("StageEnded") == 2
    assert sum(x["metrics"]["shuffle_bytes_written"] for x in ended) > 0


def test_event_log_tells_of_lost_outputs(make_context, shuffle_files, tmp_path):
    log = tmp_path / "events.jsonl"
    sc = make_context("local", {"pyrite.eventLog": str(log)})
    pairs = sc.parallelize(range(6), 3).map(lambda x: (x, x)).partitionBy(2)
    pairs.count()
    os.unlink(shuffle_files()[1])
    pairs.count()
    [lost] = [event for event in logged(log) if event["event"] == "OutputLost"]
    assert lost["partition"] == 1
    assert "the file is not there" in lost["reason"]


def test_event_log_that_cannot_be_written_is_refused_at_the_start(make_context, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        make_context("local", {"pyrite.eventLog": str(tmp_path / "file" / "log")})


class Terminal(io.StringIO):
    def isatty(self):
        return True


def run_a_stage(progress, *, tasks=3, metrics=None, seconds=2.0):
    progress(e.StageStarted(0.0, 1, "count at app.py:3", tasks))
    for partition in range(tasks):
        attempt = AttemptId(1, partition, 0)
        progress(e.TaskEnded(1.0, attempt, 0, "", metrics or Metrics(bytes_read=2_000_000)))
    progress(e.StageEnded(seconds, 1, True))


def test_plain_line_per_stage_where_there_is_no_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stderr", out := io.StringIO())
    run_a_stage(Progress())
    assert out.getvalue() == "count at app.py:3: done, 3 tasks in 2.0 s, 6.0 MB\n"


def test_quick_stage_is_not_worth_a_line(monkeypatch):
    for stream in (io.StringIO(), Terminal()):
        monkeypatch.setattr(sys, "stderr", stream)
        run_a_stage(Progress(), seconds=0.1)
        assert stream.getvalue() == ""


def test_stage_that_spilled_says_how_much(monkeypatch):
    monkeypatch.setattr(sys, "stderr", out := Terminal())
    run_a_stage(Progress(), metrics=Metrics(spilled_bytes=500_000_000, spills=2))
    assert "spilled 1.5 GB" in out.getvalue()


def test_a_stage_is_shown_under_the_description_of_its_job(monkeypatch):
    monkeypatch.setattr(sys, "stderr", out := io.StringIO())
    progress = Progress()
    properties = {"spark.job.description": "yearly sums", "spark.jobGroup.id": "group"}
    progress(e.JobStarted(0.0, 7, "count at app.py:3", (1,), properties))
    run_a_stage(progress)
    progress(e.JobEnded(2.0, 7, ""))
    run_a_stage(progress)
    first, second = out.getvalue().splitlines()
    assert first.startswith("yearly sums: count at app.py:3: done")
    assert second.startswith("count at app.py:3: done")


def test_the_oldest_jobs_and_stages_are_forgotten_but_none_that_runs():
    status = Status()
    status(e.JobStarted(0.0, 0, "", (0,), {}))
    status(e.StageStarted(0.0, 0, "", 1))
    for number in range(1, 3000):
        status(e.JobStarted(0.0, number, "", (number,), {}))
        status(e.StageStarted(0.0, number, "", 1))
        status(e.StageEnded(0.0, number, True))
        status(e.JobEnded(0.0, number, ""))
    jobs = [job.id for job in status.jobs(lambda job: True)]
    stages = [stage.id for stage in status.stages(lambda stage: True)]
    assert jobs == stages == [0, *range(2001, 3000)]


def test_a_stage_run_again_counts_anew():
    status = Status()
    for tasks in (3, 1):
        status(e.StageStarted(0.0, 5, "count", tasks))
        status(e.TaskStarted(0.0, AttemptId(5, 0, 0), 0, ""))
        status(e.TaskEnded(0.0, AttemptId(5, 0, 0), 0, "cancelled: a copy was faster", Metrics()))
        status(e.StageEnded(0.0, 5, True))
    stage = status.stage(5)
    assert (stage.run, stage.tasks, stage.running, stage.done, stage.failed) == (1, 1, 0, 0, 0)


def test_the_end_of_a_job_tells_of_its_named_accumulators(make_context, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stderr", out := io.StringIO())
    log = tmp_path / "events.jsonl"
    sc = make_context("local[2]", {"pyrite.eventLog": str(log), "pyrite.progress": "true"})
    bad, other = sc.accumulator(0, name="bad lines"), sc.accumulator(7, name="other")
    unnamed = sc.accumulator(0)

    def work(x):
        bad.add(1)
        unnamed.add(1)
        return x % 2, 1

    sc.setJobDescription("yearly sums")
    sc.range(4).map(work).reduceByKey(lambda x, y: x + y).collect()
    sc.setJobDescription(None)
    sc.range(4).foreach(other.add)
    sc.range(4).count()
    ended = [event for event in logged(log) if event["event"] == "JobEnded"]
    assert [event["accumulators"] for event in ended] == [{"bad lines": "4"}, {"other": "13"}, {}]
    first, second = out.getvalue().splitlines()
    assert re.fullmatch(r"yearly sums: done in [\d.]+ s; bad lines 4", first)
    assert re.fullmatch(r"foreach at test_watching.py:\d+: done in [\d.]+ s; other 13", second)


def test_failed_job_tells_what_was_counted_before(make_context, capfd):
    sc = make_context("local", {"pyrite.progress": "true", "pyrite.task.maxFailures": 1})
    bad = sc.accumulator(0, name="bad lines")

    def work(x):
        bad.add(1)
        if x == 3:
            raise ValueError("always")

    with pytest.raises(ValueError, match="always"):
        sc.parallelize(range(4), 4).foreach(work)
    assert "failed in 0.0 s; bad lines 3" in capfd.readouterr().err


def test_an_accumulator_that_cannot_say_itself_fails_no_job(make_context, tmp_path):
    class Silent(list):
        def __str__(self):
            raise ValueError("no text")

    class Joined(AccumulatorParam):
        def zero(self, value):
            return Silent()

        def addInPlace(self, value1, value2):
            return Silent([*value1, *value2])

    log = tmp_path / "events.jsonl"
    sc = make_context("local", {"pyrite.eventLog": str(log)})
    seen = sc.accumulator(Silent(), Joined(), name="seen")
    sc.range(3).foreach(lambda x: seen.add([x]))
    assert sorted(seen.value) == [0, 1, 2]
    [ended] = [event for event in logged(log) if event["event"] == "JobEnded"]
    assert ended["accumulators"] == {"seen": "a Silent"}


def test_context_without_a_terminal_is_silent(make_context, capfd):
    make_context("local[2]").range(100).map(lambda x: (x % 3, 1)).reduceByKey(max).collect()
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")


def test_event_log_on_a_full_disk_fails_no_job(make_context, caplog):
    sc = make_context("local", {"pyrite.eventLog": "/dev/null"})
    log = next(each for each in sc._driver._loop._listeners if hasattr(each, "_file"))
    log._file.close()  # every write fails from now on
    assert sc.range(10).count() == 10
    assert "is told no more" in caplog.text
