"""What a program came to, as plain data that two engines can be compared by."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Program = Callable[[Any], Any]
"""Takes a context, PySpark's or Pyrite's, and gives a result."""


@dataclass(frozen=True)
class Value:
    """A program's result: lists, tuples, sets, dicts and scalars only."""

    data: Any


@dataclass(frozen=True)
class Raised:
    """The exception that ended a program.

    Parameters:
        kind: its class, or the nearest base that is no class of the engine's.
        text: the first line of its message.
    """

    kind: str
    text: str


@dataclass(frozen=True)
class Bag:
    """Records that come in an order nobody promises."""

    records: Iterable[Any]


def outcome(program: Program, context: Any) -> Value | Raised:
    """Run ``program``; its result or its exception."""
    try:
        return Value(plain(program(context)))
    except Exception as error:
        return _raised(error)


def plain(value: Any) -> Any:
    """``value`` without either engine's own classes; bags are put in one order."""
    match value:
        case Bag(records):
            return ["in any order", *sorted(map(plain, records), key=canonical)]
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset() if type(value).__module__ == "builtins":
            return type(value)(map(plain, value))
        case str() | bytes() | tuple():
            return value
        case _ if hasattr(value, "asDict"):  # StatCounter
            return plain(value.asDict())
        case _ if hasattr(value, "item"):  # a number of NumPy's
            return value.item()
        case Iterable():  # the values of a group
            return [plain(item) for item in value]
        case _:
            return value


def canonical(value: Any) -> str:
    """A text that is the same for equal plain values of the same types."""
    match value:
        case dict():
            return f"{{{sorted((canonical(k), canonical(v)) for k, v in value.items())}}}"
        case set() | frozenset():
            return f"{type(value).__name__}{sorted(map(canonical, value))}"
        case list() | tuple():
            return f"{type(value).__name__}{list(map(canonical, value))}"
        case _:
            return repr(value)


def agree(one: Any, other: Any) -> bool:
    """Whether two plain values are equal in value and type; floats up to rounding."""
    if type(one) is not type(other):
        return False
    match one:
        case float():
            same_nan = math.isnan(one) and math.isnan(other)
            return same_nan or math.isclose(one, other, rel_tol=1e-12)
        case list() | tuple():
            return len(one) == len(other) and all(map(agree, one, other))
        case dict():
            return one.keys() == other.keys() and all(agree(one[k], other[k]) for k in one)
        case Value():
            return agree(one.data, other.data)
        case set() | frozenset():
            return canonical(one) == canonical(other)
        case _:
            return bool(one == other)


def _raised(error: Exception) -> Raised:
    if hasattr(error, "java_exception"):
        return _raised_in_jvm(error)
    engines = ("pyrite", "pyspark")
    kinds = type(error).__mro__
    kind = next(each for each in kinds if each.__module__.partition(".")[0] not in engines)
    return Raised(kind.__name__, _first_line(str(error)))


def _raised_in_jvm(error: Any) -> Raised:
    """What PySpark shows of an exception of a task: the Python traceback in the JVM's message."""
    text = str(error.java_exception)
    python = re.findall(r"^(?:\w+\.)*(\w+)(?:: (.*))?$", text.partition("Traceback")[2], re.M)
    if python:
        return Raised(*python[-1])
    kind, _, message = text.partition(": ")
    return Raised(kind.rpartition(".")[2], _first_line(message))


def _first_line(text: str) -> str:
    return text.partition("\n")[0]
