"""The engine's workers: the processes that run the functions' code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import psutil

from localcloud import engine
from localcloud.home import Home


class Worker(NamedTuple):
    """One process of one function."""

    function: str
    process: psutil.Process
    environment: dict[str, str]


def workers(home: Home) -> Iterator[Worker]:
    """Those alive now. One that ends meanwhile is left out, also where nobody has waited for it yet."""
    pid = engine.daemon(home).pid()
    assert pid
    for process in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            environment = process.environ()
            if function := environment.get("AWS_LAMBDA_FUNCTION_NAME"):
                yield Worker(function, process, environment)
