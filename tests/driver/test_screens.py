"""Where progress is shown: bars on a terminal, one output below a notebook's cell."""

import io
import sys

import pytest
from tests.conftest import wait_until

from pyrite.core.ids import AttemptId
from pyrite.core.outcome import Metrics
from pyrite.driver import events as e
from pyrite.driver.progress import Progress
from pyrite.driver.screens import Notebook, Plain, Terminal, screen_here
from pyrite.driver.stage_line import StageLine


class TextTerminal(io.StringIO):
    def isatty(self):
        return True


class Shell:
    """IPython's, as far as it is asked."""

    kernel = object()
    execution_count = 1

    def __init__(self):
        self.outputs = {}
        self.display_pub = self

    def publish(self, data, *, transient, update):
        assert update == (transient["display_id"] in self.outputs)
        self.outputs[transient["display_id"]] = data["text/html"]

    @property
    def shown(self):
        return list(self.outputs.values())


def test_notebook_shows_stages_in_place_of_one_another():
    screen = Notebook(shell := Shell())
    one = StageLine("map <it>", 4, 0.0, done=1, bytes_in=2_000_000)
    screen.show([one])
    [html] = shell.shown
    assert "map &lt;it&gt;: 1 of 4 tasks, 2.0 MB" in html
    assert '<progress value="1" max="4">' in html
    screen.show([one, StageLine("count", 2, 0.0)])
    [html] = shell.shown
    assert html.count("<progress") == 2
    screen.show([])
    assert shell.shown == [""]
    screen.say("one < two")
    screen.show([one])
    screen.show([])
    assert shell.shown == ["<small>one &lt; two</small>"]


def test_cell_that_runs_later_has_an_output_of_its_own():
    screen = Notebook(shell := Shell())
    stages = [StageLine("one", 4, 0.0)]
    screen.show(stages)
    shell.execution_count = 2
    screen.show(stages)  # a job of a thread of the first cell's
    screen.say("slow")
    screen.show([])
    assert shell.shown == ["<small>slow</small>"]
    screen.say("next")
    assert shell.shown == ["<small>slow</small>", "<small>next</small>"]


def test_lines_that_stay_do_not_pile_up():
    screen = Notebook(shell := Shell())
    for number in range(100):
        screen.say(f"line {number}")
    [html] = shell.shown
    assert html.startswith("<small>line 80<br>")
    assert html.count("<br>") == 19


def test_terminal_shows_a_bar_for_each_running_stage_and_leaves_nothing(monkeypatch):
    monkeypatch.setattr(sys, "stderr", out := TextTerminal())
    screen = Terminal()
    screen.show([])
    assert out.getvalue() == ""
    one, two = StageLine("first", 4, 0.0, done=3), StageLine("second", 2, 0.0)
    screen.show([one, two])
    screen.say("a line that stays")
    screen.show([two])
    screen.show([])
    assert "first" in out.getvalue()
    assert "3/4" in out.getvalue()
    assert "second" in out.getvalue()
    assert "a line that stays" in out.getvalue()
    before = len(out.getvalue())
    screen.show([])
    screen.say("later")
    assert out.getvalue()[before:] == "later\n"


def test_running_stage_is_shown_after_a_while_and_cleared_at_its_end(monkeypatch):
    screen = Notebook(shell := Shell())
    progress = Progress(screen)
    progress(e.StageStarted(0.0, 1, "count", 2))
    wait_until(lambda: shell.shown, what="the stage is shown")
    assert "0 of 2 tasks" in shell.shown[0]
    progress(e.TaskEnded(1.0, AttemptId(1, 0, 0), 0, "", Metrics()))
    wait_until(lambda: "1 of 2 tasks" in shell.shown[0])
    progress(e.StageEnded(2.0, 1, True))
    assert shell.shown == [""]


@pytest.mark.parametrize(("stream", "screen"), [(io.StringIO(), Plain), (TextTerminal(), Terminal)])
def test_the_program_shows_progress_where_its_user_looks(monkeypatch, stream, screen):
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert type(screen_here()) is screen
    monkeypatch.setitem(sys.modules, "IPython", ipython := type(sys)("IPython"))
    ipython.get_ipython = Shell
    assert type(screen_here()) is Notebook
    ipython.get_ipython = lambda: object()  # of a terminal
    assert type(screen_here()) is screen
