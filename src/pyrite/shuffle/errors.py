"""How the reading side says that a map output is lost."""

from __future__ import annotations

from pyrite.core.errors import CorruptBlockError
from pyrite.core.ids import ShuffleId
from pyrite.core.specs import MapOutput


class FetchError(CorruptBlockError):
    """A map output could not be read: gone, cut short, or not what was written.

    Parameters:
        shuffle: the shuffle that it belongs to.
        map_partition: the map task to run again.
        output: where the file was thought to lie.
        message: what was found instead.
    """

    def __init__(
        self, shuffle: ShuffleId, map_partition: int, output: MapOutput, message: str
    ) -> None:
        super().__init__(shuffle, map_partition, output, message)
        self.shuffle = shuffle
        self.map_partition = map_partition
        self.output = output
        self.message = message

    def __str__(self) -> str:
        return (
            f"output of map task {self.map_partition} of shuffle {self.shuffle} "
            f"({self.output.path} on {self.output.node}): {self.message}"
        )
