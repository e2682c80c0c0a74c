"""What ``upload`` and ``migrate`` have in common: who sends, what is remembered and told, how it ends."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal

from cli.client import Client
from cli.console import err
from cli.failure import Exit
from cli.ledger import Ledger, default_path
from cli.options import signed_in_client
from cli.outcome import Outcome, Result
from cli.retry import Retry
from cli.storage import Storage

Jobs = Annotated[
    int, typer.Option(min=1, max=32, help="Files sent at a time, and parts of large files at a time.")
]
Wait = Annotated[float, typer.Option(min=0, help="Seconds to wait for each sent picture; 0 does not wait.")]
State = Annotated[
    Path | None,
    typer.Option(
        dir_okay=False,
        envvar="LUMENSTOCK_STATE",
        show_default=False,
        help="State file, by which a run goes on where one was stopped.",
    ),
]
AllowNearDuplicates = Annotated[
    bool,
    typer.Option(
        "--allow-near-duplicates",
        help="You mean to have pictures that look like earlier ones of yours.",
    ),
]


@dataclass(frozen=True)
class Means:
    """What a run sends with."""

    client: Client
    storage: Storage
    ledger: Ledger


@contextmanager
def sending(api: str, state: Path | None, retry: Retry) -> Iterator[Means]:
    """The means of a run as the account that is signed in at ``api``.

    A run that is stopped by Ctrl-C ends at once, like one that is killed: the state file allows for it.

    Raises:
        NotAuthenticatedError: Nobody is signed in.
        UnreachableError: Nothing answers at ``api``; this shows at once, not after long tries.
        LedgerError: The state file cannot be used.
    """
    with signed_in_client(api) as client:
        me = client.me()
    try:
        with (
            signed_in_client(api, retry) as client,
            Storage(retry) as storage,
            Ledger(state or default_path(os.environ), f"{api} {me.id}") as ledger,
        ):
            yield Means(client, storage, ledger)
    except KeyboardInterrupt:
        err.print("Stopped. The same command goes on from here.")
        sys.stdout.flush()
        os._exit(Exit.STOPPED)


def tell(results: Iterable[Result], *, as_json: bool) -> Iterator[Result]:
    """Hand the results on; with ``as_json`` each is a line of standard output first."""
    for result in results:
        if as_json:
            typer.echo(json.dumps(_record(result), ensure_ascii=False))
        yield result


def summary(counts: Counter[Outcome], sent_bytes: int) -> str:
    """How a run ended, in one line."""
    by_outcome = (f"{count:,} {outcome.replace('_', ' ')}" for outcome, count in counts.items())
    return ", ".join([*by_outcome, f"{decimal(sent_bytes)} sent"]) + "."


def exit_code_of(counts: Counter[Outcome]) -> Exit:
    """The exit code of a run that ended so."""
    if any(outcome.bad for outcome in counts):
        return Exit.SOME_FAILED
    return Exit.STILL_PROCESSING if counts[Outcome.PROCESSING] else Exit.DONE


def _record(result: Result) -> dict[str, object]:
    return {
        "file": str(result.picture.path).encode(errors="replace").decode(),
        "imageId": result.image_id,
        "status": result.outcome,
        "reasons": [reason.model_dump(by_alias=True) for reason in result.reasons],
        "seconds": round(result.seconds, 2),
        "sizeBytes": result.way.size_bytes,
        "sentBytes": result.way.sent_bytes,
        "sha256": result.way.sha256.hex() or None,
    }
