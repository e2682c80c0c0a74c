"""Main program of the front process, on loopback only; runs on the engine's interpreter."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from hypercorn.asyncio import serve
from hypercorn.config import Config

from localcloud.front import application
from localcloud.home import Home


def main(folder: str, engine_port: str, front_port: str) -> None:
    """Serve until SIGTERM."""
    home = Home(Path(folder), int(engine_port), int(front_port))
    config = Config()
    config.bind = [f"127.0.0.1:{home.front_port}"]
    config.graceful_timeout = 1
    asyncio.run(serve(application(home), config))


if __name__ == "__main__":
    main(*sys.argv[1:])
