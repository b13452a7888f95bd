"""Where progress is shown: on a terminal, below a notebook's cell, or as plain lines."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Collection
from html import escape
from typing import TYPE_CHECKING, Any, Protocol

from pyrite.driver.stage_line import StageLine

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

_LINES_KEPT = 20


class Screen(Protocol):
    """Shows running stages, and lines that stay."""

    @property
    def live(self) -> bool:
        """Whether it can `show`. Else each stage is told of when it has ended."""
        ...

    def show(self, stages: Collection[StageLine]) -> None:
        """These are the running stages now, in place of those shown before."""
        ...

    def say(self, text: str) -> None:
        """Show a line that stays."""
        ...


class Plain:
    """Lines on stderr."""

    live = False

    def show(self, stages: Collection[StageLine]) -> None:
        pass

    def say(self, text: str) -> None:
        print(text, file=sys.stderr)


class Terminal:
    """A bar for each stage on stderr, gone when the stage is."""

    live = True

    def __init__(self) -> None:
        self._bars: Bars | None = None
        self._shown: dict[StageLine, TaskID] = {}

    def show(self, stages: Collection[StageLine]) -> None:
        if self._bars is None and stages:
            self._bars = _bars()
            self._bars.start()
        if self._bars is not None:
            self._match(self._bars, stages)
        if self._bars is not None and not stages:
            self._bars.stop()
            self._bars = None

    def _match(self, bars: Bars, stages: Collection[StageLine]) -> None:
        for gone in self._shown.keys() - set(stages):
            bars.remove_task(self._shown.pop(gone))
        for stage in stages:
            if stage not in self._shown:
                self._shown[stage] = bars.add_task(stage.name, total=stage.tasks, notes="")
            bars.update(self._shown[stage], completed=stage.done, notes=stage.notes())

    def say(self, text: str) -> None:
        if self._bars is not None:
            self._bars.console.print(text, markup=False, highlight=False)
        else:
            print(text, file=sys.stderr)


def _bars() -> Bars:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    return Bars(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[notes]}"),
        TimeRemainingColumn(compact=True),
        console=Console(stderr=True),
        transient=True,
    )


class Notebook:
    """One output per cell, written over as stages come and go; empty when nothing is to say.

    Parameters:
        shell: IPython's, of the kernel that runs the cells.
    """

    live = True

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._cell: int | None = None
        self._output: str | None = None
        self._said: list[str] = []
        self._stages: Collection[StageLine] = ()
        self._html = ""

    def show(self, stages: Collection[StageLine]) -> None:
        if stages and not self._stages:
            self._turn_to_cell()
        self._stages = stages
        self._draw()

    def say(self, text: str) -> None:
        if not self._stages:
            self._turn_to_cell()
        self._said = [*self._said, text][-_LINES_KEPT:]
        self._draw()

    def _turn_to_cell(self) -> None:
        """A cell that was run since the last output gets one of its own."""
        if self._cell != self._shell.execution_count:
            self._cell = self._shell.execution_count
            self._output, self._said, self._html = None, [], ""

    def _draw(self) -> None:
        lines = [escape(text) for text in self._said] + [_as_html(each) for each in self._stages]
        html = f"<small>{'<br>'.join(lines)}</small>" if lines else ""
        if html == self._html:
            return
        self._html, known = html, self._output is not None
        self._output = self._output or f"pyrite-{uuid.uuid4().hex}"
        self._shell.display_pub.publish(
            {"text/html": html, "text/plain": ""},
            transient={"display_id": self._output},
            update=known,
        )


def _as_html(stage: StageLine) -> str:
    notes = f", {stage.notes()}" if stage.notes() else ""
    bar = f'<progress value="{stage.done}" max="{stage.tasks}"></progress>'
    return f"{bar} {escape(stage.name)}: {stage.done} of {stage.tasks} tasks{escape(notes)}"


def screen_here() -> Screen:
    """The screen of the running program."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if hasattr(shell, "kernel"):
        return Notebook(shell)
    return Terminal() if sys.stderr is not None and sys.stderr.isatty() else Plain()
