"""The scheduler: a pure state machine that decides which task attempt runs where and when.

Start reading at `state`; `graph` decides which stages run, `history` tells why a task did.
"""

from pyrite.scheduler.policy import Policy
from pyrite.scheduler.state import SchedulerState

__all__ = ["Policy", "SchedulerState"]
