"""`DataFrameReader`: text files, as rows of one field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from pyrite.api.context import SparkContext
from pyrite.api.rdd import RDD
from pyrite.core.errors import UnsupportedAttributeError, UnsupportedError
from pyrite.sql.row import Row, named


class DataFrameReader:
    """What ``spark.read`` gives: `text`, and ``format("text").load(path)``."""

    def __init__(self, context: SparkContext) -> None:
        self._context = context
        self._options: dict[str, Any] = {}

    def format(self, source: str) -> DataFrameReader:
        if source != "text":
            raise UnsupportedError(f"spark.read.format({source!r}): {_ADVICE}")
        return self

    def option(self, key: str, value: Any) -> DataFrameReader:
        return self.options(**{key: value})

    def options(self, **options: Any) -> DataFrameReader:
        self._options.update(options)
        return self

    def load(self, path: str | list[str]) -> TextFrame:
        return self.text(path)

    def text(self, paths: str | list[str], wholetext: bool = False, **options: Any) -> TextFrame:
        """The lines of text files: ``.rdd`` gives a row of the field ``value`` for each.

        Parameters:
            paths: files, folders or patterns, as `SparkContext.textFile` takes them.
            wholetext: a row for each file, not for each line.

        Raises:
            UnsupportedError: another option is given.
        """
        given = {"wholetext": wholetext, **self._options, **options}
        whole = str(given.pop("wholetext")).lower() == "true"
        if given:
            raise UnsupportedError(
                f"spark.read.text has no option {min(given)} yet; use sc.textFile(path) and RDDs"
            )
        address = paths if isinstance(paths, str) else ",".join(paths)
        if whole:
            return TextFrame(self._context.wholeTextFiles(address).values())
        from pyrite.sql.files import PackedTextSource

        workers = self._context.defaultParallelism
        source = PackedTextSource(address, errors="replace", side_by_side=workers)
        return TextFrame(self._context._source(source))

    if not TYPE_CHECKING:  # to whom a name that is not there is an error

        def __getattr__(self, name: str) -> Any:
            _refuse("spark.read", name)


class TextFrame:
    """Lines of text. All it can is to give them as an RDD."""

    def __init__(self, lines: RDD[str]) -> None:
        self._lines = lines

    @property
    def rdd(self) -> RDD[Row]:
        """``Row(value=line)`` for each line."""
        return self._lines.map(_row)

    if not TYPE_CHECKING:  # to whom a name that is not there is an error

        def __getattr__(self, name: str) -> Any:
            _refuse("DataFrame", name)


_ADVICE = (
    "DataFrames are to come. Today spark.read.text(path).rdd gives the lines of text files; parse "
    "them with the csv or json modules in map or mapPartitions"
)


def _row(line: str) -> Row:
    return named(_FIELDS, (line,))


_FIELDS = ["value"]


def _refuse(owner: str, name: str) -> NoReturn:
    if name.startswith("_"):
        raise AttributeError(f"{owner} has no attribute {name!r}")
    raise UnsupportedAttributeError(f"{owner}.{name}: {_ADVICE}")
