"""What the loop may be told, by the cluster or by callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from pyrite.cluster.base import ClusterEvent
from pyrite.core.ids import NodeId
from pyrite.core.lean import value
from pyrite.driver.job import Job
from pyrite.scheduler import events as heard


class Stop:
    """Ends the loop."""


@value
class ForgetBroadcast:
    """Tasks of later jobs read the broadcast value anew."""

    number: int


@value
class ImportPath:
    """Tasks of later jobs may import from this folder or archive."""

    path: str


@value
class CancelChosen:
    """Ends the jobs that are chosen, of those submitted before."""

    reason: str
    chosen: Callable[[Job], bool]


@value
class Unpersisted:
    """What has been kept of a dataset so far is not wanted any more."""

    dataset: NodeId


@value
class DatasetDropped:
    """Nobody can name a dataset any more that was kept."""

    dataset: NodeId


Message: TypeAlias = (
    ClusterEvent
    | heard.Event
    | Job
    | CancelChosen
    | ForgetBroadcast
    | ImportPath
    | Unpersisted
    | DatasetDropped
    | Stop
)
"""All of it."""
