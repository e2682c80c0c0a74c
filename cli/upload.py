"""``lumenstock upload``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from cli.console import err, out
from cli.options import DEFAULT_API, Api, AsJson
from cli.others import Others, PassedOver
from cli.outcome import Outcome
from cli.pictures import Words, gather, split_words
from cli.progress import UploadProgress
from cli.retry import SENDING
from cli.run import AllowNearDuplicates, Jobs, State, Wait, exit_code_of, sending, summary, tell
from cli.transfer import Transfer

Title = Annotated[str, typer.Option(help="Title; without it captions.csv, then the file's name.")]
Description = Annotated[str, typer.Option(help="Description.")]
Tags = Annotated[str, typer.Option(help="Words to find it by, parted by commas.")]
Category = Annotated[str, typer.Option(help="Categories, parted by commas; without it the model chooses.")]
_Paths = Annotated[list[Path], typer.Argument(exists=True, help="Pictures, and folders to search through.")]


def upload(
    paths: _Paths,
    *,
    title: Title = "",
    description: Description = "",
    tags: Tags = "",
    category: Category = "",
    allow_near_duplicates: AllowNearDuplicates = False,
    jobs: Jobs = 4,
    wait: Wait = 600,
    state: State = None,
    as_json: AsJson = False,
    api: Api = DEFAULT_API,
) -> None:
    """Send pictures and wait until each is processed.

    Whatever stops it, the same command goes on where it stopped: no file and no part of one that has
    arrived is sent again. A captions.csv beside the pictures (columns filename, title and, if wanted,
    description, tags, categories) says more about each than the options do.

    Exit code 0: all are in, wait for a moderator, or were there already. 1: some are not. 6: some
    still process.
    """
    said = Words(title, description, split_words(tags), split_words(category), allow_near_duplicates)
    others = Others(as_json=as_json)
    pictures = gather(paths, said, lambda path: others.add(PassedOver(path)))
    if not pictures:
        message = f"No pictures in {', '.join(map(str, paths))}. {others.summary()}"
        raise typer.BadParameter(message.rstrip())
    counts: Counter[Outcome] = Counter()
    with (
        sending(api, state, SENDING) as means,
        # JSON has standard output to itself; a drawing beside it would tear both.
        UploadProgress(
            err if as_json else out,
            len(pictures),
            size_bytes=sum(picture.size_bytes for picture in pictures),
            lines=not as_json,
        ) as progress,
    ):
        transfer = Transfer(means.client, means.storage, means.ledger, progress, jobs=jobs, patience_s=wait)
        for result in tell(transfer.results(pictures), as_json=as_json):
            counts[result.outcome] += 1
    err.print(summary(counts, progress.sent_bytes))
    if others.count:
        err.print(others.summary(), markup=False, soft_wrap=True)
    raise typer.Exit(exit_code_of(counts))
