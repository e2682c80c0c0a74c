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
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, NoReturn

import exifread  # noqa: F401 - imported once here, used in every child

from lumenstock.imaging.decoding import render, shrink
from lumenstock.imaging.errors import PictureError
from lumenstock.imaging.examination import examine
from lumenstock.imaging.metadata import read_metadata

Operations = Mapping[str, Callable[..., Any]]

OPERATIONS: Operations = {
    "examine": examine,
    "render": render,
    "shrink": shrink,
    "metadata": read_metadata,
}


def serve(requests: BinaryIO, answers: BinaryIO, operations: Operations) -> None:
    """Answer every request until the parent closes the pipe."""
    for line in requests:
        answers.write(json.dumps(_in_a_child(line, operations)).encode() + b"\n")
        answers.flush()


def _in_a_child(request: bytes, operations: Operations) -> dict[str, Any]:
    """The child's answer or its death, and the most memory that it ever held."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        _work(request, operations, write_end)
    os.close(write_end)
    with open(read_end, "rb") as pipe:  # noqa: PTH123 - a descriptor, not a path
        answer = pipe.read()
    _, status, usage = os.wait4(child, 0)
    peak = {"peak_rss_bytes": usage.ru_maxrss * 1024}
    if os.WIFSIGNALED(status):
        return {"died": signal.Signals(os.WTERMSIG(status)).name, **peak}
    try:
        return {**json.loads(answer), **peak}
    except ValueError:
        return {"died": f"exit {os.WEXITSTATUS(status)}", **peak}


def _work(request: bytes, operations: Operations, write_end: int) -> NoReturn:
    """Do one request in this child and leave, without a trace of Python's own shutdown."""
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(nowhere, descriptor)
        message = json.loads(request)
        _restrict(**message["limits"])
        os.write(write_end, json.dumps(_answer(message, operations)).encode())
    finally:
        os._exit(0)


def _restrict(memory_bytes: int, cpu_s: int, wall_s: int) -> None:
    """Have the kernel end this process when it takes more; it does so inside a decoder's loop, too."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(wall_s)


def _answer(message: dict[str, Any], operations: Operations) -> dict[str, Any]:
    try:
        return {"value": operations[message["operation"]](**message["arguments"])}
    except PictureError as error:
        return {"refused": error.code, "detail": error.detail}
    except MemoryError:
        return {"refused": "decoder_limit", "detail": "out of memory"}
    except Exception as error:  # noqa: BLE001 - the parent raises it again
        return {"fault": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer, OPERATIONS)
