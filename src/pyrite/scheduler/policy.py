"""The scheduler's limits and delays, in one frozen value. All times are in seconds."""

from __future__ import annotations

from pyrite.core.lean import value


@value
class Policy:
    """
    Parameters:
        max_attempts: failures of one task that fail its jobs. Cancelled attempts and those that
            could not read their input are not counted. A barrier stage fails as one task does:
            once for each try.
        max_fetch_failures: epochs in a row in which a stage could not read its inputs, without
            one of its tasks finishing, that fail its jobs.
        locality_wait: how long an idle worker holds out for a task whose input lies in its own
            place before it takes a task that would rather run elsewhere. Pinned tasks wait for
            their place however long, those of barrier stages for no time.
        task_timeout: an attempt that reports no progress for this long is hung; 0 means never.
        cancel_grace: a worker that has not stopped a cancelled attempt after this long is
            killed; 0 means never.
        speculation: run a second copy of tasks that are much slower than their siblings.
        speculation_quantile: share of a stage's tasks that must be done before copies are run.
        speculation_multiplier: how many times the median run time counts as slow.
        speculation_min_runtime: no attempt younger than this is slow.
        speculation_interval: how often to look for slow tasks.
    """

    max_attempts: int = 4
    max_fetch_failures: int = 4
    locality_wait: float = 0.0
    task_timeout: float = 0.0
    cancel_grace: float = 10.0
    speculation: bool = False
    speculation_quantile: float = 0.9
    speculation_multiplier: float = 3.0
    speculation_min_runtime: float = 0.1
    speculation_interval: float = 0.1
