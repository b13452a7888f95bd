"""The values of settings, from text as Spark and people write them."""

from __future__ import annotations

import math
import re

MB = 1 << 20


def parse_bytes(text: str) -> int:
    """Bytes from text as Spark and the JVM write them.

    Example:
        >>> parse_bytes("512m"), parse_bytes("2g"), parse_bytes("1000")
        (536870912, 2147483648, 1000)
    """
    match = re.fullmatch(r"(\d+)\s*([kmgt]?)i?b?", text.strip().lower())
    if match is None:
        raise ValueError(f"{text!r} is not an amount of memory; write it like 512m or 2g")
    size = int(match[1]) << {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}[match[2]]
    if size == 0:
        raise ValueError(f"{text!r} is no memory at all")
    return size


def parse_seconds(text: str) -> float:
    """Seconds from text such as ``"30"``, ``"500ms"``, ``"10s"``, ``"2m"`` or ``"1h"``.

    Example:
        >>> parse_seconds("2m"), parse_seconds("500ms")
        (120.0, 0.5)
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|)", text.strip().lower())
    if match is None:
        raise ValueError(f"{text!r} is not a duration; write it like 30s or 5m")
    return float(match[1]) * {"ms": 0.001, "m": 60, "min": 60, "h": 3600}.get(match[2], 1)


def parse_count(text: str) -> int:
    if not text.strip().isdigit() or int(text) < 1:
        raise ValueError(f"{text!r} is not a number of at least 1")
    return int(text)


def parse_fraction(text: str) -> float:
    """A share of a whole, from text such as ``"0.5"``."""
    try:
        share = float(text)
    except ValueError:
        share = math.nan
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"{text!r} is not a number from 0 to 1")
    return share


def parse_progress(text: str) -> str:
    if text.strip().lower() not in ("auto", "true", "false"):
        raise ValueError(f"{text!r} is none of auto, true and false")
    return text.strip().lower()


def parse_factor(text: str) -> float:
    if not re.fullmatch(r"\d+(\.\d+)?", text.strip()) or float(text) < 1:
        raise ValueError(f"{text!r} is not a factor of at least 1")
    return float(text)


def parse_list(text: str) -> tuple[str, ...]:
    """Items with commas between.

    Example:
        >>> parse_list("a.py, b.zip")
        ('a.py', 'b.zip')
    """
    return tuple(item.strip() for item in text.split(",") if item.strip())


def parse_folder(text: str) -> str:
    """A folder of this machine, perhaps written as a ``file:`` address."""
    folder = text.removeprefix("file://").removeprefix("file:")
    if "://" in folder:
        raise ValueError(f"{text!r} is not a folder of this machine")
    return folder


def parse_bool(text: str) -> bool:
    if text.strip().lower() not in ("true", "false"):
        raise ValueError(f"{text!r} is neither true nor false")
    return text.strip().lower() == "true"
