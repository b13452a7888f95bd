"""What a text must have in it for a regular expression to be found there.

Looking for a few plain texts is many times faster than a search: most lines of a log need no more.
This is what grep programs do; after the "required literals" of R. Cox, "Regular Expression
Matching with a Trigram Index" (2012), without the trigrams.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

Wanted: TypeAlias = tuple[tuple[str, ...], ...]
"""Sets of texts, of each of which one must be there."""

_MOST_SETS = 2
_MOST_TEXTS = 4
_LEAST = 3
"""Shorter texts are likely to be there anyway."""

_WARNED_OF = ("[[", "--", "&&", "~~", "||")
"""What the parser may warn of, as it did when the pattern was made. It is not parsed again: filters
of warnings are the whole process's, so that no thread can hold back its own."""


def wanted(pattern: re.Pattern[Any]) -> Wanted:
    """What must be in a text that ``pattern`` is found in; nothing if that is not known.

    Example:
        >>> wanted(re.compile(r"(ERROR|WARN).*[Ff]ailed"))
        (('ERROR', 'WARN'), ('ailed',))
    """
    if not isinstance(pattern.pattern, str) or pattern.flags & re.IGNORECASE:
        return ()
    if any(each in pattern.pattern for each in _WARNED_OF):
        return ()
    try:
        sets = _sets(_parser().parse(pattern.pattern, pattern.flags))
    except Exception:  # a part of Python's that may change, and nothing depends on
        return ()
    good = [each for each in sets if len(each) <= _MOST_TEXTS and min(map(len, each)) >= _LEAST]
    good.sort(key=lambda each: (len(each), -min(map(len, each))))
    return tuple(tuple(dict.fromkeys(each)) for each in sorted(good[:_MOST_SETS], key=sets.index))


def _parser() -> Any:
    from re import _parser  # type: ignore[attr-defined]

    return _parser


def _sets(parsed: Iterable[tuple[Any, Any]]) -> list[Sequence[str]]:
    """Of a sequence of parts: sets of texts, one of each of which must be there."""
    found: list[Sequence[str]] = []
    run = ""
    for kind, argument in parsed:
        if str(kind) == "LITERAL":
            run += chr(argument)
            continue
        found += [[run]] if run else []
        run = ""
        found += _sets_of(str(kind), argument)
    return found + ([[run]] if run else [])


def _sets_of(kind: str, argument: Any) -> list[Sequence[str]]:
    """The same of one part."""
    match kind, argument:
        case "SUBPATTERN", (_, added, _, inner):
            return [] if added & re.IGNORECASE else _sets(inner)
        case "ATOMIC_GROUP", inner:
            return _sets(inner)
        case (("MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT"), (least, _, inner)) if least:
            return _sets(inner)
        case "BRANCH", (_, branches):
            best = [min(_sets(each), key=_rank, default=()) for each in branches]
            return [[text for each in best for text in each]] if all(best) else []
    return []


def _rank(texts: Sequence[str]) -> tuple[int, int]:
    return -min(map(len, texts)), len(texts)
