"""Requests for cores, memory and devices, with PySpark's names, and which of them can be met here.

Every task runs in a worker process of its own, on one core of one machine, within the worker's
memory budget. So a request for one core a task or for some memory is met, or is a hint; a request
for a device, or for more than one core a task, is refused rather than forgotten.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

from pyrite.core.errors import UnsupportedError
from pyrite.core.parsing import MB, parse_bytes

_ids = itertools.count(1)


@dataclass(frozen=True)
class ResourceInformation:
    """A kind of device, and the addresses of those that there are."""

    name: str
    addresses: list[str]


@dataclass(frozen=True)
class ExecutorResourceRequest:
    """What a worker shall have; memory is in MiB."""

    resourceName: str
    amount: int
    discoveryScript: str = ""
    vendor: str = ""


@dataclass(frozen=True)
class TaskResourceRequest:
    """What a task shall have."""

    resourceName: str
    amount: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", float(self.amount))


class ExecutorResourceRequests:
    """Requests for workers. Each call adds one and returns the object.

    Example:
        >>> requests = ExecutorResourceRequests().cores(1).memory("2g")
        >>> requests.requests["memory"].amount
        2048
    """

    def __init__(
        self,
        _jvm: None = None,
        _requests: Mapping[str, ExecutorResourceRequest] | None = None,
    ) -> None:
        self._requests = dict(_requests or {})

    def memory(self, amount: str) -> ExecutorResourceRequests:
        return self.resource("memory", parse_bytes(amount) // MB)

    def memoryOverhead(self, amount: str) -> ExecutorResourceRequests:
        return self.resource("memoryOverhead", parse_bytes(amount) // MB)

    def pysparkMemory(self, amount: str) -> ExecutorResourceRequests:
        return self.resource("pyspark.memory", parse_bytes(amount) // MB)

    def offheapMemory(self, amount: str) -> ExecutorResourceRequests:
        return self.resource("offHeap", parse_bytes(amount) // MB)

    def cores(self, amount: int) -> ExecutorResourceRequests:
        return self.resource("cores", amount)

    def resource(
        self, resourceName: str, amount: int, discoveryScript: str = "", vendor: str = ""
    ) -> ExecutorResourceRequests:
        """A device, such as ``"gpu"``."""
        self._requests[resourceName] = ExecutorResourceRequest(
            resourceName, amount, discoveryScript, vendor
        )
        return self

    @property
    def requests(self) -> dict[str, ExecutorResourceRequest]:
        return self._requests


class TaskResourceRequests:
    """Requests for tasks. Each call adds one and returns the object."""

    def __init__(
        self, _jvm: None = None, _requests: Mapping[str, TaskResourceRequest] | None = None
    ) -> None:
        self._requests = dict(_requests or {})

    def cpus(self, amount: int) -> TaskResourceRequests:
        return self.resource("cpus", amount)

    def resource(self, resourceName: str, amount: float) -> TaskResourceRequests:
        """A device, or a share of one."""
        self._requests[resourceName] = TaskResourceRequest(resourceName, amount)
        return self

    @property
    def requests(self) -> dict[str, TaskResourceRequest]:
        return self._requests


@dataclass(frozen=True, eq=False)
class ResourceProfile:
    """What a dataset's tasks and their workers shall have: `RDD.withResources` takes it."""

    _java_resource_profile: None = field(default=None, repr=False)
    _exec_req: Mapping[str, ExecutorResourceRequest] | None = None
    _task_req: Mapping[str, TaskResourceRequest] | None = None
    id: int = field(default_factory=lambda: next(_ids))

    @property
    def executorResources(self) -> dict[str, ExecutorResourceRequest]:
        return dict(self._exec_req or {})

    @property
    def taskResources(self) -> dict[str, TaskResourceRequest]:
        return dict(self._task_req or {})


class ResourceProfileBuilder:
    """Gathers requests for a `ResourceProfile`.

    Example:
        >>> profile = ResourceProfileBuilder().require(TaskResourceRequests().cpus(1)).build
        >>> profile.taskResources["cpus"].amount
        1.0
    """

    def __init__(self) -> None:
        self._executor: dict[str, ExecutorResourceRequest] = {}
        self._task: dict[str, TaskResourceRequest] = {}

    def require(
        self, resourceRequest: ExecutorResourceRequests | TaskResourceRequests
    ) -> ResourceProfileBuilder:
        if isinstance(resourceRequest, TaskResourceRequests):
            self._task.update(resourceRequest.requests)
        else:
            self._executor.update(resourceRequest.requests)
        return self

    def clearExecutorResourceRequests(self) -> None:
        self._executor = {}

    def clearTaskResourceRequests(self) -> None:
        self._task = {}

    @property
    def executorResources(self) -> dict[str, ExecutorResourceRequest]:
        return self._executor

    @property
    def taskResources(self) -> dict[str, TaskResourceRequest]:
        return self._task

    @property
    def build(self) -> ResourceProfile:
        return ResourceProfile(None, dict(self._executor), dict(self._task))


_HINTS = {"memory", "memoryOverhead", "pyspark.memory", "offHeap", "cores", "cpus"}


def met(profile: ResourceProfile) -> ResourceProfile:
    """``profile``, if this machine's workers meet it.

    Raises:
        UnsupportedError: they do not.
    """
    for name in (*profile.executorResources, *profile.taskResources):
        if name not in _HINTS:
            raise UnsupportedError(
                f"withResources: workers are not given {name!r} devices. Choose the device in the "
                f"function itself, for example by TaskContext.get().partitionId()"
            )
    cpus = profile.taskResources.get("cpus")
    if cpus is not None and cpus.amount > 1:
        raise UnsupportedError(
            f"withResources: a task here has one core, not {cpus.amount:g}. A function may start "
            f"threads of its own; a master such as local[2] leaves cores free for them"
        )
    return profile
