"""``lumenstock migrate``."""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal

from cli import dry_run
from cli.console import err, out
from cli.failure import Exit
from cli.failures import Failures
from cli.manifest import Unusable
from cli.options import DEFAULT_API, Api, AsJson
from cli.others import Others, PassedOver
from cli.outcome import Outcome
from cli.pictures import CaptionsError, Picture, Words, split_words
from cli.progress import UploadProgress, line_of, line_of_unusable
from cli.retry import MIGRATING
from cli.run import AllowNearDuplicates, Jobs, Means, State, Wait, exit_code_of, sending, summary, tell
from cli.sources import Item, items
from cli.transfer import Transfer

# In a log, one line so often says what a bar says on a terminal.
_SAY_EVERY_S = 30.0
_COUNT_EVERY = 1_000

_Source = Annotated[
    Path, typer.Argument(exists=True, help="A folder, or a manifest (CSV, or JSON lines ending in .jsonl).")
]
_Tags = Annotated[str, typer.Option(help="Words for files that have none, parted by commas.")]
_Category = Annotated[str, typer.Option(help="Categories for files that have none, parted by commas.")]
_FailuresFile = Annotated[
    Path, typer.Option("--failures", dir_okay=False, help="CSV file of what failed; itself a manifest.")
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Look at every file and send nothing.")]


def migrate(
    source: _Source,
    *,
    tags: _Tags = "",
    category: _Category = "",
    allow_near_duplicates: AllowNearDuplicates = False,
    failures_file: _FailuresFile = Path("lumenstock-failures.csv"),
    plan_only: _DryRun = False,
    jobs: Jobs = 8,
    wait: Wait = 600,
    state: State = None,
    as_json: AsJson = False,
    api: Api = DEFAULT_API,
) -> None:
    """Send all pictures of a folder or of a manifest, however many.

    Whatever stops it, the same command goes on where it stopped, and what has ended is not asked for
    again. A manifest has the columns filename and, if wanted, title, description, tags, categories;
    paths are meant from its folder on.

    Exit codes as of upload.
    """
    said = Words(
        tags=split_words(tags),
        categories=split_words(category),
        allow_near_duplicate=allow_near_duplicates,
    )
    with sending(api, state, MIGRATING) as means, _opened(failures_file, source) as failures:
        run = _Run(source, said, failures, as_json=as_json)
        code = run.look(means) if plan_only else run.send(means, jobs=jobs, patience_s=wait)
    if failures.count:
        err.print(f"{failures.count:,} failed; why is in {failures_file}.")
    raise typer.Exit(code)


class _Run:
    """One migration: reads its source as it is needed, and tells how it goes."""

    def __init__(self, source: Path, said: Words, failures: Failures, *, as_json: bool) -> None:
        self._source = source
        self._said = said
        self._failures = failures
        self._as_json = as_json
        # JSON has standard output to itself; a drawing beside it would tear both.
        self._console = err if as_json else out
        self._counts: Counter[Outcome] = Counter()
        self._others = Others(as_json=as_json)

    def send(self, means: Means, *, jobs: int, patience_s: float) -> Exit:
        """Send all; the exit code."""
        say_at_s = time.monotonic() + _SAY_EVERY_S
        with (
            UploadProgress(self._console, None, lines=False) as progress,
            _counting(self._items, progress.counted),
        ):
            transfer = Transfer(
                means.client,
                means.storage,
                means.ledger,
                progress,
                jobs=jobs,
                patience_s=patience_s,
                believing=True,
            )
            for result in tell(transfer.results(self._pictures()), as_json=self._as_json):
                self._counts[result.outcome] += 1
                if result.outcome.bad:
                    self._failures.result(result)
                    self._console.print(line_of(result), soft_wrap=True)
                if not self._console.is_terminal and time.monotonic() > say_at_s:
                    err.print(summary(self._counts, progress.sent_bytes))
                    say_at_s = time.monotonic() + _SAY_EVERY_S
        err.print(
            f"{summary(self._counts, progress.sent_bytes)} Peak memory {decimal(_peak_memory_bytes())}."
        )
        self._tell_of_others()
        return Exit.SOME_FAILED if self._failures.count else exit_code_of(self._counts)

    def look(self, means: Means) -> Exit:
        """Tell what would be done; the exit code."""
        counts: Counter[dry_run.Plan] = Counter()
        to_send_bytes = 0
        with err.status("looking at files") as status:
            for look in dry_run.look_at(self._items(), means.ledger):
                if isinstance(look, PassedOver):
                    self._others.add(look)
                    continue
                counts[look.plan] += 1
                if look.unusable:
                    self._unusable(look.unusable)
                if look.plan is dry_run.Plan.TO_SEND:
                    to_send_bytes += look.size_bytes
                if self._as_json:
                    typer.echo(json.dumps(look.to_json(), ensure_ascii=False))
                if counts.total() % _COUNT_EVERY == 0:
                    status.update(f"{counts.total():,} files looked at")
        sizes = f"{counts[dry_run.Plan.TO_SEND]:,} to send ({decimal(to_send_bytes)})"
        err.print(
            f"{sizes}, {counts[dry_run.Plan.ALREADY_SENT]:,} already sent, {self._failures.count:,} unusable."
        )
        self._tell_of_others()
        return Exit.SOME_FAILED if self._failures.count else Exit.DONE

    def _items(self) -> Iterator[Item]:
        return items(self._source, self._said)

    def _pictures(self) -> Iterator[Picture]:
        for item in self._items():
            if isinstance(item, PassedOver):
                self._others.add(item)
            elif isinstance(item, Unusable):
                self._unusable(item)
            else:
                yield item

    def _tell_of_others(self) -> None:
        if self._others.count:
            err.print(self._others.summary(), markup=False, soft_wrap=True)

    def _unusable(self, item: Unusable) -> None:
        self._failures.unusable(item)
        if not self._as_json:
            self._console.print(line_of_unusable(item), soft_wrap=True)


@contextmanager
def _opened(failures_file: Path, source: Path) -> Iterator[Failures]:
    if failures_file.exists() and failures_file.samefile(source):
        raise typer.BadParameter(
            "The failures of a run cannot be written over its own manifest; name another file."
        )
    try:
        failures = Failures(failures_file)
    except OSError as error:
        raise typer.BadParameter(f"{failures_file} cannot be written: {error.strerror}.") from error
    with failures:
        yield failures


@contextmanager
def _counting(read: Callable[[], Iterator[Item]], counted: Callable[[int, int], None]) -> Iterator[None]:
    """Count beside the sending, so that it need not wait for the end of a walk through millions of files."""
    stop = threading.Event()

    def count() -> None:
        pictures = size_bytes = 0
        # What is wrong with the source, the sending comes upon as well, and tells.
        with suppress(CaptionsError):
            for item in read():
                if stop.is_set():
                    return
                if isinstance(item, Picture):
                    pictures += 1
                    size_bytes += item.size_bytes
                    if pictures % _COUNT_EVERY == 0:
                        counted(pictures, size_bytes)
        counted(pictures, size_bytes)

    thread = threading.Thread(target=count, name="count", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()


def _peak_memory_bytes() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
