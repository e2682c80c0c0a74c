"""What the demo says while it runs and at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tools.demo.searches import Found


class Stages:
    """Headings as the stages begin, and a table of their seconds at the end."""

    def __init__(self, console: Console) -> None:
        """Write to ``console``; the clock starts now."""
        self._console = console
        self._started_s = time.monotonic()
        self._seconds: dict[str, float] = {}

    @property
    def total_s(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started_s

    def seconds(self, name: str) -> float:
        """Seconds that a stage took."""
        return self._seconds[name]

    @contextmanager
    def stage(self, name: str, about: str = "") -> Iterator[None]:
        """One stage; ``about`` says more in its heading."""
        self._console.print(f"[bold]{name}[/]  [dim]{escape(about)}[/]")
        started_s = time.monotonic()
        yield
        self._seconds[name] = time.monotonic() - started_s

    def note(self, name: str, seconds: float) -> None:
        """The seconds of something that ran beside a stage."""
        self._seconds[name] = seconds

    def table(self) -> Table:
        """Stage by stage."""
        table = Table(box=None, header_style="dim", padding=(0, 2))
        table.add_column("stage")
        table.add_column("seconds", justify="right")
        for name, seconds in self._seconds.items():
            table.add_row(name, f"{seconds:.1f}")
        table.add_row("[bold]in all[/]", f"[bold]{self.total_s:.1f}[/]")
        return table


def finds(found: Sequence[Found], sheets: Sequence[Path]) -> Table:
    """A table of searches, a row each."""
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("mode")
    table.add_column("asked for", ratio=2)
    table.add_column("best find", ratio=2)
    table.add_column("score", justify="right")
    table.add_column("meant at", justify="right")
    table.add_column("found", justify="right")
    table.add_column("ms", justify="right")
    table.add_column("contact sheet", no_wrap=True)
    for one, path in zip(found, sheets, strict=True):
        best = one.hits[0] if one.hits else None
        table.add_row(
            one.search.mode or "similar",
            escape(one.search.said),
            escape(best.title) if best else "[red]nothing[/]",
            "" if best is None or best.score is None else f"{best.score:.4f}",
            "" if one.search.like else str(one.rank or "[yellow]not shown[/]"),
            one.total,
            f"{one.milliseconds:.0f}",
            path.name,
        )
    return table
