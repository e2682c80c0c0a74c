"""``lumenstock upload``."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from cli.console import err, out
from cli.failure import Exit
from cli.options import DEFAULT_API, Api, AsJson, signed_in_client
from cli.outcome import Outcome, Result
from cli.pictures import Words, gather, split_words
from cli.progress import UploadProgress
from cli.retry import SENDING
from cli.storage import Storage
from cli.transfer import Transfer

_Paths = Annotated[list[Path], typer.Argument(exists=True, help="Pictures, and folders to search through.")]
_Title = Annotated[str, typer.Option(help="Title; without it captions.csv, then the file's name.")]
_Description = Annotated[str, typer.Option(help="Description.")]
_Tags = Annotated[str, typer.Option(help="Words to find it by, parted by commas.")]
_Category = Annotated[str, typer.Option(help="Categories, parted by commas; without it the model chooses.")]
_Jobs = Annotated[int, typer.Option(min=1, max=32, help="Files sent at a time.")]
_Wait = Annotated[float, typer.Option(min=0, help="Seconds to wait for each sent picture; 0 does not wait.")]


def upload(
    paths: _Paths,
    *,
    title: _Title = "",
    description: _Description = "",
    tags: _Tags = "",
    category: _Category = "",
    jobs: _Jobs = 4,
    wait: _Wait = 600,
    as_json: AsJson = False,
    api: Api = DEFAULT_API,
) -> None:
    """Send pictures and wait until each is processed.

    A captions.csv beside the pictures (columns filename, title and, if wanted, description, tags,
    categories) says more about each than the options do.

    Exit code 0: all are in, wait for a moderator, or were there already. 1: some are not. 6: some
    still process.
    """
    pictures = gather(paths, Words(title, description, split_words(tags), split_words(category)))
    if not pictures:
        raise typer.BadParameter(f"No pictures in {', '.join(map(str, paths))}.")
    with signed_in_client(api) as client:
        client.me()  # an ended session or a wrong address shows now, not after long tries
    counts: Counter[Outcome] = Counter()
    with (
        signed_in_client(api, SENDING) as client,
        Storage() as storage,
        # JSON has standard output to itself; a drawing beside it would tear both.
        UploadProgress(err if as_json else out, len(pictures), lines=not as_json) as progress,
    ):
        transfer = Transfer(client, storage, progress, jobs=jobs, patience_s=wait)
        for result in transfer.results(pictures):
            counts[result.outcome] += 1
            if as_json:
                typer.echo(json.dumps(_record(result), ensure_ascii=False))
    err.print(", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in counts.items()) + ".")
    raise typer.Exit(exit_code_of(counts))


def exit_code_of(counts: Counter[Outcome]) -> Exit:
    """The exit code of a run that ended so."""
    if any(not outcome.good and outcome is not Outcome.PROCESSING for outcome in counts):
        return Exit.SOME_FAILED
    return Exit.STILL_PROCESSING if counts[Outcome.PROCESSING] else Exit.DONE


def _record(result: Result) -> dict[str, object]:
    return {
        "file": str(result.picture.path),
        "imageId": result.image_id,
        "status": result.outcome,
        "reasons": [reason.model_dump(by_alias=True) for reason in result.reasons],
        "seconds": round(result.seconds, 2),
    }
