"""``python -m tools.catalogues --write`` writes the generated pages of docs; ``--check`` compares."""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

from tools.catalogues.pages import PAGES

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Write or check the committed pages; 1 if one is not what the code says."""
    parser = argparse.ArgumentParser(prog="tools.catalogues", description=__doc__)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--write", action="store_true")
    mode.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    stale = 0
    for name, page in PAGES.items():
        path, text = ROOT / name, page()
        committed = path.read_text() if path.exists() else ""
        if arguments.write:
            path.write_text(text)
        elif committed != text:
            before, after = committed.splitlines(keepends=True), text.splitlines(keepends=True)
            sys.stdout.writelines(difflib.unified_diff(before, after, "committed", "code"))
            print(f"{name} is not what the code says: run `make catalogues`.")
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
