"""A run of ops and its end in two ways: as it is, and compiled. Both must tell the same story."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from tests.compile.notes import LOG

from pyrite.compile.bound import bind
from pyrite.compile.emit import Emitter
from pyrite.compile.ends import Combine, Merge, Scatter, Yield, end_of_result, functions_of
from pyrite.compile.nodes import drawn
from pyrite.compile.source import Sources
from pyrite.executor.frames import places
from pyrite.executor.remote_error import _record, _user_frames
from pyrite.lineage.dependency import Aggregator
from pyrite.lineage.ops import apply_ops, no_stop
from pyrite.lineage.terminals import Collect, Draw, Fold
from pyrite.shuffle.aggregate import _merge as _merge_combiners
from pyrite.shuffle.loops import Metered, run_loop
from pyrite.shuffle.write import _merge, _put_by_hash

PARTS = 3
METERED = Metered(lambda: False, 7)


def goes_on(records: Iterator[Any]) -> list[Any]:
    """Draws all records, whatever it meets."""
    found = []
    while True:
        try:
            found.append(next(records))
        except StopIteration:
            return found
        except Exception as error:
            found.append(f"{type(error).__name__}: {error}")


class Again(Draw):
    """As a function of the user's, which may go on drawing after an exception."""


class Columns:
    def __init__(self) -> None:
        self.keys: list[list[Any]] = [[] for _ in range(PARTS)]
        self.values: list[list[Any]] = [[] for _ in range(PARTS)]


class Story(NamedTuple):
    """What came of a run."""

    result: str
    frames: tuple[Any, ...] = ()
    record: str | None = None
    cause: str = ""


class Both:
    """Runs pipelines in both ways; remembers sources in between."""

    def __init__(self, reset: Callable[[], object] = lambda: None) -> None:
        self.sources = Sources()
        self.reset = reset
        self.reasons: list[str] = []

    def called(self, ops: Sequence[Any], end: Any, data: Sequence[Any]) -> Story:
        def run() -> Any:
            records = apply_ops(ops, 0, iter(data))
            match end:
                case Combine(create, merge_value):
                    table: dict[Any, Any] = {}
                    _merge(records, Aggregator(create, merge_value, merge_value), table)
                    return list(table.items())
                case Scatter():
                    columns = Columns()
                    _put_by_hash(records, hash, columns)
                    return columns.keys, columns.values
                case Merge(merge_combiners):
                    table = {}
                    _merge_combiners(merge_combiners, records, table)
                    return list(table.items())
            return end(records, None)

        return told(run)

    def compiled(self, ops: Sequence[Any], end: Any, data: Sequence[Any]) -> Story | None:
        """None if nothing is written out, and the ops would be run as they are."""
        known = Yield() if isinstance(end, Again) else end_of_result(end) or end
        made = Emitter(self.sources, ops, known).compiled()
        self.reasons = [reason for _, reason in made.reasons]
        self.text = made.source
        if made.stage is None:
            return None
        loop = bind(made.stage, [*(op.function for op in ops), *functions_of(known)])
        assert loop is not None

        def run() -> Any:
            records = iter(data)
            match end:
                case Combine():
                    table: dict[Any, Any] = {}
                    run_loop(loop, records, table, METERED)
                    return list(table.items())
                case Scatter():
                    made = Columns()
                    keys = [column.append for column in made.keys]
                    values = [column.append for column in made.values]
                    run_loop(loop, records, keys, values, hash, PARTS, METERED)
                    return made.keys, made.values
                case Merge():
                    table = {}
                    loop.run(records, table)
                    return list(table.items())
                case Draw():
                    return end(drawn(loop, ops, 0, records), None)
            return loop.run(records, *([end.zero] if isinstance(end, Fold) else []))

        return told(run)

    def check(
        self, make: Callable[[], Sequence[Any]], end: Any = None, data: Sequence[Any] = range(1, 7)
    ) -> list[str]:
        """Run both ways, on ops made anew each time; the reasons why functions were called."""
        end = end or Collect()
        called = self.told_with_log(self.called, make(), end, data)
        compiled = self.told_with_log(self.compiled, make(), end, data)
        assert compiled[0] is None or compiled == called, self.text
        return self.reasons

    def told_with_log(
        self, way: Callable[..., Story | None], ops: Sequence[Any], end: Any, data: Sequence[Any]
    ) -> tuple[Story | None, list[Any]]:
        """The story of one way, and what was noted on it."""
        LOG.clear()
        self.reset()
        return way(ops, end, data), list(LOG)


def told(run: Callable[[], Any]) -> Story:
    linecache.checkcache()
    try:
        with no_stop():
            return Story(repr(run()))
    except BaseException as error:
        frames = _of_pipeline(error)
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        caused = f"{cause!r} {places(_of_pipeline(cause))}" if cause is not None else ""
        record = _record(frames) if frames is not None else None
        return Story(f"{type(error).__name__}: {error}", places(frames), record, caused)


def _of_pipeline(error: BaseException) -> Any:
    """The user's frames, without those of this file, which stands for the engine."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_frame.f_code.co_filename == __file__:
        traceback = traceback.tb_next
    return _user_frames(traceback)
