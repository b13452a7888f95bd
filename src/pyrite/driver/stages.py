"""The stages of the plans that are carried out, and what their tasks are launched with."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Mapping, Set
from typing import Protocol

from pyrite.core.ids import AttemptId, ShuffleId, StageId
from pyrite.core.specs import MapOutput, StageInputs, TaskLaunch
from pyrite.plan.planner import Plan, Stage
from pyrite.serial.records import Parcel


class Inputs(Protocol):
    """Tells where a stage finds its shuffle data now."""

    def __call__(self, stage: StageId, /) -> Mapping[ShuffleId, tuple[MapOutput, ...]]: ...


class Stages:
    """Stages by number, from the newest plan that names them.

    Parameters:
        inputs: where a stage finds its shuffle data, asked once an epoch.
    """

    def __init__(self, inputs: Inputs) -> None:
        self._find_inputs = inputs
        self._stages: dict[StageId, Stage] = {}
        self._uses: Counter[StageId] = Counter()
        self._properties: dict[StageId, Mapping[str, str]] = {}
        self._inputs: dict[StageId, StageInputs] = {}
        self._writers: dict[ShuffleId, StageId] = {}

    def get(self, stage: StageId) -> Stage | None:
        """A stage, if a plan names it."""
        return self._stages.get(stage)

    def name(self, stage: StageId) -> str:
        """What people call a stage."""
        known = self._stages.get(stage)
        return known.spec.name if known else ""

    def is_barrier(self, stage: StageId) -> bool:
        """Whether its tasks run all together or not at all."""
        known = self._stages.get(stage)
        return known is not None and known.spec.barrier

    def replaced_by(self, plan: Plan) -> Set[StageId]:
        """The stages that are in use as they were made before, and of which ``plan`` has others."""
        stages = plan.stages
        return {s.spec.stage for s in stages if self._stages.get(s.spec.stage, s) is not s}

    def add(self, plan: Plan, properties: Mapping[str, str]) -> None:
        """A plan is to be carried out; its tasks are told ``properties``."""
        for stage in plan.stages:
            number = stage.spec.stage
            self._stages[number] = stage
            self._properties[number] = properties
            self._uses[number] += 1
            if stage.spec.shuffle is not None:
                self._writers[stage.spec.shuffle] = number

    def remove(self, plan: Plan) -> tuple[list[StageId], list[StageId]]:
        """A plan is not carried out any more; the stages that no other names, and those of them
        that none will ever name again."""
        unused, over = [], []
        for stage in plan.stages:
            number = stage.spec.stage
            self._uses[number] -= 1
            if not self._uses[number]:
                del self._uses[number], self._stages[number], self._properties[number]
                unused.append(number)
                if stage.spec.shuffle not in self._writers:
                    self._inputs.pop(number, None)
                    over.append(number)
        return unused, over

    def forget_shuffle(self, shuffle: ShuffleId) -> list[StageId]:
        """Nobody can name a shuffle any more; the stage that wrote it, if any did, unless it is
        in use: then it is over when its plans are."""
        stage = self._writers.pop(shuffle, None)
        if stage is None or stage in self._stages:
            return []
        self._inputs.pop(stage, None)
        return [stage]

    def launch(self, attempt: AttemptId, epoch: int) -> TaskLaunch:
        """What a worker needs to run an attempt."""
        stage = self._stages[attempt.stage]
        inputs = self._inputs.get(attempt.stage)
        if inputs is None or inputs.epoch != epoch:
            addresses = self._find_inputs(attempt.stage)
            inputs = StageInputs(attempt.stage, epoch, pickle.dumps(addresses))
            self._inputs[attempt.stage] = inputs
        split = Parcel.of(stage.splits(attempt.partition))
        return TaskLaunch(attempt, stage.program, inputs, split, self._properties[attempt.stage])
