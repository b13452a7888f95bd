"""Write docs/api-table.md, and its count in the README: every name of PySpark's RDD side.

Run it with ``python -m tests.oracle.surface.table``.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence

from tests.oracle.surface import known, names, shown
from tests.oracle.surface.names import CLASSES, Name
from tests.oracle.surface.shown import ROOT, Results

import pyrite

PAGE = ROOT / "docs" / "api-table.md"
README = ROOT / "README.md"
_MARKED = re.compile(r"(<!-- gaps: by make api-table -->\n).*?(<!-- -->)", re.DOTALL)

_HEAD = """\
# PySpark's RDD API, name by name

Every public name of PySpark 4.2's RDD side, and what Pyrite has there. `make api-table` writes this
page from both packages, and a test sees to it that it is up to date.

- **parameters** are compared by `inspect`: names, order, kinds and defaults. Pyrite's own, in
  addition to PySpark's, can only be given by keyword.
- **shown by** is an example in PySpark's docstring of that name or its class, which uses the name
  and passes on Pyrite, or else a test of Pyrite's, which was seen to use it, and passed.

"""


def page(results: Results, written: str) -> str:
    """The page; tests that ``written``, the page as it is, names are named again if they can be."""
    with pyrite.SparkContext("local", "api-table") as sc:
        found = list(names.names(sc))
    there = [each for each in found if each.ours is not None]
    by_example = shown.by_examples(there, results)
    rest = [each for each in there if each.qualified_name not in by_example]
    by_test = shown.by_tests([each for each in rest if not _evident(each)], _tests_in(written))
    evidence = {
        **{each.qualified_name: _evident(each) for each in rest},
        **{name: f"`{test}`" for name, test in by_test.items()},
        **dict.fromkeys(by_example, "PySpark's example"),
    }
    by_owner: dict[str, list[Name]] = defaultdict(list)
    for each in found:
        by_owner[each.owner].append(each)
    sections = [_section(owner, rows, evidence) for owner, rows in by_owner.items()]
    return "\n".join([_HEAD + _count(found), *sections, _examples(results)])


def readme(text: str, table: str) -> str:
    """The README with the count of gaps that ``table`` has."""
    count = re.search(r"^\*\*.*?\n\n", table, re.MULTILINE | re.DOTALL)
    assert count, "the table has no count"
    return _MARKED.sub(lambda found: found[1] + count[0].rstrip() + "\n" + found[2], text)


def _count(found: Sequence[Name]) -> str:
    gaps = sum(each.ours is None for each in found)
    return (
        f"**Of {len(found)} public names, {len(found) - gaps} are there. "
        f"The other {gaps} raise an error that says what to use instead.**\n"
    )


def _section(title: str, rows: Sequence[Name], evidence: Mapping[str, str]) -> str:
    lines = [f"## {title}", "", "| name | parameters | shown by |", "| --- | --- | --- |"]
    for each in rows:
        if each.ours is None:
            lines.append(f"| `{each.name}` | **not there**: {_cell(each.advice)} | |")
        else:
            shown_by = evidence[each.qualified_name]
            lines.append(f"| `{each.name}` | {_cell(_parameters(each))} | {shown_by} |")
    return "\n".join([*lines, ""])


def _evident(name: Name) -> str:
    """What needs no test: a constant, and a class that programs do not make objects of."""
    if name.constant:
        return "PySpark's value"
    return "below" if name.name in CLASSES and name.name not in names.BUILT_BY_USERS else ""


def _parameters(name: Name) -> str:
    if name.difference is None:
        return ""
    keywords = "".join(f", and `{each}`" for each in name.keywords)
    return (name.difference or "the same") + keywords


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _examples(results: Results) -> str:
    verdicts = [each["verdict"] for each in results]
    total = len(verdicts) - verdicts.count("outside")
    lines = [
        "## PySpark's examples",
        "",
        f"`make pyspark-doctests` runs the examples in the docstrings of the installed package. "
        f"{verdicts.count('passed')} of the {total} about RDDs pass on Pyrite. These do not:",
        "",
        *_grouped(known.FAILURES),
        "",
        f"These {len(results) - total} are not about RDDs, and are not counted:",
        "",
        *_grouped(known.OUTSIDE),
        "- those that PySpark itself skips.",
    ]
    return "\n".join([*lines, ""])


def _grouped(table: Mapping[str, str]) -> list[str]:
    by_reason = defaultdict(list)
    for key, reason in table.items():
        name, _, numbers = key.partition("#")
        by_reason[reason].append(f"`{name}`" + (f" ({numbers})" if numbers else ""))
    return [f"- {reason}: {', '.join(keys)}" for reason, keys in by_reason.items()]


def _tests_in(written: str) -> dict[str, str]:
    """Qualified name to test."""
    found, owner = {}, ""
    for line in written.splitlines():
        if line.startswith("## "):
            owner = line[3:]
        elif row := re.fullmatch(r"\| `(\w+)` \|.*\| `(tests/\S+)` \|", line):
            found[f"{owner}.{row[1]}"] = row[2]
    return found


def main() -> int:
    written = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    table = page(shown.run_examples(), written)
    PAGE.write_text(table, encoding="utf-8")
    README.write_text(readme(README.read_text(encoding="utf-8"), table), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} and the count in {README.name} are written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
