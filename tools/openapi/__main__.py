"""``python -m tools.openapi --write`` writes docs/api/openapi.json from the code; ``--check`` compares."""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from pathlib import Path

from openapi_spec_validator import validate

from tools.openapi.document import build

PATH = Path(__file__).parents[2] / "docs" / "api" / "openapi.json"


def main() -> int:
    """Write or check the committed document; 1 if it is not what the code says."""
    parser = argparse.ArgumentParser(prog="tools.openapi", description=__doc__)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--write", action="store_true")
    mode.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    document = build()
    validate(document)
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    committed = PATH.read_text() if PATH.exists() else ""
    if arguments.write:
        PATH.parent.mkdir(parents=True, exist_ok=True)
        PATH.write_text(text)
        return 0
    difference = difflib.unified_diff(
        committed.splitlines(keepends=True), text.splitlines(keepends=True), "committed", "code"
    )
    sys.stdout.writelines(difference)
    if committed != text:
        print("docs/api/openapi.json is not what the code says: run `make openapi`.")
    return int(committed != text)


if __name__ == "__main__":
    sys.exit(main())
