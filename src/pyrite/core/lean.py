"""Small classes of values that are quick to make, to build and to pickle.

What `dataclasses` makes of a class takes some 0.3 ms when the program starts, and as much again
for a pickle as for all that is in it: with a hundred such classes, that would be half of the time
that Pyrite takes to start. These have what Pyrite needs of it: an ``__init__``, equality by
fields, a hash, a ``repr``, patterns by position, and a pickle of the fields alone. That values do
not change is for type checkers to see to.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeVar, cast, dataclass_transform

T = TypeVar("T")


class _Fresh:
    def __init__(self, factory: Callable[[], Any]) -> None:
        self.factory = factory


def fresh(*, factory: Callable[[], T]) -> T:
    """The default of a field that is made anew for each object."""
    default: Any = _Fresh(factory)
    return cast(T, default)


@dataclass_transform(frozen_default=True, field_specifiers=(fresh,))
def value(cls: type[T]) -> type[T]:
    """Make a class of the fields that it lists, which do not change.

    Example:
        >>> @value
        ... class Place:
        ...     node: str
        ...     worker: int = 0
        >>> Place("a"), Place("a") == Place(node="a", worker=0), replace(Place("a"), worker=2)
        (Place(node='a', worker=0), True, Place(node='a', worker=2))
    """
    made: type[T] = _by_fields(_equipped(cls))
    return made


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(fresh,))
def entity(cls: type[T]) -> type[T]:
    """The same of a class whose objects equal none but themselves."""
    made: type[T] = _equipped(cls)
    return made


@dataclass_transform(field_specifiers=(fresh,))
def state(cls: type[T]) -> type[T]:
    """Make a class of the fields that it lists, which may change: it has no hash."""
    made: type[T] = _by_fields(_equipped(cls))
    made.__hash__ = None  # type: ignore[assignment]
    return made


def fields(value: Any) -> tuple[Any, ...]:
    """What the fields of such an object are."""
    return tuple([getattr(value, name) for name in value.__match_args__])


def replace(original: T, **changes: Any) -> T:
    """Another such object, with other fields."""
    names: tuple[str, ...] = original.__match_args__  # type: ignore[attr-defined]
    return type(original)(**dict(zip(names, fields(original), strict=True)) | changes)


def _by_fields(cls: Any) -> Any:
    values = _getter(cls.__match_args__)

    def __eq__(self: Any, other: object) -> Any:
        return values(self) == values(other) if type(other) is type(self) else NotImplemented

    cls.__eq__ = __eq__
    cls.__hash__ = lambda self: hash(values(self))
    return cls


def _equipped(cls: Any) -> Any:
    notes = cls.__annotations__
    names = tuple(name for name in notes if "ClassVar" not in notes[name])
    values = _getter(names)

    def __repr__(self: Any) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__qualname__}({shown})"

    def __reduce__(self: Any) -> tuple[Any, tuple[Any, ...]]:
        return type(self), values(self)

    made: dict[str, Any] = {"__match_args__": names, "__init__": _first_init(cls)}
    made |= {"__repr__": __repr__, "__reduce__": __reduce__}
    for name, method in made.items():
        if name not in cls.__dict__:
            setattr(cls, name, method)
    return cls


def _getter(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple([getattr(value, name) for name in names])


def _first_init(cls: Any) -> Any:
    """An ``__init__`` that makes the real one when it is first called: few programs use all."""

    def __init__(self: Any, *arguments: Any, **named: Any) -> None:
        cls.__init__ = made = _init(cls)
        made(self, *arguments, **named)

    return __init__


def _init(cls: Any) -> Any:
    parameters, lines = [], []
    known: dict[str, Any] = {"_fresh": _Fresh}
    for name in cls.__match_args__:
        default = cls.__dict__.get(name, _init)  # itself stands for none
        if isinstance(default, _Fresh):
            known[f"_{name}"] = default.factory
            parameters.append(f"{name}=_fresh")
            lines.append(f"self.{name} = _{name}() if {name} is _fresh else {name}")
            continue
        known[f"_{name}"] = default
        parameters.append(name if default is _init else f"{name}=_{name}")
        lines.append(f"self.{name} = {name}")
    body = "\n ".join(lines) or "pass"
    exec(f"def __init__(self, {', '.join(parameters)}):\n {body}", known)
    return known["__init__"]
