"""`SparkSession`, for programs that only reach through it: to the context, or to lines of text.

The rest of it comes with DataFrames; until then it raises `UnsupportedError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from pyrite.api.conf import SparkConf
from pyrite.api.context import SparkContext
from pyrite.core.absent import refuse_name
from pyrite.core.advice import SESSION_NAMES
from pyrite.core.errors import DriverOnlyError, UnsupportedAttributeError, UnsupportedError
from pyrite.sql.conf import RuntimeConfig, written
from pyrite.sql.reader import DataFrameReader


class Builder:
    """Gathers settings for a session. Each call returns the object."""

    def __init__(self) -> None:
        self._options: dict[str, str] = {}

    def master(self, master: str) -> Builder:
        return self.config("spark.master", master)

    def appName(self, name: str) -> Builder:
        return self.config("spark.app.name", name)

    def enableHiveSupport(self) -> Builder:
        """Taken, for there is nothing yet that would ask Hive."""
        return self

    def remote(self, url: str) -> NoReturn:
        raise UnsupportedError(
            f"Pyrite is no client of a Spark Connect server such as {url}; use master('local[*]')"
        )

    def config(
        self,
        key: str | None = None,
        value: object = None,
        conf: SparkConf | None = None,
        *,
        map: Mapping[str, object] | None = None,
    ) -> Builder:
        """Set one by ``key`` and ``value``, or many by ``conf`` or ``map``."""
        one = {} if key is None else {key: value}
        given = {**(dict(conf.getAll()) if conf else {}), **(map or {}), **one}
        self._options.update((name, written(each)) for name, each in given.items())
        return self

    def getOrCreate(self) -> SparkSession:
        """The session there is, with these settings in its `conf`; or a new one.

        It takes the running `SparkContext`, or makes one of these settings.
        """
        session = SparkSession.getActiveSession()
        if session is None:
            return self.create()
        for key, value in self._options.items():
            session.conf._values[key] = value
        return session

    def create(self) -> SparkSession:
        """A new session, on the running context or a new one."""
        context = SparkContext.getOrCreate(SparkConf().setAll(self._options.items()))
        return SparkSession(context, options=self._options)


class _Fresh:
    """``SparkSession.builder``: a new one for who asks."""

    def __get__(self, session: SparkSession | None, owner: type[SparkSession]) -> Builder:
        return Builder()


class SparkSession:
    """A way to a `SparkContext`, and to lines of text.

    Parameters:
        sparkContext: the context it is a session of.
        options: what its `conf` holds beside the settings of the context.

    Example:
        >>> spark = SparkSession.builder.master("local[2]").getOrCreate()
        >>> spark.sparkContext.range(4).sum()
        6
        >>> spark.createDataFrame([(1, 2)])
        Traceback (most recent call last):
        ...
        pyrite.core.errors.UnsupportedAttributeError: SparkSession.createDataFrame: ...
    """

    Builder = Builder
    builder = _Fresh()
    _active: ClassVar[SparkSession | None] = None

    def __init__(
        self,
        sparkContext: SparkContext,
        jsparkSession: None = None,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self._sc = sparkContext
        self.conf = RuntimeConfig({**dict(sparkContext.getConf().getAll()), **(options or {})})
        """Settings by name."""
        SparkSession._active = self

    @classmethod
    def getActiveSession(cls) -> SparkSession | None:
        """The session made last, if its context still runs."""
        session = SparkSession._active
        return None if session is None or session._sc._stopped else session

    @classmethod
    def active(cls) -> SparkSession:
        """The session made last.

        Raises:
            DriverOnlyError: there is none.
        """
        session = cls.getActiveSession()
        if session is None:
            raise DriverOnlyError("there is no session; make one with SparkSession.builder")
        return session

    def newSession(self) -> SparkSession:
        """Another session of the same context, with settings of its own."""
        active = SparkSession._active
        session = SparkSession(self._sc)
        SparkSession._active = active
        return session

    @property
    def sparkContext(self) -> SparkContext:
        """The context, which has all there is."""
        return self._sc

    @property
    def version(self) -> str:
        """As `SparkContext.version`."""
        return self._sc.version

    @property
    def read(self) -> DataFrameReader:
        """Reads lines of text."""
        return DataFrameReader(self._sc)

    def stop(self) -> None:
        """Stop the context."""
        self._sc.stop()

    def __enter__(self) -> SparkSession:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __reduce__(self) -> NoReturn:
        self._sc.__reduce__()

    def __repr__(self) -> str:
        return f"<SparkSession of {self._sc!r}>"

    if not TYPE_CHECKING:  # to whom a name that is not there is an error

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                refuse_name(self, SESSION_NAMES, name)
            raise UnsupportedAttributeError(
                f"SparkSession.{name}: DataFrames and SQL are to come. Today a session has "
                f"sparkContext, read.text(path).rdd, conf and stop(); use RDDs of its sparkContext"
            )
