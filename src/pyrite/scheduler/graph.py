"""Which stages are in play, and why: the only code that reads lineage.

A job needs its result stage. A stage in play needs each of its inputs, and an input that is
not complete needs its map stage in play. That one rule skips what is registered already,
recomputes what was lost if someone still reads it, and drops what nobody reads any more.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable

from pyrite.core.ids import AttemptId, ShuffleId, StageId
from pyrite.core.specs import MapOutput, StageSpec
from pyrite.scheduler.commands import Command, OutputDiscarded, StageDropped, StageFinished
from pyrite.scheduler.outputs import Shuffle
from pyrite.scheduler.stages import Job, ReadyStages, StageRun
from pyrite.scheduler.workers import Attempt


class StageGraph:
    """Stages in play and the shuffles between them.

    Parameters:
        emit: takes a command.
        cancel: is told of running attempts that are no longer wanted, and why.
        live: the places where workers live, now and later.
    """

    def __init__(
        self,
        emit: Callable[[Command], None],
        cancel: Callable[[Attempt, str], None],
        live: Container[str],
    ) -> None:
        self._live = live
        self._emit = emit
        self._cancel = cancel
        self.stages: dict[StageId, StageRun] = {}
        self.shuffles: dict[ShuffleId, Shuffle] = {}
        self.ready = ReadyStages()
        self.opened: list[StageRun] = []
        """Stages with inputs complete anew, or with new pending tasks; `state` empties the list."""

    def shuffle(self, spec: StageSpec) -> Shuffle:
        """The record of the shuffle that a map stage writes."""
        assert spec.shuffle is not None
        known = self.shuffles.get(spec.shuffle)
        if known is None:
            known = self.shuffles[spec.shuffle] = Shuffle(spec.shuffle, spec)
        assert len(known.outputs) == len(spec.partitions), f"stage {spec.stage} has changed"
        return known

    # -- into play ---------------------------------------------------------------------------

    def demand(self, stage: StageId, owner: Job, reason: str, now: float) -> None:
        """Bring a stage into play, and the map stages of whatever inputs it lacks."""
        todo = [stage]
        while todo:  # not recursive: lineage can be thousands of stages deep
            wanted = todo.pop()
            if wanted in self.stages:
                self._promote(self.stages[wanted], owner)
                continue
            run = self._enter(owner.stages[wanted][1], owner, reason)
            incomplete = [shuffle for shuffle in run.inputs if shuffle.missing]
            run.waiting = len(incomplete)
            todo.extend(shuffle.stage for shuffle in reversed(incomplete))
            if not incomplete:
                self._open(run, now)

    def _enter(self, spec: StageSpec, owner: Job, reason: str) -> StageRun:
        parents = dict.fromkeys(spec.parents)
        inputs = tuple(self.shuffle(owner.stages[parent][1]) for parent in parents)
        output = self.shuffle(spec) if spec.shuffle is not None else None
        run = self.stages[spec.stage] = StageRun(spec, owner, inputs, output, self._live, reason)
        for shuffle in inputs:
            shuffle.readers[run.id] = run
        if output is not None:
            output.maker = run
        return run

    def _promote(self, stage: StageRun, owner: Job) -> None:
        """A job needs a stage that is in play already; if it is ahead in the queue, so is it."""
        todo = [stage]
        while todo:
            run = todo.pop()
            if owner.rank >= run.owner.rank:
                continue
            was_ready = run.in_ready
            self.ready.discard(run)
            run.owner = owner
            if was_ready:
                self.ready.add(run)
            todo.extend(shuffle.maker for shuffle in run.inputs if shuffle.maker is not None)

    def _open(self, stage: StageRun, now: float) -> None:
        """The stage's inputs are complete: its pending tasks may be launched."""
        if stage.changed:
            stage.changed = False
            stage.epoch += 1
        stage.ready_since = now
        if stage.pending.count:
            self.ready.add(stage)
        self.opened.append(stage)

    # -- out of play -------------------------------------------------------------------------

    def complete(self, stage: StageRun, now: float) -> None:
        """A map stage has registered its last missing output."""
        shuffle = stage.output
        assert shuffle is not None
        self.retire(stage, "its stage is complete")
        for reader in shuffle.readers.values():
            reader.waiting -= 1
            if not reader.waiting:
                self._open(reader, now)

    def retire(self, stage: StageRun, reason: str) -> None:
        """Take a stage out of play, and with it every map stage that only it needed."""
        todo = [stage]
        while todo:
            run = todo.pop()
            del self.stages[run.id]
            run.active = False
            self.ready.discard(run)
            if run.started:
                self._emit(StageDropped(run.id) if run.remaining else StageFinished(run.id))
            for attempts in run.running.values():
                for attempt in attempts:
                    self._cancel(attempt, reason)
            run.running.clear()
            if run.output is not None:
                run.output.maker = None
                run.output.next_attempt = run.last_number + 1
                run.output.next_epoch = run.epoch + 1
            for shuffle in run.inputs:
                del shuffle.readers[run.id]
                if not shuffle.readers and shuffle.maker is not None:
                    todo.append(shuffle.maker)

    # -- lost and dropped --------------------------------------------------------------------

    def lose(self, shuffle: Shuffle, indexes: Iterable[int], reason: str, now: float) -> None:
        """Unregister outputs, and have them made again if a stage in play reads them."""
        was_complete = not shuffle.missing
        maker = shuffle.maker
        for index in indexes:
            shuffle.unregister(index)
            if maker is not None:
                maker.requeue(index, reason)
        if maker is not None and not maker.waiting:
            self.ready.add(maker)
            self.opened.append(maker)
        if was_complete and shuffle.missing and shuffle.readers:
            for reader in shuffle.readers.values():
                reader.waiting += 1
                reader.changed = True
                self.ready.discard(reader)
            owner = min((reader.owner for reader in shuffle.readers.values()), key=_rank)
            self.demand(shuffle.stage, owner, reason, now)

    def desert(self, place: str) -> None:
        """The last worker of a place is gone, and whatever was pinned there may run anywhere."""
        for stage in self.stages.values():
            if stage.pending.desert(place) and stage.in_ready:
                self.opened.append(stage)

    def forget(self, shuffle: Shuffle) -> None:
        """Drop a shuffle that no active job's lineage names, and its files."""
        del self.shuffles[shuffle.id]
        for output in shuffle.outputs:
            if output is not None:
                self._emit(OutputDiscarded(output))

    # -- questions ---------------------------------------------------------------------------

    def result_stages(self, stage: StageRun) -> list[StageRun]:
        """The result stages in play that need ``stage``, first in the queue first."""
        found, todo, seen = [], [stage], {stage.id}
        while todo:
            run = todo.pop()
            if run.output is None:
                found.append(run)
                continue
            for reader in run.output.readers.values():
                if reader.id not in seen:
                    seen.add(reader.id)
                    todo.append(reader)
        return sorted(found, key=lambda run: run.owner.rank)

    def is_registered(self, attempt: AttemptId, output: MapOutput) -> bool:
        """Whether this very file is the registered output of the attempt's task."""
        return any(
            shuffle.stage == attempt.stage and shuffle.find(attempt.partition, output) >= 0
            for shuffle in self.shuffles.values()
        )


def _rank(job: Job) -> int:
    return job.rank
