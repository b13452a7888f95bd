"""`RDD`: a resilient distributed dataset, as users hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from pyrite.api.actions import Actions
from pyrite.api.approximate import ApproximateActions
from pyrite.api.dataset import T_co
from pyrite.api.numbers import NumberActions
from pyrite.api.pairs import PairTransformations
from pyrite.api.partitioner import Partitioner, shown
from pyrite.api.persistence import Persistence
from pyrite.api.saving import SavingActions
from pyrite.api.transformations import Transformations
from pyrite.compile.compiler import Compiler
from pyrite.core.absent import refuse_name
from pyrite.core.advice import RDD_NAMES
from pyrite.plan.explain import label, lineage_text, stages_text

if TYPE_CHECKING:
    from pyrite.api.context import SparkContext
    from pyrite.api.resource import ResourceProfile


class RDD(
    Transformations[T_co],
    PairTransformations[T_co],
    NumberActions[T_co],
    ApproximateActions[T_co],
    SavingActions[T_co],
    Actions[T_co],
    Persistence[T_co],
):
    """Records in partitions, on many workers, described by how they are made.

    Transformations are lazy and give new RDDs; actions run a job. A lost partition is made
    again from its lineage. RDDs come from a `SparkContext`.
    """

    @property
    def context(self) -> SparkContext:
        """The context that made it."""
        return self._context

    @property
    def ctx(self) -> SparkContext:
        """Short for `context`."""
        return self._context

    @property
    def partitioner(self) -> Partitioner | None:
        """How keys are spread over the partitions, if by a rule."""
        return shown(self._node.partitioner)

    def id(self) -> int:
        """A number that no other RDD of the program has."""
        return self._node.id

    def name(self) -> str | None:
        """What `setName` gave it."""
        return self._name

    def setName(self, name: str) -> RDD[T_co]:
        """Give it a name for people, which `repr` shows before the rest."""
        self._name = name
        return self

    def withResources(self, profile: ResourceProfile) -> RDD[T_co]:
        """Note what its tasks shall have. Every task has one core, and the memory of its worker.

        Raises:
            UnsupportedError: more than one core a task is asked for, or a device.
        """
        from pyrite.api.resource import met

        self._profile = met(profile)
        return self

    @property
    def has_resource_profile(self) -> bool:
        """Whether `withResources` gave it a profile."""
        return self._profile is not None

    def getResourceProfile(self) -> ResourceProfile | None:
        """What `withResources` gave it."""
        return self._profile

    def getNumPartitions(self) -> int:
        """How many partitions it has."""
        return self._node.num_partitions

    def toDebugString(self) -> bytes:
        """Its lineage, newest first, indented at each shuffle; partitions are in parentheses.

        Example:
            >>> pairs = sc.parallelize([("a", 1)], 2).reduceByKey(max)
            >>> print(pairs.toDebugString().decode())
            (2) ShuffledRDD[...] at reduceByKey at ...
             +-(2) CollectionRDD[...] at parallelize at ...
        """
        return lineage_text(self._node).encode()

    def explain(self, *, codegen: bool = False) -> None:
        """Print the stages that an action would run, the last first, and what each does.

        Parameters:
            codegen: show the function that each stage's steps are compiled to, as `collect` would
                run it; and which of the user's functions it calls, with the reasons why these
                are not written out in it.

        Example:
            >>> sc.parallelize([("a", 1)], 2).reduceByKey(max).explain()
            Result stage, 2 tasks:
              read   Shuffled reduceByKey at ...
            <BLANKLINE>
            Map stage of shuffle ... 2 tasks:
              read   Collection parallelize at ...
              write  2 partitions by hash, combined by key
        """
        print(stages_text(self._node, Compiler() if codegen else None))

    def __repr__(self) -> str:
        return f"{self._name} {label(self._node)}" if self._name else label(self._node)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from html import escape

        number = self._node.num_partitions
        partitions = f"{number} partition{'' if number == 1 else 's'}"
        name = f"<b>{escape(self._name)}</b>: " if self._name else ""
        return f"{name}<code>{escape(label(self._node))}</code>, {partitions}"

    if not TYPE_CHECKING:  # to whom a name that is not there is an error

        def __getattr__(self, name: str) -> NoReturn:
            refuse_name(self, RDD_NAMES, name)
