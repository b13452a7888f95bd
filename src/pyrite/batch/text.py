"""Steps over lines of text that a kernel can do."""

from __future__ import annotations

from pyrite.batch.proof import Proof
from pyrite.core.lean import value


@value
class Words:
    """Which words of lines are meant.

    Parameters:
        separator: between words, of one character; none for white space, as in `str.split`.
        lower: in lower case.
        empty: empty ones, too.
    """

    separator: str | None
    lower: bool = False
    empty: bool = True

    def __str__(self) -> str:
        at = "at white space" if self.separator is None else f"at each {self.separator!r}"
        lower = ", in lower case" if self.lower else ""
        some = "" if self.separator is None or self.empty else ", but for empty ones"
        return f"words of text, cut {at}{lower}{some}"


@value
class WordCount:
    """A stage that counts words of text."""

    words: Words
    proof: Proof

    def __str__(self) -> str:
        where = "in blocks of UTF-8 without zero bytes"
        if self.words.lower:
            where = "in blocks of ASCII without zero bytes"
        elif self.words.separator is None:
            where += " and white space beyond ASCII"
        return f"{self.words}, counted with numpy {where}"
