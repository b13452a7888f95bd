"""`SparkConf`: the settings of a program, as text, with PySpark's methods."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NoReturn

from pyrite.core.absent import refuse_name
from pyrite.core.advice import CONF_NAMES
from pyrite.core.settings import ALL
from pyrite.core.spark_names import without_meaning

SUBMIT_VARIABLE = "PYRITE_SUBMIT_ARGS"
"""Environment variable by which ``pyrite submit`` hands its options to the program, as JSON:
``{"master": ..., "name": ..., "conf": {...}, "py_files": [...]}``."""


def submit_options() -> dict[str, Any]:
    """What ``pyrite submit`` was told, or nothing."""
    given = os.environ.get(SUBMIT_VARIABLE)
    if not given:
        return {}
    import json

    options: dict[str, Any] = json.loads(given)
    return options


_SECRET = re.compile("secret|password|token|access[.]?key", re.IGNORECASE)


class SparkConf:
    """Settings by name. Setters return the object, so that calls can be chained.

    Parameters:
        loadDefaults: start from what ``pyrite submit`` was told.

    Example:
        >>> conf = SparkConf(loadDefaults=False).setMaster("local[2]").setAppName("count")
        >>> conf.get("spark.master"), conf.contains("pyrite.progress")
        ('local[2]', False)
    """

    def __init__(self, loadDefaults: bool = True, _jvm: None = None, _jconf: None = None) -> None:
        self._values: dict[str, str] = {}
        if loadDefaults:
            options = submit_options()
            if master := options.get("master"):
                self.setMaster(master)
            if name := options.get("name"):
                self.setAppName(name)
            self.setAll(options.get("conf", {}).items())

    def set(self, key: str, value: object) -> SparkConf:
        """Set one; ``value`` is kept as ``str`` writes it."""
        self._values[key] = str(value)
        return self

    def setIfMissing(self, key: str, value: object) -> SparkConf:
        """As `set`, unless there is such a setting already."""
        return self if key in self._values else self.set(key, value)

    def setMaster(self, value: str) -> SparkConf:
        """Where to run: ``local``, ``local[N]``, ``local[*]`` or ``local[N,F]``."""
        return self.set("spark.master", value)

    def setAppName(self, value: str) -> SparkConf:
        """A name for people."""
        return self.set("spark.app.name", value)

    def setSparkHome(self, value: str) -> SparkConf:
        """Taken for the sake of PySpark programs; without meaning here."""
        return self.set("spark.home", value)

    def setExecutorEnv(
        self,
        key: str | None = None,
        value: str | None = None,
        pairs: Iterable[tuple[str, str]] | None = None,
    ) -> SparkConf:
        """Environment variables of the workers: one by ``key`` and ``value``, or ``pairs``.

        Raises:
            RuntimeError: both are given, or neither.
        """
        if (key is None) == (pairs is None):
            raise RuntimeError("setExecutorEnv takes either a key and a value, or pairs")
        for name, text in pairs if pairs is not None else [(key, value)]:
            self.set(f"spark.executorEnv.{name}", text)
        return self

    def setAll(self, pairs: Iterable[tuple[str, object]]) -> SparkConf:
        """Set many."""
        for key, value in pairs:
            self.set(key, value)
        return self

    def get(self, key: str, defaultValue: str | None = None) -> str | None:
        """One setting, as text; ``defaultValue`` if it is not set."""
        return self._values.get(key, defaultValue)

    def getAll(self) -> list[tuple[str, str]]:
        """All that are set here, as pairs of name and text; not the defaults of others."""
        return list(self._values.items())

    def contains(self, key: str) -> bool:
        """Whether it is set here."""
        return key in self._values

    def toDebugString(self) -> str:
        """One ``name=value`` a line, sorted; what looks like a secret is not shown."""
        return "\n".join(
            f"{key}={'*********(redacted)' if _SECRET.search(key) else value}"
            for key, value in sorted(self._values.items())
        )

    if not TYPE_CHECKING:  # to whom a name that is not there is an error

        def __getattr__(self, name: str) -> NoReturn:
            refuse_name(self, CONF_NAMES, name)

    def copy(self) -> SparkConf:
        """Another conf with the same settings."""
        return SparkConf(loadDefaults=False).setAll(self._values.items())


def unused(conf: SparkConf) -> str:
    """What to tell of the settings that the engine does not read: one line, or nothing."""
    ours = (name for each in ALL for name in each.names)
    environment = (name for name, _ in conf.getAll() if name.startswith("spark.executorEnv."))
    honoured = {*ours, *environment, "spark.master", "spark.app.name", "spark.home"}
    return without_meaning((name for name, _ in conf.getAll()), honoured)
