"""``lumenstock detect-mark``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cli.console import out
from cli.options import DEFAULT_API, Api, AsJson, signed_in_client
from lumenstock.kernel.errors import PayloadTooLargeError

# What the API takes; it looks at 1,024 px, so a picture loses nothing by being scaled down to that.
MAX_PICTURE_BYTES = 4_000_000


def detect_mark(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A picture from anywhere.")],
    *,
    as_json: AsJson = False,
    api: Api = DEFAULT_API,
) -> None:
    """Find whom the invisible mark of a picture names. For admins.

    The deployment looks, because the key of its marks never leaves it.
    """
    picture = file.read_bytes()
    if len(picture) > MAX_PICTURE_BYTES:
        message = (
            f"{file} has more than {MAX_PICTURE_BYTES:,} bytes. Scale it down to 1024 px: a mark bears it."
        )
        raise PayloadTooLargeError(message)
    with signed_in_client(api) as client:
        answer = client.detect_mark(picture)
    if as_json:
        typer.echo(answer.model_dump_json(by_alias=True, exclude_none=True))
    elif answer.licence_id:
        out.print(f"a licensed copy: licence [bold]{escape(answer.licence_id)}[/] (score {answer.score:.1f})")
    elif answer.image_id:
        out.print(f"a public file of image [bold]{escape(answer.image_id)}[/] (score {answer.score:.1f})")
    else:
        out.print(f"no mark (score {answer.score:.1f})")
