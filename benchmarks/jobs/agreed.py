"""What the programs of all engines agree on."""

from __future__ import annotations

import re

FACTOR = 2_654_435_761
"""``i * FACTOR % n``, for i below n, is each number below n once, if n is no multiple of it."""

MIXER, PRIME = 1_000_003, 1_000_000_007
"""``i * i * MIXER % PRIME`` looks like chance, and fits into 64 bits for i up to 3,000,000: numbers
to be sorted. (Multiples alone make long runs in order, which Python's sort is quick to see.)"""

OUTPUT = "output"
"""The folder, in the current one, for what a program writes."""

PATTERN = re.compile(r"\b(?:ERROR|WARN)\b.*(?:[Ee]xception|[Ff]ailed)")
"""What distributed grep looks for in a line."""

SPLITS = 8
"""Of a file."""

PARTS = 4
"""Of everything else."""

CENTRES = [(1.0, 1.0), (1.0, 9.0), (9.0, 1.0), (9.0, 9.0)]
"""Where k-means on tuples begins."""
