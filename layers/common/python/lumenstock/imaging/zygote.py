"""The decoder's process: forks one child for every picture and reports what became of it.

``python -m lumenstock.imaging.zygote`` reads one request a line (JSON) on standard input and answers each
with one line on standard output. It imports libvips once and never runs it, so it has one thread and is
safe to fork; a child is ready in 1 ms, where a new interpreter with libvips takes 70 ms of CPU. The child
may be crashed, starved or taken over by a hostile file: it holds no credentials (the environment is made
by the parent), no file but the one it works on, and dies after one picture.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, NoReturn

import exifread  # noqa: F401 - imported once here, used in every child

from lumenstock.imaging.decoding import probe, render, shrink
from lumenstock.imaging.errors import PictureError
from lumenstock.imaging.metadata import read_metadata

_OPERATIONS: dict[str, Callable[..., Any]] = {
    "probe": probe,
    "render": render,
    "shrink": shrink,
    "metadata": read_metadata,
}


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer every request until the parent closes the pipe."""
    for line in requests:
        answers.write(_in_a_child(line) + b"\n")
        answers.flush()


def _in_a_child(request: bytes) -> bytes:
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        _work(request, write_end)
    os.close(write_end)
    with open(read_end, "rb") as pipe:  # noqa: PTH123 - a descriptor, not a path
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return json.dumps({"died": signal.Signals(os.WTERMSIG(status)).name}).encode()
    return answer or json.dumps({"died": f"exit {os.WEXITSTATUS(status)}"}).encode()


def _work(request: bytes, write_end: int) -> NoReturn:
    """Do one request in this child and leave, without a trace of Python's own shutdown."""
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(nowhere, descriptor)
        message = json.loads(request)
        _restrict(**message["limits"])
        os.write(write_end, json.dumps(_answer(message)).encode())
    finally:
        os._exit(0)


def _restrict(memory_bytes: int, cpu_s: int, wall_s: int) -> None:
    """Have the kernel end this process when it takes more; it does so inside a decoder's loop, too."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(wall_s)


def _answer(message: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"value": _OPERATIONS[message["operation"]](**message["arguments"])}
    except PictureError as error:
        return {"refused": error.code, "detail": error.detail}
    except MemoryError:
        return {"refused": "decoder_limit", "detail": "out of memory"}
    except Exception as error:  # noqa: BLE001 - the parent raises it again
        return {"fault": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
