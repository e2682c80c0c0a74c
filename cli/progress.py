"""A run of uploads as a person sees it: a bar for each file on its way, one for all of them."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from cli.outcome import Outcome, Result
from cli.pictures import Picture

_LOOKS = {
    Outcome.APPROVED: ("green", "✓", "approved"),
    Outcome.PENDING_REVIEW: ("green", "✓", "waits for a moderator"),
    Outcome.ALREADY_THERE: ("cyan", "=", "already there"),
    Outcome.PROCESSING: ("yellow", "…", "still processing"),
    Outcome.REJECTED: ("red", "✗", "rejected"),
    Outcome.PROCESSING_FAILED: ("red", "✗", "processing failed"),
    Outcome.NOT_SENT: ("red", "✗", "not sent"),
}
_NAME_WIDTH = 40


class UploadProgress:
    """A listener of a transfer. It draws only on a terminal; lines for results appear everywhere."""

    def __init__(self, console: Console, total: int, *, lines: bool = True) -> None:
        """Show the way of ``total`` pictures, and with ``lines`` one line that stays for each."""
        self._lines = lines
        self._files = Progress(
            TextColumn("  {task.description}"), BarColumn(24), DownloadColumn(), console=console
        )
        self._all = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[processing]} in process"),
            TimeElapsedColumn(),
            console=console,
        )
        self._total = self._all.add_task(f"{'Pictures':<{_NAME_WIDTH + 2}}", total=total, processing=0)
        self._live = Live(Group(self._files, self._all), console=console, transient=True)
        self._bars: dict[Picture, TaskID] = {}
        self._processing: set[Picture] = set()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def started(self, picture: Picture, size_bytes: int) -> None:
        """Give the picture a bar."""
        name = picture.path.name
        shown = name if len(name) <= _NAME_WIDTH else f"{name[: _NAME_WIDTH - 1]}…"
        with self._lock:
            self._bars[picture] = self._files.add_task(escape(f"{shown:<{_NAME_WIDTH}}"), total=size_bytes)

    def sent(self, picture: Picture, sent_bytes: int) -> None:
        """Move its bar."""
        self._files.update(self._bars[picture], completed=sent_bytes)

    def received(self, picture: Picture) -> None:
        """Take its bar away and count it as being processed."""
        with self._lock:
            self._files.remove_task(self._bars.pop(picture))
            self._processing.add(picture)
            self._all.update(self._total, processing=len(self._processing))

    def ended(self, result: Result) -> None:
        """Count it, and leave a line that stays."""
        with self._lock:
            bar = self._bars.pop(result.picture, None)
            if bar is not None:
                self._files.remove_task(bar)
            self._processing.discard(result.picture)
            self._all.update(self._total, advance=1, processing=len(self._processing))
        if self._lines:
            self._live.console.print(line_of(result), soft_wrap=True)


def line_of(result: Result) -> str:
    """One result as console markup; reasons on lines of their own."""
    colour, sign, words = _LOOKS[result.outcome]
    name = escape(result.picture.path.name)
    head = f"[{colour}]{sign}[/] {name}  [{colour}]{words}[/]  [dim]{result.image_id or ''}[/]"
    reasons = [f"    {escape(reason.text)} [dim]({reason.code})[/]" for reason in result.reasons]
    return "\n".join([head.rstrip(), *([] if result.outcome is Outcome.ALREADY_THERE else reasons)])
