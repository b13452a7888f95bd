"""Plain Python by hand, the yardstick of the benchmark, gives Pyrite's answers."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from benchmarks.engines.by_hand import PROGRAMS as BY_HAND
from benchmarks.engines.by_hand import pieces
from benchmarks.engines.rdd import PROGRAMS
from benchmarks.jobs.agreed import OUTPUT
from benchmarks.jobs.catalogue import JOBS
from benchmarks.measure.child import timed
from benchmarks.measure.run import run
from hypothesis import given
from hypothesis import strategies as st

SIZES = {
    "squares": 1_000,
    "chain": 1_000,
    "join": 1_000,
    "cogroup": 1_000,
    "group": 1_000,
    "distinct": 1_000,
    "sortnumbers": 2_000,
    "sortstrings": 2_000,
    "kmeans": 100,
    "kmeansarrays": 400,
    "logistic": 400,
    "tasks": 4,
    "tinyjobs": 3,
}


@pytest.mark.parametrize("job", BY_HAND)
def test_same_answer_as_pyrite(
    job: str, make_context: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size, make_input, check = SIZES.get(job, 1), JOBS[job].make_input, JOBS[job].output_answer
    source = str(make_input(tmp_path, size)) if make_input else ""
    theirs = run("by_hand", job, size, source)
    assert "error" not in theirs, theirs
    monkeypatch.chdir(tmp_path)
    _, answer = timed(PROGRAMS[job], make_context("local"), size, source)
    ours = json.loads(json.dumps(check(tmp_path / OUTPUT) if check else answer))
    assert ours == theirs["answer"]
    assert ours not in (None, False, [], 0)


@given(st.lists(st.text("ab\x85é", max_size=5)), st.integers(2, 5))
def test_pieces_have_every_line_once(tmp_path_factory: Any, texts: list[str], cores: int) -> None:
    path = tmp_path_factory.mktemp("pieces") / "lines.txt"
    path.write_bytes("".join(f"{text}\n" for text in texts).encode())
    size = path.stat().st_size
    cuts = pairwise(size * number // cores for number in range(cores + 1))
    blocks = [block for first, last in cuts for block in pieces.blocks((str(path), first, last))]
    assert "".join(blocks).encode() == path.read_bytes()
