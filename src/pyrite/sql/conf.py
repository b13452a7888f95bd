"""`RuntimeConfig`: the settings of a session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyrite.core.settings import ALL
from pyrite.sql.errors import AnalysisException

_UNSET = object()
_AT_THE_START = {
    *(name for setting in ALL for name in setting.names),
    "spark.master",
    "spark.app.name",
}


def written(value: object) -> str:
    """A value as Spark SQL writes it: ``true``, not ``True``."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class RuntimeConfig:
    """Settings by name, for the program's own use: the engine reads its own when it starts."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    @property
    def getAll(self) -> dict[str, str]:
        return dict(self._values)

    def get(self, key: str, default: Any = _UNSET) -> Any:
        """The value of ``key``, or ``default``.

        Raises:
            KeyError: it is not set, and no default is given.
        """
        if key in self._values:
            return self._values[key]
        if default is _UNSET:
            raise KeyError(f"{key} is not set; give a default, as in conf.get({key!r}, None)")
        return default

    def set(self, key: str, value: str | int | bool) -> None:
        """Set one.

        Raises:
            AnalysisException: the engine has read it already.
        """
        if not self.isModifiable(key):
            raise AnalysisException(
                f"{key} is read when the context starts: set it on SparkSession.builder, or on the "
                f"SparkConf"
            )
        self._values[key] = written(value)

    def unset(self, key: str) -> None:
        self._values.pop(key, None)

    def isModifiable(self, key: str) -> bool:
        """Whether `set` may change it."""
        return key not in _AT_THE_START
