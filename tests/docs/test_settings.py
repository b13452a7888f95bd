"""The page of settings says what the code says."""

from __future__ import annotations

from pathlib import Path

from pyrite.core.parsing import parse_bytes, parse_seconds
from pyrite.core.settings import ALL

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def table() -> str:
    """The settings, as they should stand in the page."""
    rows = ["| setting | default | meaning | Spark's name |", "| --- | --- | --- | --- |"]
    for setting in ALL:
        default = setting.default
        if isinstance(default, bool):
            default = str(default).lower()
        elif isinstance(default, int) and setting.parse is parse_bytes:
            default = f"{default >> 20}m"
        elif setting.parse is parse_seconds:
            default = f"{default:g}s"
        shown = "" if default in (None, "", ()) else f"`{default}`"
        spark = ", ".join(f"`{name}`" for name in (setting.spark, setting.also) if name)
        rows.append(f"| `{setting.name}` | {shown} | {setting.meaning} | {spark} |")
    return "\n".join(rows) + "\n"


def test_every_setting_is_in_the_page_as_it_is() -> None:
    assert table() in PAGE.read_text(encoding="utf-8"), f"the page should hold:\n{table()}"
