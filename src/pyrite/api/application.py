"""What every side of a `SparkContext` shares: a driver, settings, and whether it still runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pyrite.api.callsite import public_call
from pyrite.api.checkpoints import Checkpoints
from pyrite.api.conf import SparkConf
from pyrite.api.properties import LocalProperties
from pyrite.api.rdd import RDD
from pyrite.core.errors import SerializationError, StoppedError
from pyrite.core.settings import Settings
from pyrite.driver.driver import Driver
from pyrite.driver.status import Status
from pyrite.lineage.node import Node
from pyrite.scheduler.history import History

if TYPE_CHECKING:
    from pyrite.api.context import SparkContext


class Application:
    """A running program: `SparkContext` fills it in.

    Attributes:
        defaultParallelism: partitions where none are asked for.
    """

    defaultParallelism: int
    _conf: SparkConf
    _settings: Settings
    _driver: Driver
    _history: History | None
    _status: Status
    _stopped: bool
    _properties: LocalProperties
    _checkpoints: Checkpoints

    def _source(self, node: Node) -> RDD[Any]:
        """A dataset that begins here.

        Raises:
            StoppedError: the context was stopped.
        """
        self._check_running()
        return self._rdd(node)

    def _rdd(self, node: Node) -> RDD[Any]:
        """A new RDD over ``node``, named after the user's call."""
        node.origin = public_call()
        try:
            self._driver.freeze_parents(node)
        except SerializationError as error:
            raise error.with_traceback(None) from None  # its message says more than our frames
        return RDD(node, cast("SparkContext", self))

    def _check_running(self) -> None:
        """Raise StoppedError if the context was stopped."""
        if self._stopped:
            raise StoppedError("the context was stopped; make a new SparkContext")
