"""Notebooks, run as Jupyter runs them: cell by cell, by a kernel in a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

DEADLINE = 90  # seconds

_RUN = """
import json, sys, nbclient, nbformat
cells = [nbformat.v4.new_code_cell(source) for source in json.load(sys.stdin)]
notebook = nbformat.v4.new_notebook(cells=cells)
nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3", allow_errors=True).execute()
json.dump(notebook, open(sys.argv[1], "w"))
"""


@dataclass
class Cell:
    """A cell that was run: all that is shown below it."""

    outputs: list[dict[str, Any]]

    @property
    def printed(self) -> str:
        return "".join(each["text"] for each in self.outputs if each["output_type"] == "stream")

    @property
    def result(self) -> str:
        """What its last expression shows as, in plain text."""
        [data] = [each["data"] for each in self.outputs if each["output_type"] == "execute_result"]
        return str(data["text/plain"])

    @property
    def html(self) -> list[str]:
        """What it shows that is not plain text."""
        found = [each.get("data", {}).get("text/html") for each in self.outputs]
        return [each for each in found if each is not None]

    @property
    def error(self) -> str:
        """The traceback, without colours."""
        [error] = [each for each in self.outputs if each["output_type"] == "error"]
        return re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error["traceback"]))

    @property
    def kinds(self) -> list[str]:
        return [each["output_type"] for each in self.outputs]


RunNotebook = Callable[[list[str]], list[Cell]]


@pytest.fixture(scope="module")
def run_notebook(tmp_path_factory: pytest.TempPathFactory) -> RunNotebook:
    """Runs cells in a new kernel."""
    missing = [name for name in ("nbclient", "ipykernel") if find_spec(name) is None]
    if missing:
        pytest.skip(f"a notebook needs {missing}: install the extra 'test'")
    folder = tmp_path_factory.mktemp("notebook")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYRITE_")}
    homes = dict.fromkeys(("HOME", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR"), str(folder))

    def run(cells: list[str]) -> list[Cell]:
        path = folder / "notebook.ipynb"
        done = subprocess.run(
            [sys.executable, "-c", _RUN, str(path)],
            input=json.dumps(cells),
            capture_output=True,
            text=True,
            cwd=folder,
            env={**kept, **homes},
            timeout=DEADLINE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [Cell(each["outputs"]) for each in json.loads(Path(path).read_text())["cells"]]

    return run
