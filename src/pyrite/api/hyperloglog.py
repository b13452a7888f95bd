"""Counting different records in a few bytes, about.

A record's hash chooses a register; the register keeps the longest run of leading zeros that the
rest of such hashes had: the longer it is, the more different ones there were.

Sources: Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog" (AofA 2007); 64-bit hashes as in Heule,
Nunkesser, Hall, "HyperLogLog in Practice" (EDBT 2013); the estimate of Ertl, "New Cardinality
Estimation Algorithms for HyperLogLog Sketches" (arXiv:1702.01284, 2017), algorithm 6, which is
right for few and for many without tables. The mixing of bits is that of SplitMix64 (Steele, Lea,
Flood, OOPSLA 2014).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from pyrite.serial.hashing import mixing_hash

_BITS = 64
_LONG = (1 << _BITS) - 1
_FEWEST = 4


class HyperLogLog:
    """A sketch of a set of records.

    Parameters:
        precision: 2 to the power of it registers, a byte each. The relative standard error of the
            count is about ``1.04 / 2 ** (precision / 2)``.

    Example:
        >>> sketch = HyperLogLog(9)
        >>> sketch.add_all([1, 2, 3, 5, 8, 5, 3])
        >>> sketch.count()
        5
    """

    def __init__(self, precision: int) -> None:
        self.precision = precision
        self.registers = bytearray(1 << precision)

    @staticmethod
    def precision_for(relative_error: float) -> int:
        """The precision that a relative standard error asks for."""
        return max(_FEWEST, math.ceil(2 * math.log2(1.054 / relative_error)))

    def add_all(self, records: Iterable[object]) -> None:
        """Add records, as equal as they are as keys: 1 and 1.0 are one.

        Raises:
            TypeError: a record is unhashable, or its hash is its address in memory.
        """
        registers = self.registers
        width = _BITS - self.precision
        rest = (1 << width) - 1
        for record in records:
            bits = mixing_hash(record) + 0x9E3779B97F4A7C15 & _LONG
            bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 & _LONG
            bits = (bits ^ bits >> 27) * 0x94D049BB133111EB & _LONG
            bits ^= bits >> 31
            index = bits >> width
            rank = width + 1 - (bits & rest).bit_length()
            if rank > registers[index]:
                registers[index] = rank

    def merge(self, other: HyperLogLog) -> HyperLogLog:
        """Add all that another sketch of the same precision has seen."""
        self.registers = bytearray(map(max, self.registers, other.registers))
        return self

    def count(self) -> int:
        """About how many different records there were."""
        number = len(self.registers)
        longest = _BITS - self.precision + 1
        having = [0] * (longest + 1)
        for rank in self.registers:
            having[rank] += 1
        total = number * _tau(1 - having[longest] / number)
        for rank in range(longest - 1, 0, -1):
            total = (total + having[rank]) / 2
        total += number * _sigma(having[0] / number)
        return round(number * number / (2 * math.log(2) * total))


def _sigma(x: float) -> float:
    """``x + sum(x ** (2 ** k) * 2 ** (k - 1) for k in 1, 2, ...)``: for unused registers."""
    if x == 1:
        return math.inf
    factor, total, before = 1.0, x, -1.0
    while total != before:
        x *= x
        before = total
        total += x * factor
        factor += factor
    return total


def _tau(x: float) -> float:
    """``(1 - x - sum((1 - x ** (2 ** -k)) ** 2 * 2 ** -k for k in 1, 2, ...)) / 3``: for full
    registers."""
    if x in (0, 1):
        return 0.0
    factor, total, before = 1.0, 1 - x, -1.0
    while total != before:
        x = math.sqrt(x)
        before = total
        factor /= 2
        total -= (1 - x) ** 2 * factor
    return total / 3
