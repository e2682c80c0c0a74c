"""A run of uploads as a person sees it: a bar for each file on its way, one for all, and what all weigh."""

from __future__ import annotations

import threading
from dataclasses import dataclass
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
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from cli.manifest import Unusable
from cli.outcome import Outcome, Result
from cli.pictures import Picture, legible
from lumenstock.catalog.reasons import ReasonCode

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

    def __init__(
        self, console: Console, total: int | None, *, size_bytes: int | None = None, lines: bool = True
    ) -> None:
        """Show the way of ``total`` pictures that weigh ``size_bytes``.

        With ``lines`` each leaves a line, without it none. A total may be None until somebody has counted it;
        see :meth:`counted`.
        """
        self._lines = lines
        bar = BarColumn(24)
        self._files = Progress(TextColumn("  {task.description}"), bar, DownloadColumn(), console=console)
        self._all = Progress(
            TextColumn("[bold]{task.description}"),
            bar,
            MofNCompleteColumn(),
            TextColumn("{task.fields[processing]} in process"),
            TimeElapsedColumn(),
            console=console,
        )
        self._weight = Progress(
            TextColumn("[bold]{task.description}"),
            bar,
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
            speed_estimate_period=20,
        )
        self._pictures = self._all.add_task(_label("Pictures"), total=total, processing=0)
        self._bytes = self._weight.add_task(_label("Sent"), total=size_bytes)
        self._size_bytes = size_bytes
        self._spared_bytes = 0
        self.sent_bytes = 0
        self._live = Live(Group(self._files, self._all, self._weight), console=console, transient=True)
        self._bars: dict[Picture, _Bar] = {}
        self._processing: set[Picture] = set()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def counted(self, pictures: int, size_bytes: int) -> None:
        """So many pictures there are to see to, of so many bytes."""
        with self._lock:
            self._size_bytes = size_bytes
            self._all.update(self._pictures, total=pictures)
            self._weigh()

    def started(self, picture: Picture, size_bytes: int, held_bytes: int) -> None:
        """Give the picture a bar."""
        shown = picture.name if len(picture.name) <= _NAME_WIDTH else f"{picture.name[: _NAME_WIDTH - 1]}…"
        with self._lock:
            task = self._files.add_task(
                escape(f"{shown:<{_NAME_WIDTH}}"), total=size_bytes, completed=held_bytes
            )
            self._bars[picture] = _Bar(task, size_bytes, held_bytes)
            self._spared_bytes += held_bytes
            self._weigh()

    def sent(self, picture: Picture, sent_bytes: int) -> None:
        """Move its bar."""
        with self._lock:
            bar = self._bars[picture]
            self.sent_bytes += sent_bytes - bar.sent_bytes
            bar.sent_bytes = sent_bytes
            self._files.update(bar.task, completed=bar.held_bytes + sent_bytes)
            self._weigh()

    def received(self, picture: Picture) -> None:
        """Take its bar away and count it as being processed."""
        with self._lock:
            self._files.remove_task(self._bars.pop(picture).task)
            self._processing.add(picture)
            self._all.update(self._pictures, processing=len(self._processing))

    def ended(self, result: Result) -> None:
        """Count it, and leave a line that stays."""
        with self._lock:
            bar = self._bars.pop(result.picture, None)
            if bar is not None:
                self._files.remove_task(bar.task)
                self._spared_bytes += bar.size_bytes - bar.held_bytes - bar.sent_bytes
            elif not result.way.sent_bytes:
                self._spared_bytes += result.way.size_bytes
            self._processing.discard(result.picture)
            self._all.update(self._pictures, advance=1, processing=len(self._processing))
            self._weigh()
        if self._lines:
            self._live.console.print(line_of(result), soft_wrap=True)

    def _weigh(self) -> None:
        to_send = None if self._size_bytes is None else self._size_bytes - self._spared_bytes
        self._weight.update(self._bytes, total=to_send, completed=self.sent_bytes)


@dataclass(slots=True)
class _Bar:
    """One file on its way."""

    task: TaskID
    size_bytes: int
    held_bytes: int
    sent_bytes: int = 0


def _label(text: str) -> str:
    return f"{text:<{_NAME_WIDTH + 2}}"


def line_of(result: Result) -> str:
    """One result as console markup; reasons on lines of their own."""
    colour, sign, words = _LOOKS[result.outcome]
    name = escape(result.picture.name)
    head = f"[{colour}]{sign}[/] {name}  [{colour}]{words}[/]  [dim]{result.image_id or ''}[/]"
    reasons = [
        f"    {escape(reason.text)} [dim]({reason.code})[/]"
        for reason in result.reasons
        if result.outcome is not Outcome.ALREADY_THERE or reason.code != ReasonCode.EXACT_DUPLICATE
    ]
    return "\n".join([head.rstrip(), *reasons])


def line_of_unusable(item: Unusable) -> str:
    """What cannot even be looked at, as console markup."""
    where = escape(legible(item.where))
    return f"[red]✗[/] {where}  [red]unusable[/]\n    {escape(item.text)} [dim]({item.code})[/]"
