"""For tests of programs on Pyrite: a context for the whole session, and a comparison of datasets.

pytest finds this module by itself where Pyrite is installed. Nothing of the engine is imported
until a test asks for it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from pyrite.pytest_plugin.compare import assert_rdd_equal

if TYPE_CHECKING:
    from pyrite.api.context import SparkContext
    from pyrite.sql.session import SparkSession

__all__ = ["assert_rdd_equal", "spark_context", "spark_session"]


@dataclass
class _Shared:
    """The session's context, once there is one."""

    context: SparkContext | None = None
    persisted: set[int] = field(default_factory=set)

    @property
    def running(self) -> SparkContext | None:
        return None if self.context is None or self.context._stopped else self.context

    def begin(self) -> None:
        """A test begins."""
        context = self.running
        self.persisted = set(context._driver.persisted) if context else set()

    def end(self) -> None:
        """It ended: what it left behind in the context goes."""
        if context := self.running:
            context.cancelAllJobs()
            context._properties.restore({})
            for dataset in set(context._driver.persisted) - self.persisted:
                context._driver.unpersist(dataset)


_SHARED = pytest.StashKey[_Shared]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("pyrite_master", "Master of the fixture spark_context.", default="local[2]")
    parser.addini(
        "pyrite_settings", "Its further settings: NAME=VALUE, one a line.", type="linelist"
    )
    parser.addini(
        "pyrite_as_pyspark",
        "Whether `import pyspark` gives Pyrite in the tests.",
        type="bool",
        default=False,
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_SHARED] = _Shared()
    if config.getini("pyrite_as_pyspark"):
        from pyrite import compat

        compat.install()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Each test finds the context as the first one did."""
    shared = item.config.stash[_SHARED]
    shared.begin()
    try:
        return (yield)
    finally:
        shared.end()


@pytest.fixture(scope="session")
def spark_context(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SparkContext]:
    """A SparkContext for all tests of the session; do not stop it.

    After each test its jobs are cancelled, what it persisted is unpersisted, and its job groups
    and other local properties are cleared.
    """
    from pyrite import SparkConf, SparkContext

    conf = SparkConf(loadDefaults=False).setMaster(pytestconfig.getini("pyrite_master"))
    conf.setAppName("tests").set("pyrite.progress", "false")
    conf.set("pyrite.local.dir", str(tmp_path_factory.mktemp("pyrite")))
    for line in pytestconfig.getini("pyrite_settings"):
        name, equals, value = line.partition("=")
        if not equals:
            raise pytest.UsageError(f"pyrite_settings: {line!r} is not of the form NAME=VALUE")
        conf.set(name.strip(), value.strip())
    with SparkContext(conf=conf) as context:
        pytestconfig.stash[_SHARED].context = context
        yield context


@pytest.fixture(scope="session")
def spark_session(spark_context: SparkContext) -> SparkSession:
    """A SparkSession of `spark_context`."""
    from pyrite.sql import SparkSession

    return SparkSession(spark_context)
