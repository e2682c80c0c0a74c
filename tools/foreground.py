"""A server in the foreground: it runs until somebody stops it."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager


def hold(name: str, running: AbstractContextManager[str]) -> None:
    """Say where ``name`` listens, and keep it until standard input ends or somebody presses Ctrl-C."""
    with running as address:
        print(f"{name} listens on {address}", flush=True)
        try:
            sys.stdin.read()
        except KeyboardInterrupt:
            print()
