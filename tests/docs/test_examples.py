"""What the documentation shows is run: docstrings, Python blocks of pages, and ``examples/``."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.docs.running import ROOT, submit

import pyrite

PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
MODULES = sorted(
    found.name
    for found in pkgutil.walk_packages(pyrite.__path__, "pyrite.")
    if not found.name.endswith("__main__")
)


@pytest.fixture(scope="module")
def sc() -> Iterator[pyrite.SparkContext]:
    """What the examples in docstrings call ``sc``."""
    with pyrite.SparkContext("local[2]", "docstrings") as context:
        yield context


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name: str, sc: pyrite.SparkContext) -> None:
    module = importlib.import_module(name)
    names = {**vars(module), "sc": sc, "SparkContext": pyrite.SparkContext}
    failed, _ = doctest.testmod(
        module, extraglobs=names, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    )
    assert not failed, "see above for what was expected and what came"


def blocks() -> list[object]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            line = text.count("\n", 0, block.start()) + 2
            found.append(pytest.param(block[1], id=f"{page.relative_to(ROOT)}:{line}"))
    return found


@pytest.mark.parametrize("program", blocks())
def test_pages(program: str) -> None:
    result = submit("-", program=program)
    assert result.returncode == 0, result.stderr


def test_life_of_a_job_shows_what_its_program_prints(tmp_path: Path) -> None:
    """The lineage, the stages and the log, but for lines that name a worker: it may be another."""
    text = (ROOT / "docs" / "life-of-a-job.md").read_text(encoding="utf-8")
    program = tmp_path / "count.py"
    program.write_text(text.partition("```python\n")[2].partition("```")[0])
    result = submit(str(program))
    assert result.returncode == 0, result.stderr
    shown = re.findall(
        r"^    (\(\d\) .*| *\+-.*|  +\|  .*|.*stage.*tasks:|{'event': .*})$", text, re.M
    )
    printed = {line.strip() for line in result.stdout.splitlines()}
    wrong = [line for line in shown if "worker" not in line and line.strip() not in printed]
    assert len(shown) > 12
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!\w+:)([^)]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not _leads_somewhere(page, link)] == []


def _leads_somewhere(page: Path, link: str) -> bool:
    name, _, section = link.partition("#")
    target = page.parent / name if name else page
    return target.exists() and (not section or section in _sections(target))


def _sections(page: Path) -> set[str]:
    """What links can name on a page: its headings, as GitHub writes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_examples(example: Path, tmp_path: Path) -> None:
    """Each runs, and says something; word count is given a folder, lest it take long."""
    arguments = [str(ROOT / "docs"), str(tmp_path / "out")] if example.stem == "wordcount" else []
    result = submit(str(example), *arguments)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()
