"""Two voices: answers go to standard output, everything for the person at the keyboard to standard error."""

from __future__ import annotations

import os
import sys

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

# A line is one line: a terminal wraps it, a pipe hands it on whole.
# Tables need a width even there, and what reads a pipe wants whole cells.
_PIPE_WIDTH = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 200

out = Console(highlight=False, soft_wrap=True, width=_PIPE_WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def bar_of_share(*more: ProgressColumn) -> Progress:
    """A bar for what is done to a share in [0, 1], with ``more`` columns before the time; gone at its end."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(24),
        TaskProgressColumn(),
        *more,
        TimeElapsedColumn(),
        console=err,
        transient=True,
    )


def complain(lines: list[str]) -> None:
    """An error: what happened in red, the rest below it."""
    first, *rest = lines
    err.print(f"[bold red]✗[/] {escape(first)}")
    for line in rest:
        err.print(f"  {escape(line)}")
