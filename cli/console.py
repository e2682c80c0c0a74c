"""Two voices: answers go to standard output, everything for the person at the keyboard to standard error."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

# A line is one line: a terminal wraps it, a pipe hands it on whole.
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def complain(lines: list[str]) -> None:
    """An error: what happened in red, the rest below it."""
    first, *rest = lines
    err.print(f"[bold red]✗[/] {escape(first)}")
    for line in rest:
        err.print(f"  {escape(line)}")
