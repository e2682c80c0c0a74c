"""``python -m tools.opensearch fetch | start | stop | run``."""

from __future__ import annotations

import argparse
import sys

from tools import foreground, maven
from tools.opensearch import distribution, server


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tools.opensearch")
    parser.add_argument(
        "command",
        choices=("fetch", "start", "stop", "run"),
        help="install it; start one that stays, which the tests then use; stop that; run one until Ctrl-C",
    )
    try:
        _do(parser.parse_args().command)
    except (maven.NotAvailableError, maven.TamperedError) as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


def _do(command: str) -> None:
    match command:
        case "fetch":
            print(distribution.installed())
        case "start":
            print(server.start().address)
        case "stop":
            print("OpenSearch is stopped." if server.stop() else "No OpenSearch was kept running.")
        case _:
            foreground.hold("OpenSearch", server.running())


if __name__ == "__main__":
    sys.exit(main())
