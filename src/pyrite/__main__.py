"""``python -m pyrite`` is the command ``pyrite``."""

from __future__ import annotations

from pyrite.cli import main

if __name__ == "__main__":
    main(prog_name="pyrite")
