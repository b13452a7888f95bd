"""The words of text, counted: a block's bytes at once.

A word of up to 16 bytes is one or two 64-bit numbers. A table in numpy holds words that were met
before, one a slot; the slot of each word of a block, whether it is the word's own, and how often
each was hit are worked out for all of them together. Words that are not in the table are counted
one by one in a dict, in their order, and then enter the table. So the dict's keys come in the order
of their first occurrences, as if all had been counted one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from pyrite.batch.text import Words
from pyrite.compile.tools import TOOLS

Vector: TypeAlias = Any
"""An array of numpy's, which may not be there for type checkers."""

_SHORT_BITS, _LONG_BITS = 17, 16
_SHORT, _LONG = 8, 16
_MULTIPLIER = 0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio: Knuth, TAOCP 3, 6.4
_PENDING = 1 << 20
_TRIAL_BLOCKS = 16
_NUMBER = "<u8"
_NONE = 2**64 - 1
"""No word's: UTF-8 has no byte 255."""
_NEWLINE = 10

_SPACES = b"\t\n\v\f\r\x1c\x1d\x1e\x1f "
"""What `str.split` takes for white space, of ASCII."""
_OTHER_SPACES = re.compile(
    b"\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2(?:\x80[\x80-\x8a\xa8\xa9\xaf]|\x81\x9f)|\xe3\x80\x80"
)
"""And of the rest of Unicode, in UTF-8."""


class WordCounter:
    """Counts the words of blocks into a dict.

    Parameters:
        words: which.
        table: word -> how often.
        np: numpy.
    """

    def __init__(self, words: Words, table: dict[Any, Any], np: Any) -> None:
        self._words = words
        self._table = table
        self._np = np
        self._count: Callable[[dict[Any, Any], list[str]], None] = TOOLS["count_items"]
        self._is_space = np.zeros(256, bool)
        self._is_space[list(_SPACES)] = True
        self._masks = np.array([256**length - 1 for length in range(_SHORT + 1)], np.uint64)
        self._short = _Slots(np, _SHORT_BITS, 1)
        self._long = _Slots(np, _LONG_BITS, 2)
        self._blocks = self._seen = self._missed = 0

    def add(self, block: bytes) -> bool:
        """Count the words of a block of whole lines; or do nothing, and give False.

        It is False where a word may be other than its bytes, and where most words are new, so that
        there is nothing to be gained.
        """
        if self._blocks > _TRIAL_BLOCKS and self._missed * 2 > self._seen:
            return False
        text = self._sound(block)
        if text is None:
            return False
        if text:
            self._add(text)
        self._blocks += 1
        return True

    def settle(self) -> None:
        """Bring the dict up to date, and begin anew: it may be emptied now."""
        table = self._table
        for slots in (self._short, self._long):
            for word, count in slots.take():
                table[word.decode()] += count

    def _sound(self, block: bytes) -> bytes | None:
        """The block as it is to be cut; None if it must be read as text."""
        words = self._words
        if b"\0" in block:
            return None
        if not block.isascii():
            if words.lower or (words.separator is None and _OTHER_SPACES.search(block)):
                return None
            try:
                block.decode()
            except UnicodeDecodeError:
                return None
        if words.lower:
            block = block.lower()
        if words.separator is not None and b"\r" in block:  # which white space would be
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return block

    def _add(self, text: bytes) -> None:
        np = self._np
        text += b"" if text.endswith(b"\n") else b"\n"
        padding = bytes(-len(text) % _SHORT + 3 * _SHORT)
        numbers = np.frombuffer(text + padding, _NUMBER)
        starts, lengths = self._cut(np.frombuffer(text, np.uint8))
        first = self._eight_bytes(numbers, starts, lengths)
        slots = self._short.slots(first)
        known = self._short.hit(slots, lengths <= _SHORT, first)
        long = np.flatnonzero((lengths > _SHORT) & (lengths <= _LONG))
        keys = (
            first[long],
            self._eight_bytes(numbers, starts[long] + _SHORT, lengths[long] - _SHORT),
        )
        slots[long] = self._long.slots(*keys)
        known[long] = self._long.hit(slots[long], np.ones(len(long), bool), *keys)
        missed = np.flatnonzero(~known)
        self._seen += len(starts)
        self._missed += len(missed)
        begins, ends = starts[missed], starts[missed] + lengths[missed]
        spans = zip(begins.tolist(), ends.tolist(), strict=True)
        if text.isascii():
            string = text.decode()
            self._count(self._table, [string[begin:end] for begin, end in spans])
        else:
            self._count(self._table, [text[begin:end].decode() for begin, end in spans])
        short = missed[lengths[missed] <= _SHORT]
        self._short.learn(slots[short], first[short])
        new = ~known[long]
        self._long.learn(slots[long][new], keys[0][new], keys[1][new])

    def _cut(self, text: Vector) -> tuple[Vector, Vector]:
        """Where words begin, and their lengths in bytes."""
        np = self._np
        separator = self._words.separator
        if separator is None:
            ends = np.flatnonzero(text <= _SPACES[-1])
            # Control characters before the tabulator, and from 14 to 27, are none.
            if ((text < _SPACES[0]) | ((text - np.uint8(14)) < np.uint8(14))).any():
                ends = ends[self._is_space[text[ends]]]
        else:
            ends = np.flatnonzero((text == ord(separator)) | (text == _NEWLINE))
        starts = np.empty_like(ends)
        starts[0] = 0
        np.add(ends[:-1], 1, out=starts[1:])
        lengths = ends - starts
        if separator is None or not self._words.empty:
            some = np.flatnonzero(lengths)
            starts, lengths = starts[some], lengths[some]
        return starts, lengths

    def _eight_bytes(self, numbers: Vector, starts: Vector, lengths: Vector) -> Vector:
        """The bytes from each start on, up to eight, as a number; zeros follow."""
        np = self._np
        word = starts >> 3
        shift = ((starts & 7) << 3).astype(np.uint64)
        low = numbers[word] >> shift
        high = (numbers[word + 1] << np.uint64(1)) << (np.uint64(63) - shift)
        return (low | high) & self._masks[np.minimum(lengths, _SHORT)]


class _Slots:
    """A table of words of so many numbers each, one a slot, and how often each was hit."""

    def __init__(self, np: Any, bits: int, width: int) -> None:
        self._np = np
        self._bits = bits
        self._keys = [np.full(1 << bits, _NONE, _NUMBER) for _ in range(width)]
        self._hits: list[Vector] = []
        self._pending = 0
        self._size = 1 << bits
        self._counts = np.zeros(self._size, np.int64)

    def slots(self, *keys: Vector) -> Vector:
        """The one slot in which each word may be."""
        np = self._np
        mixed = keys[0] * np.uint64(_MULTIPLIER)
        for key in keys[1:]:
            mixed = (mixed ^ key) * np.uint64(_MULTIPLIER)
        return (mixed >> np.uint64(64 - self._bits)).astype(np.int64)

    def hit(self, slots: Vector, possible: Vector, *keys: Vector) -> Vector:
        """Count the words that are in their slots or beside them; say which are.

        Parameters:
            possible: which are to be looked for.
        """
        np = self._np
        known = self._equal(slots, keys) & possible
        missed = np.flatnonzero(possible > known)
        beside = slots[missed] ^ 1
        there = np.flatnonzero(self._equal(beside, [key[missed] for key in keys]))
        known[missed[there]] = True
        slots = np.where(known, slots, self._size)
        slots[missed[there]] = beside[there]
        self._hits.append(slots)
        self._pending += len(slots)
        if self._pending > _PENDING:
            self._settle()
        return known

    def learn(self, slots: Vector, *keys: Vector) -> None:
        """Let words that were missed have their slots, or those beside them, where these are
        free. (Of two words for one slot the last has it: so numpy says of repeated indices.)"""
        free = self._keys[0][slots] == self._np.uint64(_NONE)
        self._put(slots[free], [key[free] for key in keys])
        slots, keys = slots[~free] ^ 1, tuple(key[~free] for key in keys)
        free = self._keys[0][slots] == self._np.uint64(_NONE)
        self._put(slots[free], [key[free] for key in keys])

    def _put(self, slots: Vector, keys: Sequence[Vector]) -> None:
        for column, key in zip(self._keys, keys, strict=True):
            column[slots] = key

    def _equal(self, slots: Vector, keys: Sequence[Vector]) -> Vector:
        equal = self._keys[0][slots] == keys[0]
        for column, key in zip(self._keys[1:], keys[1:], strict=True):
            equal &= column[slots] == key
        return equal

    def take(self) -> Iterator[tuple[bytes, int]]:
        """The words that were hit, and how often, since they were last taken. Forgets them."""
        np = self._np
        self._settle()
        used = np.flatnonzero(self._counts)
        words = np.stack([column[used] for column in self._keys], axis=1)
        texts = words.view(f"S{_SHORT * len(self._keys)}")[:, 0].tolist()  # without zeros behind
        counts = self._counts[used].tolist()
        self._counts[:] = 0
        for column in self._keys:
            column[:] = _NONE
        return zip(texts, counts, strict=True)

    def _settle(self) -> None:
        np = self._np
        if self._hits:
            hits = np.concatenate(self._hits)  # and in the slot after the last, the misses
            self._counts += np.bincount(hits, minlength=self._size + 1)[:-1]
        self._hits.clear()
        self._pending = 0
