"""Variables that driver and tasks share: accumulators go up, broadcasts go down."""

from __future__ import annotations

from typing import TypeVar

from pyrite.api.accumulators import Accumulator, AccumulatorParam, Accumulators
from pyrite.api.application import Application
from pyrite.api.broadcast import Broadcast, Home
from pyrite.api.dataset import Dataset
from pyrite.core.errors import SerializationError

T = TypeVar("T")


class SharedVariables(Application):
    """The side of a `SparkContext` that makes shared variables."""

    _accumulators: Accumulators
    _broadcasts: Home

    def broadcast(self, value: T) -> Broadcast[T]:
        """A value that all tasks can read, sent to each node once.

        It is written when this is called: later changes to it are not seen. Buffers, such as
        NumPy's arrays, are shared by a node's processes, and read-only.

        Raises:
            SerializationError: it cannot be pickled; the message says what in it is at fault.
            StoppedError: the context was stopped.

        Example:
            >>> names = sc.broadcast({"de": "Germany", "jp": "Japan"})
            >>> sc.parallelize(["jp", "fr"]).map(lambda c: names.value.get(c, "?")).collect()
            ['Japan', '?']
        """
        self._check_running()
        if isinstance(value, Dataset):
            raise SerializationError(
                "broadcast() was given an RDD; give it what collect() or collectAsMap() makes of it"
            )
        return self._broadcasts.new(value)

    def accumulator(
        self,
        value: T,
        accum_param: AccumulatorParam[T] | None = None,
        *,
        name: str | None = None,
    ) -> Accumulator[T]:
        """A sum that tasks add to and the driver reads.

        Parameters:
            value: what it begins with.
            accum_param: how values are added. Needed for all but numbers and NumPy's arrays.
            name: a name for people: the job summary lists accumulators that have one.

        Raises:
            TypeError: there is no ``accum_param``, and no default for ``value``'s type.

        Example:
            >>> empty = sc.accumulator(0, name="empty lines")
            >>> def words(line):
            ...     if not line:
            ...         empty.add(1)
            ...     return line.split()
            >>> sc.parallelize(["a b", "", "c"]).flatMap(words).count()
            3
            >>> empty.value
            1
        """
        return self._accumulators.new(value, accum_param, name)
