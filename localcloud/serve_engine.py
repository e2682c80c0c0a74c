"""Main program of the engine process: MiniStack's application behind the guard, on loopback only.

Runs on the engine's own interpreter, with the environment of :func:`localcloud.engine.settings`.
"""

from __future__ import annotations

import asyncio
import resource
import sys
from pathlib import Path

from hypercorn.asyncio import serve
from hypercorn.config import Config

from localcloud.guard import Guard
from localcloud.home import ACCOUNT, Home
from localcloud.signature import RootKey

_OPEN_FILES = 10_240  # the most that macOS grants a process


def main(folder: str, engine_port: str, front_port: str) -> None:
    """Serve until SIGTERM; then the engine writes its state and the marker of an unclean stop goes."""
    from ministack.app import app as engine

    home = Home(Path(folder), int(engine_port), int(front_port))
    _allow_many_connections()
    config = Config()
    config.bind = [f"127.0.0.1:{home.engine_port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 5
    guard = Guard(engine, RootKey(ACCOUNT, home.operator_secret), home.front_url)
    asyncio.run(serve(guard, config))
    home.unclean_marker.unlink(missing_ok=True)


def _allow_many_connections() -> None:
    """Raise the soft limit of open files: every worker and every connection holds some."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    possible = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, possible), hard))


if __name__ == "__main__":
    main(*sys.argv[1:])
