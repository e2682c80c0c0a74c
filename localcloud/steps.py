"""Say what is going on and how long it took: one line a step, with seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_TITLE_WIDTH = 46


class Steps:
    """Writes the progress of a long command to a terminal or a log."""

    def __init__(self, stream: TextIO) -> None:
        """Write to ``stream``."""
        self._stream = stream
        self._line_is_open = False

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Print ``title`` now and the seconds when the block has ended, however it ends."""
        started = time.monotonic()
        self._write(f"  {title:<{_TITLE_WIDTH}}")
        self._line_is_open = True
        outcome = "failed"
        try:
            yield
            outcome = ""
        finally:
            indent = "" if self._line_is_open else " " * (_TITLE_WIDTH + 2)
            self._line_is_open = False
            self._write(f"{indent}{time.monotonic() - started:6.1f} s {outcome}".rstrip() + "\n")

    def note(self, text: str) -> None:
        """A line of its own, also in the middle of a step."""
        if self._line_is_open:
            self._write("\n")
            self._line_is_open = False
        self._write(f"  {text}\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
