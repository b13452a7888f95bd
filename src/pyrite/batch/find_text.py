"""Steps over lines of text that a kernel can do: how to recognise them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TypeGuard

from pyrite.batch.formula import Formula, formula, is_addition, is_identity
from pyrite.batch.proof import Proof
from pyrite.batch.text import WordCount, Words
from pyrite.compile.ends import Combine, functions_of
from pyrite.compile.source import Sources
from pyrite.core.lean import replace
from pyrite.lineage.ops import Filter, FlatMap, Map, Op


def word_count(sources: Sources, ops: Sequence[Op], end: Combine) -> WordCount | None:
    """The kernel for these steps over the lines of a text, if there is one."""
    words = _words(sources, ops)
    if words is None or (words.lower and (words.separator or " ").isalpha()):
        return None
    if not is_identity(sources, end.create) or not is_addition(sources, end.merge_value):
        return None
    return WordCount(words, Proof.of([*(op.function for op in ops), *functions_of(end)]))


def _words(sources: Sources, ops: Sequence[Op]) -> Words | None:
    """The words that steps make of lines, each paired with 1."""
    words = Words(None)
    made = "lines"
    for op in ops:
        found = formula(sources, op.function, 1)
        if found is None:
            return None
        match op:
            case Map() if made != "pairs" and _methods(found, found.value) == ["lower"]:
                words = replace(words, lower=True)
            case FlatMap() if made == "lines" and (cut := _split(found)) is not None:
                words, made = replace(cut, lower=cut.lower or words.lower), "words"
            case Filter() if made == "words" and _is_not_empty(found):
                words = replace(words, empty=False)
            case Map() if made == "words" and (methods := _paired(found)) is not None:
                words, made = replace(words, lower=words.lower or bool(methods)), "pairs"
            case _:
                return None
    return words if made == "pairs" else None


def _methods(found: Formula, node: ast.expr) -> list[str] | None:
    """The methods that are called without arguments on the parameter, the last one first."""
    names = []
    while True:
        match node:
            case ast.Call(ast.Attribute(inner, name), [], []):
                names.append(str(name))
                node = inner
            case _:
                return names if found.is_parameter(node) else None


def _split(found: Formula) -> Words | None:
    """``line.split()``, ``line.lower().split(",")`` and the like."""
    match found.value:
        case ast.Call(ast.Attribute(line, "split"), [], []):
            separator = None
        case ast.Call(ast.Attribute(line, "split"), [ast.Constant(value)], []):
            if value is not None and not _is_separator(value):
                return None
            separator = None if value is None else value
        case _:
            return None
    methods = _methods(found, line)
    if methods is None or not {"lower", "strip"}.issuperset(methods):
        return None
    if separator is not None and "strip" in methods:
        return None
    return Words(separator, lower="lower" in methods)


def _is_separator(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and len(value) == 1 and (" " <= value <= "~" or value == "\t")


def _paired(found: Formula) -> list[str] | None:
    """For ``(word, 1)`` or ``(word.lower(), 1)``, the methods."""
    match found.value:
        case ast.Tuple([word, ast.Constant(one)]) if type(one) is int and one == 1:
            methods = _methods(found, word)
            return methods if methods in ([], ["lower"]) else None
    return None


def _is_not_empty(found: Formula) -> bool:
    """``word`` or ``word != ""``."""
    match found.value:
        case ast.Compare(word, [ast.NotEq()], [ast.Constant("")]):
            return found.is_parameter(word)
    return found.is_parameter(found.value)
