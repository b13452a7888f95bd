"""Registered map outputs: which parts of which shuffle exist, where, and who reads them.

These outlive jobs, so that a later job skips what an earlier one made. The counters outlive
jobs as well: a stage that runs again must use neither an attempt number nor an epoch twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pyrite.core.ids import ShuffleId, StageId
from pyrite.core.specs import MapOutput, StageSpec

if TYPE_CHECKING:
    from pyrite.scheduler.stages import StageRun


class Shuffle:
    """One shuffle's outputs, by index in ``partitions`` of the map stage that makes them.

    ``readers`` are the stages in play that read it; ``maker`` is the map stage's run while it
    is in play: exactly while there are readers and something is missing.
    """

    __slots__ = (
        "by_position",
        "counted",
        "id",
        "maker",
        "missing",
        "next_attempt",
        "next_epoch",
        "outputs",
        "partitions",
        "readers",
        "stage",
    )

    def __init__(self, shuffle: ShuffleId, spec: StageSpec) -> None:
        self.id = shuffle
        self.stage: StageId = spec.stage
        self.partitions: Sequence[int] = spec.partitions
        self.by_position = spec.by_position
        self.missing = len(spec.partitions)
        self.outputs: list[MapOutput | None] = [None] * self.missing
        self.counted = bytearray(self.missing)
        self.readers: dict[StageId, StageRun] = {}
        self.maker: StageRun | None = None
        self.next_attempt = 0
        self.next_epoch = 0

    def register(self, index: int, output: MapOutput) -> bool:
        """Take ``output`` as the one to read. True if it is this partition's first ever."""
        assert self.outputs[index] is None
        self.outputs[index] = output
        self.missing -= 1
        first = not self.counted[index]
        self.counted[index] = 1
        return first

    def unregister(self, index: int) -> None:
        assert self.outputs[index] is not None
        self.outputs[index] = None
        self.missing += 1

    def missing_indexes(self) -> range | list[int]:
        if self.missing == len(self.outputs):
            return range(self.missing)
        return [index for index, output in enumerate(self.outputs) if output is None]

    def registered(self) -> dict[int, MapOutput]:
        """All outputs there are, by index."""
        return {i: output for i, output in enumerate(self.outputs) if output is not None}

    def on_node(self, node: str) -> list[int]:
        """Indexes of the outputs that lie on ``node``."""
        outputs = self.outputs
        return [i for i, output in enumerate(outputs) if output is not None and output.node == node]

    def find(self, partition: int, output: MapOutput) -> int:
        """The index at which this very file is registered for ``partition``, or -1."""
        try:
            index = self.partitions.index(partition)
        except ValueError:
            return -1
        known = self.outputs[index]
        same = known is not None and (known.node, known.path) == (output.node, output.path)
        return index if same else -1

    def find_all(self, outputs: Mapping[int, MapOutput]) -> dict[int, MapOutput]:
        """Those of ``outputs``, given by partition, that are registered; by index."""
        found = {self.find(partition, output): output for partition, output in outputs.items()}
        found.pop(-1, None)
        return found
