"""``python -m tools.dynamodb_local fetch | run | pin``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tools import foreground, maven
from tools.dynamodb_local import jars, server


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tools.dynamodb_local")
    parser.add_argument(
        "command",
        choices=("fetch", "run", "pin"),
        help="fetch the files; run until Ctrl-C; pin what pom.xml asks for now",
    )
    command = parser.parse_args().command
    try:
        if command == "pin":
            with TemporaryDirectory() as fetched:
                jars.fetch(Path(fetched, "lib"))
                jars.PINS.write_text(maven.digests(Path(fetched, "lib")))
        elif command == "fetch":
            print(jars.folder())
        else:
            foreground.hold("DynamoDB Local", server.running())
    except (maven.NotAvailableError, maven.TamperedError) as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
