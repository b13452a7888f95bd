"""Programs on logs and texts: what they print is what plain Python, or a publication, counts."""

from __future__ import annotations

import re
from http import HTTPStatus
from itertools import groupby
from pathlib import Path

from tests.docs.running import ROOT, example


def test_log_mining(shared_data: Path) -> None:
    """loghub's own table has 13 errors in the ZooKeeper log."""
    log = shared_data / "logs" / "Zookeeper_2k.log"
    first, *searches = example("log_mining", log, "exception", "QuorumPeer", "no such word")
    errors = [line for line in log.read_text().splitlines() if " ERROR " in line]
    assert first.endswith(" s  13 errors")
    for line, word in zip(searches, ["exception", "QuorumPeer", "no such word"], strict=True):
        times = [error.split()[1] for error in errors if word in error]
        span = f", from {min(times)} to {max(times)}" if times else ""
        assert line.endswith(f" s  {len(times)} errors mention {word}{span}")


def test_broadcast_join_of_a_web_servers_log(shared_data: Path) -> None:
    """The counts of the data's page."""
    lines = example("broadcast_join", shared_data / "logs" / "apache_access.log")
    published = {200: 9126, 304: 445, 404: 213, 301: 164, 206: 45, 500: 3, 403: 2, 416: 2}
    expected = {HTTPStatus(status).phrase: count for status, count in published.items()}
    expected["lines without a status that is known"] = 0
    assert parsed(lines) == expected


def test_broadcast_join_counts_what_it_misses(tmp_path: Path) -> None:
    statuses = [200, 299, 404, 200, 777]
    (tmp_path / "log").write_text("".join(f'"GET /" {status} 1\n' for status in statuses) + "?\n")
    lines = example("broadcast_join", tmp_path / "log")
    assert parsed(lines) == {"OK": 2, "Not Found": 1, "lines without a status that is known": 3}


def parsed(lines: list[str]) -> dict[str, int]:
    pairs = (line.strip().split("  ") for line in lines)
    return {name: int(count.replace(",", "")) for count, name in pairs}


def test_a_program_written_for_pyspark() -> None:
    *lines, last = example("pyspark_program", ROOT / "README.md")
    text = (ROOT / "README.md").read_text().lower()
    words = sorted(set(re.findall(r"\b[a-z]{4,}\b", text)), key=lambda word: (sorted(word), word))
    groups = [list(group) for _, group in groupby(words, key=sorted)]
    expected = sorted((len(group), group) for group in groups if len(group) > 1)
    assert last == f"{len(expected)} groups of words with the same letters"
    assert sorted(lines) == sorted(" ".join(group) for _, group in expected)
