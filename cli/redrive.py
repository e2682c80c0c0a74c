"""``lumenstock ops redrive``: what lies in a dead-letter queue goes back to work."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cli.console import err, out
from cli.stage import telling_faults

if TYPE_CHECKING:
    from lumenstock.adapters.aws.queues import SqsQueue
    from lumenstock.ingest.redrive import Notice, Redriver, Request


class Queue(StrEnum):
    """A queue that has a dead-letter queue of messages that can be sent again."""

    INGEST = "ingest"
    EMBED_LIVE = "embed-live"
    EMBED_BULK = "embed-bulk"
    WEBHOOKS = "webhooks"


_LOOKS = {"moved": "green", "dropped": "cyan", "left": "yellow"}


def redrive(
    queue: Annotated[Queue, typer.Argument(help="The queue that the messages go back to.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; do nothing.")] = False,
    rate: Annotated[float, typer.Option(min=0.5, max=1000, help="Messages moved a second, at most.")] = 10,
    limit: Annotated[int | None, typer.Option(min=1, help="Look at so many messages, and stop.")] = None,
) -> None:
    """Move messages from a dead-letter queue back to their queue, once the cause is mended.

    A failed image goes back into processing with its message. A message whose image needs nothing any more is
    deleted. One that is none of this queue is left, and the exit code is 1. Stopped at any point, the same
    command goes on.
    """
    from lumenstock.ingest.redrive import Fate

    done: Counter[Fate] = Counter()
    with telling_faults(), _progress() as progress:
        letters, redriver = _redriver(queue, Pace(rate, time.monotonic, time.sleep))
        waiting = letters.count()
        task = progress.add_task(queue, total=min(waiting, limit or waiting))
        for finding in redriver.run(limit, dry_run=dry_run):
            done[finding.fate] += 1
            progress.advance(task)
            said = f"{finding.fate:8}"
            subject = escape(finding.subject or "-")
            out.print(f"[{_LOOKS[finding.fate]}]{said}[/] {subject}  {escape(finding.why)}")
    would = "would be " if dry_run else ""
    err.print(
        f"{done[Fate.MOVED]:,} {would}moved to {queue}, {done[Fate.DROPPED]:,} {would}dropped, "
        f"{done[Fate.LEFT]:,} {would}left."
    )
    if done[Fate.LEFT]:
        raise typer.Exit(1)


class Pace:
    """Lets at most ``rate`` calls through a second, evenly."""

    def __init__(self, rate: float, now_s: Callable[[], float], sleep: Callable[[float], None]) -> None:
        """``now_s`` is a clock that never goes back, in seconds."""
        self._gap_s = 1 / rate
        self._now_s = now_s
        self._sleep = sleep
        self._next_s = now_s()

    def __call__(self) -> None:
        """Wait for one's turn."""
        wait_s = self._next_s - self._now_s()
        if wait_s > 0:
            self._sleep(wait_s)
        self._next_s = max(self._next_s, self._now_s()) + self._gap_s


def _redriver(queue: Queue, pace: Pace) -> tuple[SqsQueue, Redriver]:
    from lumenstock import bootstrap
    from lumenstock.ingest.redrive import Redriver, embed_request

    back, request_of = {
        Queue.INGEST: (bootstrap.ingest_queue, arrival_of),
        Queue.EMBED_LIVE: (bootstrap.embed_live_queue, embed_request),
        Queue.EMBED_BULK: (bootstrap.embed_bulk_queue, embed_request),
        Queue.WEBHOOKS: (bootstrap.webhooks_queue, notice_of),
    }[queue]
    letters = bootstrap.dead_letters(f"{queue.replace('-', '_')}_dlq_url")
    return letters, Redriver(
        letters, back(), bootstrap.catalog(), request_of, clock=bootstrap.clock(), pace=pace
    )


def arrival_of(body: str) -> Request | None:
    """The arrival of an original."""
    from lumenstock.adapters.aws.queues import created_object
    from lumenstock.ingest.redrive import ingest_request

    created = created_object(body)
    return ingest_request(created[1]) if created else None


def notice_of(body: str) -> Notice | None:
    """An event that webhooks hear of, or a turn of one delivery."""
    from pydantic import ValidationError

    from functions.webhooks.messages import Happened, parse
    from lumenstock.ingest.redrive import Notice

    try:
        message = parse(body)
    except ValidationError:
        return None
    if isinstance(message, Happened):
        return Notice(message.detail.id)
    return Notice(f"{message.delivery_id}#{message.round}")


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
    )
