"""`Row`: a tuple whose fields have names, as PySpark's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn


class Row(tuple[Any, ...]):
    """A record with named fields. Fields are reached by name, as attribute or item, or by place.

    ``Row(name="Ann", age=7)`` is a row. ``Row("name", "age")`` is a maker of such rows: call it
    with the values.

    Raises:
        ValueError: values with and without names.

    Example:
        >>> row = Row(name="Ann", age=7)
        >>> row.name, row["age"], row[0], "age" in row
        ('Ann', 7, 'Ann', True)
        >>> Person = Row("name", "age")
        >>> Person("Ben", 8)
        Row(name='Ben', age=8)
    """

    __fields__: list[str]

    def __new__(cls, *args: Any, **kwargs: Any) -> Row:
        if args and kwargs:
            raise ValueError("Can not use both args and kwargs to create Row: name all or none")
        return named(list(kwargs), kwargs.values()) if kwargs else super().__new__(cls, args)

    def __call__(self, *args: Any) -> Row:
        """A row of these values, with the names that this one holds."""
        if len(args) > len(self):
            raise ValueError(
                f"Can not create Row with fields {self}, expected {len(self)} values but got {args}"
            )
        return named(list(self), args)

    def asDict(self, recursive: bool = False) -> dict[str, Any]:
        """Values by name; with ``recursive``, of rows inside lists and dicts too.

        Raises:
            TypeError: the row has no names.
        """
        names = self.__dict__.get("__fields__")
        if names is None:
            raise TypeError("Cannot convert a Row class into dict: it has no names")
        return dict(zip(names, map(_plain, self) if recursive else self, strict=False))

    def __contains__(self, item: object) -> bool:
        return item in self.__dict__.get("__fields__", tuple(self))

    def __getitem__(self, item: Any) -> Any:
        if isinstance(item, int | slice):
            return super().__getitem__(item)
        try:
            return super().__getitem__(self.__fields__.index(item))
        except IndexError:
            raise KeyError(item) from None
        except ValueError:
            raise ValueError(f"{item} is not a field of {self}") from None

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__"):
            try:
                return super().__getitem__(self.__fields__.index(name))
            except (AttributeError, ValueError, IndexError):
                pass
        raise AttributeError(f"{self!r} has no field {name!r}", name=name, obj=self)

    def __setattr__(self, key: str, value: Any) -> NoReturn:
        raise RuntimeError("Row is read-only; make another with Row(**{**row.asDict(), ...})")

    def __reduce__(self) -> tuple[Any, ...]:
        if "__fields__" in self.__dict__:
            return named, (self.__fields__, tuple(self))
        return Row, tuple(self)

    def __repr__(self) -> str:
        if "__fields__" in self.__dict__:
            pairs = zip(self.__fields__, self, strict=False)
            return f"Row({', '.join(f'{name}={value!r}' for name, value in pairs)})"
        return f"<Row({', '.join(map(repr, self))})>"


def named(names: list[str], values: Iterable[Any]) -> Row:
    """A row of these names, which must not be changed, and values."""
    row = tuple.__new__(Row, values)
    row.__dict__["__fields__"] = names
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, Row):
        return value.asDict(recursive=True)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value
