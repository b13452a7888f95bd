"""Kernels at work on inputs that are too small for them, and what they did."""

from __future__ import annotations

import pytest

from pyrite.batch import counting
from pyrite.executor.runner import TaskRunner
from pyrite.io import source

pytest.importorskip("numpy")


@pytest.fixture
def eager(monkeypatch):
    """Kernels are tried on the smallest inputs, in small blocks."""
    monkeypatch.setattr(counting, "_LEAST", -1)
    monkeypatch.setattr(counting, "_BLOCK_BYTES", 32)
    monkeypatch.setattr(source, "_CHUNK", 16)


@pytest.fixture
def with_and_without(make_context):
    """Runs a program of a context that has kernels, and of one that has none; gives what both
    gave, which must be the same."""

    def run(program, master="local"):
        found = []
        for codegen in ("true", "false"):
            sc = make_context(master, {"pyrite.codegen": codegen})
            found.append(program(sc))
            sc.stop()
        assert found[0] == found[1]
        return found[0]

    return run


@pytest.fixture
def read(monkeypatch):
    """A list of (records, bytes) that each task read, in the order of their ends."""
    found = []
    run = TaskRunner.run

    def noted(self, *arguments):
        report = run(self, *arguments)
        found.append((report.metrics.records_read, report.metrics.bytes_read))
        return report

    monkeypatch.setattr(TaskRunner, "run", noted)
    return found
