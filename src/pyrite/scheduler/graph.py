"""Which stages are in play, and why: the only code that reads lineage.

A job needs its result stage. A stage in play needs each of its inputs, and an input that is
not complete needs its map stage in play. That one rule skips what is registered already,
recomputes what was lost if someone still reads it, and drops what nobody reads any more.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable

from pyrite.core.ids import AttemptId, ShuffleId, StageId
from pyrite.core.lean import replace
from pyrite.core.specs import MapOutput, StageSpec
from pyrite.scheduler.commands import (
    Command,
    OutputDiscarded,
    ShuffleForgotten,
    StageDropped,
    StageFinished,
    TaskRequeued,
)
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
        """Stages with inputs complete anew, or with new pending tasks, or that have ceased to keep
        workers from others; `state` empties the list."""

    def shuffle(self, spec: StageSpec) -> Shuffle:
        """The record of the shuffle that a map stage writes."""
        assert spec.shuffle is not None
        known = self.shuffles.get(spec.shuffle)
        if known is None:
            known = self.shuffles[spec.shuffle] = Shuffle(spec.shuffle, spec)
        assert len(known.outputs) == len(spec.partitions), f"stage {spec.stage} has changed"
        known.by_position |= spec.by_position
        return known

    # -- into play ---------------------------------------------------------------------------

    def demand(self, stage: StageId, lineage: Job, owner: Job, reason: str, now: float) -> None:
        """Bring a stage into play, and the map stages of whatever inputs it lacks.

        Parameters:
            lineage: the job whose plan says what the stage reads, unless it is in play already
                for a newer one.
            owner: the job that gives it a place in the queue, unless it has a better one.
        """
        todo = [(stage, lineage)]
        seen: dict[StageId, int] = {}
        while todo:  # not recursive: lineage can be thousands of stages deep
            wanted, lineage = todo.pop()
            if seen.get(wanted, -1) >= lineage.rank:
                continue
            seen[wanted] = lineage.rank
            run = self.stages.get(wanted)
            if run is None:
                run = self._enter(lineage.stages[wanted][1], lineage, owner, reason)
                self._await_inputs(run, now)
            else:
                if lineage.rank > run.lineage.rank:
                    self._follow(run, lineage, now)
                self._promote(run, owner)
            incomplete = [shuffle.stage for shuffle in run.inputs if shuffle.missing]
            todo.extend((maker, run.lineage) for maker in reversed(incomplete))

    def _enter(self, spec: StageSpec, lineage: Job, owner: Job, reason: str) -> StageRun:
        inputs = self._inputs(spec, lineage)
        output = self.shuffle(spec) if spec.shuffle is not None else None
        if output is not None and spec.barrier:
            self._discard_registered(output)
        run = StageRun(spec, lineage, owner, inputs, output, self._live, reason)
        self.stages[run.id] = run
        for shuffle in inputs:
            shuffle.readers[run.id] = run
        if output is not None:
            output.maker = run
        return run

    def _inputs(self, spec: StageSpec, lineage: Job) -> tuple[Shuffle, ...]:
        parents = dict.fromkeys(spec.parents)
        return tuple(self.shuffle(lineage.stages[parent][1]) for parent in parents)

    def _follow(self, run: StageRun, lineage: Job, now: float) -> None:
        """A newer job has planned the stage anew, perhaps because a cached block was lost: its
        spec counts from now on. What was done stays, and attempts under way go on."""
        ready = run.in_ready
        self._make_wait(run)
        run.lineage = lineage
        spec = lineage.stages[run.id][1]
        if spec == run.spec:
            if ready:
                self.ready.add(run)
            return
        old, run.inputs = run.inputs, self._inputs(spec, lineage)
        run.changed |= run.inputs != old
        if spec.barrier != run.spec.barrier:
            self.start_over(run, "planned anew")
            self.ready.discard(run)
        run.replan(spec, self._live)
        for shuffle in run.inputs:
            shuffle.readers[run.id] = run
        self._await_inputs(run, now)
        for shuffle in old:
            if shuffle not in run.inputs:
                self._unread(shuffle, run, f"stage {run.id} no longer reads it")

    def _await_inputs(self, run: StageRun, now: float) -> None:
        run.waiting = sum(bool(shuffle.missing) for shuffle in run.inputs)
        if not run.waiting:
            self._open(run, now)

    def _promote(self, run: StageRun, owner: Job) -> None:
        """A job needs a stage that is in play already; if it is ahead in the queue, so is it."""
        if owner.rank < run.owner.rank:
            ready = run.in_ready
            self.ready.discard(run)
            run.owner = owner
            if ready:
                self.ready.add(run)

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
            self._make_wait(run)
            if run.started:
                self._emit(StageDropped(run.id) if run.remaining else StageFinished(run.id))
            for attempts in run.running.values():
                for attempt in attempts:
                    self._cancel(attempt, reason)
            run.running.clear()
            self._discard_held(run)
            if run.output is not None:
                run.output.maker = None
                run.output.next_attempt = run.last_number + 1
                run.output.next_epoch = run.epoch + 1
            for shuffle in run.inputs:
                del shuffle.readers[run.id]
                if not shuffle.readers and shuffle.maker is not None:
                    todo.append(shuffle.maker)

    def _unread(self, shuffle: Shuffle, reader: StageRun, reason: str) -> None:
        del shuffle.readers[reader.id]
        if not shuffle.readers and shuffle.maker is not None:
            self.retire(shuffle.maker, reason)

    def job_ended(self, job: Job, others: Iterable[Job], now: float) -> None:
        """Have stages that followed the plan of ``job`` follow that of another one that needs
        them: what only the old plan names may go."""
        orphans = [run for run in self.stages.values() if run.lineage is job]
        for run in orphans:
            run.lineage = replace(job, rank=-1)
        if orphans:
            for other in sorted(others, key=_rank, reverse=True):
                self.demand(other.result, other, other, "planned anew", now)

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
                self._make_wait(reader)
            lineage = max((reader.lineage for reader in shuffle.readers.values()), key=_rank)
            owner = min((reader.owner for reader in shuffle.readers.values()), key=_rank)
            self.demand(shuffle.stage, lineage, owner, reason, now)

    def start_over(self, stage: StageRun, reason: str) -> None:
        """Do all tasks of a stage again, in a new try: of a barrier stage, of which one has come to
        nothing, or of one that has become a barrier stage or ceased to be one."""
        under_way = [attempt for attempts in stage.running.values() for attempt in attempts]
        for attempt in under_way:
            self._cancel(attempt, reason)
        over = [(attempt.index, attempt.id) for attempt in under_way]
        over.extend((index, id) for index, id, _ in stage.held)
        for _, id in sorted(over):
            self._emit(TaskRequeued(id, reason))
        self._discard_held(stage)
        if stage.output is not None:
            self._discard_registered(stage.output)
        stage.start_over(reason, self._live)
        if not stage.waiting:
            self.ready.add(stage)
            self.opened.append(stage)

    def _discard_held(self, stage: StageRun) -> None:
        for _, _, output in stage.held:
            if output is not None:
                self._emit(OutputDiscarded(output))
        stage.held.clear()

    def _discard_registered(self, shuffle: Shuffle) -> None:
        """Of an incomplete shuffle, so that nobody reads it: what a barrier stage has lost in part,
        or what it had done task by task in an earlier plan."""
        for index, output in shuffle.registered().items():
            shuffle.unregister(index)
            self._emit(OutputDiscarded(output))

    def _make_wait(self, stage: StageRun) -> None:
        """It is not ready (any more). A barrier stage lets go of the workers it has gathered."""
        if stage.in_ready and stage.spec.barrier:
            self.opened.append(stage)
        self.ready.discard(stage)

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
        self._emit(ShuffleForgotten(shuffle.id))

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
        """Whether this very file is the registered output of the attempt's task, or will be."""
        run = self.stages.get(attempt.stage)
        if run is not None and any((id, held) == (attempt, output) for _, id, held in run.held):
            return True
        return any(
            shuffle.stage == attempt.stage and shuffle.find(attempt.partition, output) >= 0
            for shuffle in self.shuffles.values()
        )


def _rank(job: Job) -> int:
    return job.rank
